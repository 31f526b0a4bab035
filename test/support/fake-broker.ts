import type { Broker, Handler, Incoming, Outgoing, Verdict } from '../../src/broker/port.ts';

/** A broker without a broker: tests deliver by hand, see what was published, and hold or fail confirms. */
export interface FakeBroker extends Broker {
  published: Outgoing[];
  /** Queues with a subscription, and its prefetch; the newest last. */
  subscriptions: { queue: string; prefetch: number; stopped: boolean }[];
  /** Hands a message to the newest subscription of a queue and resolves with its verdict. */
  deliver(queue: string, message: Pick<Incoming, 'type' | 'body'> & Partial<Incoming>): Promise<Verdict>;
  /** From now on publishes stay unconfirmed until the returned function is called. */
  holdConfirms(): () => void;
  /** Makes the next publishes fail, one error each. */
  failNext(...errors: Error[]): void;
  /** Which publishes these are meant for; at first all. */
  failsFor: (message: Outgoing) => boolean;
  declared: number;
  /** Whether what is subscribed is delivered; false: the connection that consumes is away. */
  delivers: boolean;
}

export const createFakeBroker = (): FakeBroker => {
  const handlers = new Map<string, Handler>();
  const failures: Error[] = [];
  const running = new Map<string, Set<Promise<Verdict>>>();
  let held: Promise<void> = Promise.resolve();

  const publish = async (message: Outgoing): Promise<void> => {
    broker.published.push(message);
    const failure = broker.failsFor(message) ? failures.shift() : undefined;
    if (failure !== undefined) throw failure;
    await held;
  };

  const broker: FakeBroker = {
    published: [],
    subscriptions: [],
    declared: 0,
    failsFor: () => true,
    delivers: true,
    deliver(queue, message) {
      const handle = handlers.get(queue);
      if (handle === undefined) throw new Error(`nobody consumes ${queue}`);
      const verdict = Promise.resolve(
        handle({ exchange: '', routingKey: queue, redelivered: false, deliveries: 0, headers: {}, ...message }),
      );
      const open = running.get(queue) ?? new Set();
      running.set(queue, open.add(verdict));
      void verdict.then(() => open.delete(verdict));
      return verdict;
    },
    holdConfirms() {
      let release = (): void => {};
      held = new Promise((resolve) => {
        release = resolve;
      });
      return release;
    },
    failNext(...errors) {
      failures.push(...errors);
    },
    async declare() {
      broker.declared += 1;
    },
    createPublisher: async () => ({ publish, unconfirmed: () => 0, state: () => 'ready' }),
    async consume({ queue, prefetch }, handle) {
      handlers.set(queue, handle);
      const subscription = { queue, prefetch, stopped: false };
      broker.subscriptions.push(subscription);
      return {
        active: () => broker.delivers && !subscription.stopped,
        async stop() {
          subscription.stopped = true;
          await Promise.all(running.get(queue) ?? []);
        },
      };
    },
    depth: async () => 0,
    deleteQueues: async () => {},
    ready: () => true,
    close: async () => {},
  };
  return broker;
};
