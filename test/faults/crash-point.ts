import type { Broker, Handler, Outgoing, Publisher } from '../../src/broker/port.ts';
import type { MessageType } from '../../src/contract/control.ts';
import type { Lane } from '../../src/contract/primitives.ts';
import type { AnswerStore, Store } from '../../src/store/port.ts';

/** A step of a message's way at which a process ends itself as `kill -9` would. */
export type CrashPoint =
  | {
      /**
       * `receipt`: delivered, not yet looked at. `before-publish`. `after-publish`: written to the socket, not confirmed.
       * `after-confirm`: confirmed, and nobody told. `before-settle`: the handler has its verdict, the broker does not.
       */
      step: 'receipt' | 'before-publish' | 'after-publish' | 'after-confirm' | 'before-settle';
      type: MessageType;
      lane: Lane;
    }
  /** Around the writing of an answer or an acceptance to the store. */
  | { step: 'before-store' | 'after-store'; method: 'accept' | 'complete' };

const isMeant = (point: CrashPoint, type: string, route: string): boolean =>
  'type' in point &&
  point.type === type &&
  (type === 'medley.intake.v1' || type === 'medley.answers.v1' || route.endsWith(`.${point.lane}`));

const never = new Promise<never>(() => {});

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

const crashingPublisher = (publisher: Publisher, point: CrashPoint, crash: () => void): Publisher => ({
  ...publisher,
  async publish(message: Outgoing) {
    if (!isMeant(point, message.type, message.routingKey)) return publisher.publish(message);
    if (point.step === 'before-publish') crash();
    const confirmed = publisher.publish(message);
    if (point.step === 'after-publish') {
      // The frames leave at the end of this turn or the next.
      await turns(2);
      crash();
    }
    await confirmed;
    if (point.step === 'after-confirm') {
      crash();
      await never;
    }
  },
});

const crashingHandler =
  (handle: Handler, point: CrashPoint, watched: { queue: string; crash: () => void }): Handler =>
  async (message) => {
    const meant = isMeant(point, message.type, watched.queue);
    if (meant && point.step === 'receipt') watched.crash();
    const verdict = await handle(message);
    if (meant && point.step === 'before-settle') watched.crash();
    return verdict;
  };

/** The broker of a process that ends itself at the point. */
export const crashingBroker = (broker: Broker, point: CrashPoint, crash: () => void): Broker => ({
  ...broker,
  createPublisher: async () => crashingPublisher(await broker.createPublisher(), point, crash),
  consume: (options, handle) =>
    broker.consume(options, crashingHandler(handle, point, { queue: options.queue, crash })),
});

/** The store of a process that ends itself at the point. */
export const crashingStore = (store: Store, point: CrashPoint, crash: () => void): Store => {
  if (!('method' in point)) return store;
  const around =
    <Given extends unknown[], Result>(method: (...given: Given) => Promise<Result>) =>
    async (...given: Given): Promise<Result> => {
      if (point.step === 'before-store') crash();
      const result = await method(...given);
      crash();
      return result;
    };
  const answers: AnswerStore = { ...store.answers };
  if (point.method === 'accept') answers.accept = around(store.answers.accept);
  else answers.complete = around(store.answers.complete);
  return { ...store, answers };
};
