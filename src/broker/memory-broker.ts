import type { Clock } from '../contract/clock.ts';
import { BrokerUnavailableError, publishResult, tooLarge } from './errors.ts';
import { createMemoryConsumer, type MemoryConsumer } from './memory-consumer.ts';
import type { HubCore } from './memory-hub.ts';
import type { Broker, Outgoing, Publisher } from './port.ts';
import { type Telemetry, typeLabel } from './telemetry.ts';

export interface MemoryBrokerOptions extends Telemetry {
  name: string;
  core: HubCore;
  clock: Clock;
  closeGraceMs: number;
}

type Settled = (error: Error | null) => void;

/** A publish is stored at once and confirmed in the next turn, as a broker on the other side of a socket would. */
const createMemoryPublisher = (options: MemoryBrokerOptions, closed: () => boolean): Publisher => {
  const { core, clock, metrics, name } = options;
  let unconfirmed = 0;

  const send = (message: Outgoing, settled: Settled): void => {
    const sentAtMs = clock.monotonicMs();
    const type = typeLabel(message.type);
    const refused = core.publish(message);
    unconfirmed += 1;
    core.dispatch.nextTurn(() => {
      unconfirmed -= 1;
      metrics.observe('medley_broker_confirm_seconds', { type }, (clock.monotonicMs() - sentAtMs) / 1_000);
      settled(refused);
    });
  };
  const refusal = (message: Outgoing): Error | null =>
    closed() ? new BrokerUnavailableError(`connection ${name} is closed`) : tooLarge(message.body);

  return {
    publish(message) {
      const type = typeLabel(message.type);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const settled: Settled = (error) => {
        metrics.count('medley_broker_published_total', { type, result: publishResult(error) });
        if (error === null) resolve();
        else reject(error);
      };
      const refused = refusal(message);
      if (refused === null) send(message, settled);
      else settled(refused);
      return promise;
    },
    unconfirmed: () => unconfirmed,
    state: () => (closed() ? 'down' : 'ready'),
  };
};

/** One connection to the hub: closing it stops its consumers and gives back what they had not settled. */
export const createMemoryBroker = (options: MemoryBrokerOptions): Broker => {
  const { core, clock, log, closeGraceMs } = options;
  const consumers = new Set<MemoryConsumer>();
  let closed = false;

  const withinGrace = (work: Promise<unknown>): Promise<unknown> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = clock.setTimer(closeGraceMs, resolve);
    return Promise.race([work, promise]).finally(cancel);
  };
  const assertOpen = (): void => {
    if (closed) throw new BrokerUnavailableError(`connection ${options.name} is closed`);
  };

  return {
    async declare(topology) {
      assertOpen();
      core.declare(topology);
    },
    async createPublisher() {
      assertOpen();
      return createMemoryPublisher(options, () => closed);
    },
    async consume(consume, handle) {
      assertOpen();
      const handling = { queue: consume.queue, handle, telemetry: options };
      const consumer = createMemoryConsumer({ core, handling, prefetch: consume.prefetch });
      consumers.add(consumer);
      return {
        active: consumer.active,
        stop: () => consumer.stop().finally(() => consumers.delete(consumer)),
      };
    },
    depth: async (queue) => core.depth(queue),
    async deleteQueues(queues) {
      assertOpen();
      for (const queue of queues) core.deleteQueue(queue);
    },
    ready: () => !closed,
    async close() {
      if (closed) return;
      await withinGrace(Promise.all([...consumers].map((consumer) => consumer.stop())));
      closed = true;
      const abandoned = [...consumers].reduce((sum, consumer) => sum + consumer.abandon(), 0);
      consumers.clear();
      if (abandoned > 0) log.warn({ connection: options.name, messages: abandoned }, 'broker.close.abandoned');
    },
  };
};
