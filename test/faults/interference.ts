import { randomBytes } from 'node:crypto';
import type { Broker, Outgoing, Publisher } from '../../src/broker/port.ts';
import { messageTypes } from '../../src/contract/control.ts';
import type { PartialBatch } from '../../src/contract/partial-batch.ts';

/** Bad company for partials: what a broken network, a broken scorer or a stranger may put on the results exchange. */
export type Interference = 'duplicate' | 'foreign' | 'unknown' | 'stranger' | 'wrong-round' | 'repeated-late' | 'late';

export const evilUser = 'nobody';

type Change = (batch: PartialBatch) => PartialBatch;

const evilItems = Array.from({ length: 5 }, (_, index) => `${evilUser}/evil/${index}`);
const evil = { items: evilItems, scores: evilItems.map(() => 1_000), floor: 0 };

const changes: Readonly<Record<Exclude<Interference, 'late'>, Change>> = {
  duplicate: (batch) => batch,
  'repeated-late': (batch) => batch,
  /** The right id, somebody else's list. */
  foreign: (batch) => ({
    ...batch,
    partials: batch.partials.map((partial) => ({ ...partial, ...evil, subject: `user:${evilUser}` })),
  }),
  /** An id nobody asked for. */
  unknown: (batch) => ({
    ...batch,
    partials: batch.partials.map((partial) => ({ ...partial, ...evil, id: randomBytes(16).toString('hex') })),
  }),
  /** A criterion that was not asked. */
  stranger: (batch) => ({
    ...batch,
    criterion: 'stranger',
    partials: batch.partials.map((partial) => ({ ...partial, ...evil })),
  }),
  'wrong-round': (batch) => ({
    ...batch,
    partials: batch.partials.map((partial) => ({ ...partial, ...evil, round: 1 - partial.round })),
  }),
};

export interface InterferenceOptions {
  /** How often each happens to a message of partials, 0 to 1. */
  shares: Readonly<Record<Interference, number>>;
  /** How long what comes late is held back, ms: longer than the deadline. */
  lateMs: number;
  random(): number;
  /** Told of each that was done. */
  onDone(kind: Interference, partials: number): void;
  setTimer(delayMs: number, fire: () => void): unknown;
}

const kinds = Object.keys(changes) as (keyof typeof changes)[];

const interferingPublisher = (publisher: Publisher, options: InterferenceOptions): Publisher => {
  const { shares, lateMs, random, onDone, setTimer } = options;
  const put = (message: Outgoing, batch: PartialBatch): void => {
    // Held back at the end of a run, it may find its queue gone.
    publisher.publish({ ...message, body: Buffer.from(JSON.stringify(batch)), mandatory: false }).catch(() => {});
  };
  return {
    ...publisher,
    async publish(message) {
      if (message.type !== messageTypes.partials) return publisher.publish(message);
      const batch = JSON.parse(message.body.toString()) as PartialBatch;
      for (const kind of kinds) {
        if (random() >= shares[kind]) continue;
        onDone(kind, batch.partials.length);
        const changed = changes[kind](batch);
        if (kind === 'repeated-late') setTimer(lateMs, () => put(message, changed));
        else put(message, changed);
      }
      if (random() >= shares.late) return publisher.publish(message);
      onDone('late', batch.partials.length);
      setTimer(lateMs, () => put(message, batch));
    },
  };
};

/** The broker of a scorer in bad company. */
export const interferingBroker = (broker: Broker, options: InterferenceOptions): Broker => ({
  ...broker,
  createPublisher: async () => interferingPublisher(await broker.createPublisher(), options),
});

/** The broker of an aggregator whose requests are now and then overtaken by their partials. */
export const overtakenBroker = (
  broker: Broker,
  options: { share: number; byMs: number; random(): number },
): Broker => ({
  ...broker,
  consume: (consume, handle) =>
    broker.consume(consume, (message) => {
      if (message.type !== messageTypes.requests || options.random() >= options.share) return handle(message);
      return new Promise((resolve, reject) => {
        setTimeout(() => Promise.resolve(handle(message)).then(resolve, reject), options.byMs);
      });
    }),
});
