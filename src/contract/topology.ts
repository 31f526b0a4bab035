import type { Lane } from './primitives.ts';

/**
 * Names of every exchange, queue and routing key, and the topology each role needs, as data.
 *
 * Queues are bound by their own name as routing key, so one publish with the `CC` header reaches any set of them.
 * Nobody ever publishes to the default exchange: it reaches every queue.
 */
export interface ExchangeSpec {
  name: string;
  kind: 'direct' | 'topic';
}

export interface QueueSpec {
  name: string;
  /** `quorum` for what must not be lost, `classic` (durable, transient messages) for what a caller waits for. */
  kind: 'classic' | 'quorum';
  /** Messages, and bytes; beyond either the head is dropped (classic) or the publish refused (quorum). */
  maxMessages?: number;
  maxBytes?: number;
  /** The queue goes when unused for so long (reply and control queues of a process). */
  expiresMs?: number;
  deadLetter?: { exchange: string; key: string };
  /** Quorum only: redeliveries before a message is dead-lettered. */
  deliveryLimit?: number;
}

export interface BindingSpec {
  queue: string;
  exchange: string;
  key: string;
}

export interface Topology {
  exchanges: readonly ExchangeSpec[];
  queues: readonly QueueSpec[];
  bindings: readonly BindingSpec[];
}

export interface Names {
  prefix: string;
  exchange: { scatter: string; results: string; replies: string; intake: string; control: string; deadLetter: string };
  /** The exchange that says whose these names are; nothing goes through it. */
  owner: string;
  intake: string;
  /** Dead letters: `intake` and `scoring` become visible failures, `malformed` waits for a person. */
  dead: { intake: string; scoring: string; malformed: string };
  /** The durable lane's queue is replicated and never moves: it has one name for all generations. */
  scorer(criterion: string, lane: Lane, generation: number): string;
  /** The exchange by which a scorer puts work back into its own durable queue, and reaches no other. */
  again(criterion: string): string;
  results(ordinal: number, lane: Lane): string;
  replies(gateway: string): string;
  control(role: ControlRole, process: string): string;
}

/** Who listens to the control exchange. The queues of a process begin with its role, so that a user of that role may have them and no others. */
export type ControlRole = 'gateway' | 'aggregator' | 'operator';

/** Routing keys on the control exchange. */
export const controlKeys = {
  aggregator: 'aggregator.announced',
  plans: 'plans.published',
  plansWanted: 'plans.wanted',
  fleet: 'fleet.published',
  forgotten: 'user.forgotten',
  demand: 'demand.reported',
} as const;

/** AMQP headers Medley sets on what it dead-letters itself. */
export const headers = { reason: 'medley-reason', room: 'medley-room', origin: 'medley-origin-type' } as const;

export const createNames = (prefix = 'medley'): Names => ({
  prefix,
  exchange: {
    scatter: `${prefix}.scatter`,
    results: `${prefix}.results`,
    replies: `${prefix}.replies`,
    intake: `${prefix}.intake`,
    control: `${prefix}.control`,
    deadLetter: `${prefix}.dead-letter`,
  },
  owner: `${prefix}.owner`,
  intake: `${prefix}.intake.accepted`,
  dead: { intake: `${prefix}.dead.intake`, scoring: `${prefix}.dead.scoring`, malformed: `${prefix}.dead.malformed` },
  scorer: (criterion, lane, generation) =>
    `${prefix}.scorer.${criterion}.${lane}${generation === 0 || lane === 'durable' ? '' : `.g${generation}`}`,
  again: (criterion) => `${prefix}.scorer.${criterion}.again`,
  results: (ordinal, lane) => `${prefix}.aggregator.${ordinal}.${lane}`,
  replies: (gateway) => `${prefix}.gateway.${gateway}.replies`,
  control: (role, process) => `${prefix}.${role}.${process}.control`,
});

const processQueueExpiresMs = 60_000;
const interactiveBounds = { maxMessages: 20_000, maxBytes: 256 * 1024 * 1024 } as const;
const durableDeliveryLimit = 20;

/** Exchanges, the intake queue and the dead-letter queues: what exists before any role starts. */
export const coreTopology = (names: Names): Topology => ({
  exchanges: [
    { name: names.exchange.scatter, kind: 'direct' },
    { name: names.exchange.results, kind: 'direct' },
    { name: names.exchange.replies, kind: 'direct' },
    { name: names.exchange.intake, kind: 'direct' },
    { name: names.exchange.control, kind: 'topic' },
    { name: names.exchange.deadLetter, kind: 'direct' },
  ],
  queues: [
    {
      name: names.intake,
      kind: 'quorum',
      deliveryLimit: durableDeliveryLimit,
      deadLetter: { exchange: names.exchange.deadLetter, key: names.dead.intake },
    },
    { name: names.dead.intake, kind: 'quorum' },
    { name: names.dead.scoring, kind: 'quorum' },
    { name: names.dead.malformed, kind: 'quorum', maxMessages: 100_000 },
  ],
  bindings: [
    { queue: names.intake, exchange: names.exchange.intake, key: names.intake },
    ...Object.values(names.dead).map((queue) => ({ queue, exchange: names.exchange.deadLetter, key: queue })),
  ],
});

/** One queue per lane for one criterion, and the exchange that leads back to the durable one. */
export const scorerTopology = (names: Names, criterion: string, generation = 0): Topology => {
  const interactive = names.scorer(criterion, 'interactive', generation);
  const durable = names.scorer(criterion, 'durable', generation);
  const again = names.again(criterion);
  return {
    exchanges: [{ name: again, kind: 'direct' }],
    queues: [
      { name: interactive, kind: 'classic', ...interactiveBounds },
      {
        name: durable,
        kind: 'quorum',
        deliveryLimit: durableDeliveryLimit,
        deadLetter: { exchange: names.exchange.deadLetter, key: names.dead.scoring },
      },
    ],
    bindings: [
      ...[interactive, durable].map((queue) => ({ queue, exchange: names.exchange.scatter, key: queue })),
      { queue: durable, exchange: again, key: durable },
    ],
  };
};

/**
 * The two results queues of one aggregator ordinal, each bound to the scatter exchange (requests) and the results
 * exchange (partials) under the same key. They go when unused, like those of a process: what they hold is worth nothing
 * to another process, for nobody else has the groups open, and accepted work is handed to another aggregator anyway.
 */
export const aggregatorTopology = (names: Names, ordinal: number): Topology => {
  const queues = (['interactive', 'durable'] as const).map((lane) => names.results(ordinal, lane));
  return {
    exchanges: [],
    queues: queues.map((name) => ({ name, kind: 'classic', expiresMs: processQueueExpiresMs, ...interactiveBounds })),
    bindings: queues.flatMap((queue) => [
      { queue, exchange: names.exchange.scatter, key: queue },
      { queue, exchange: names.exchange.results, key: queue },
    ]),
  };
};

/** A process's own control queue, listening to the given keys of the control exchange. */
export const controlTopology = (
  names: Names,
  { role, process }: { role: ControlRole; process: string },
  keys: readonly string[],
): Topology => ({
  exchanges: [],
  queues: [
    { name: names.control(role, process), kind: 'classic', expiresMs: processQueueExpiresMs, maxMessages: 1_000 },
  ],
  bindings: keys.map((key) => ({ queue: names.control(role, process), exchange: names.exchange.control, key })),
});

/** The reply queue of one gateway process: durable and not exclusive, so that it can be declared again after a reconnect. */
export const gatewayTopology = (names: Names, gateway: string): Topology => {
  const queue = names.replies(gateway);
  return {
    exchanges: [],
    queues: [{ name: queue, kind: 'classic', expiresMs: processQueueExpiresMs, ...interactiveBounds }],
    bindings: [{ queue, exchange: names.exchange.replies, key: queue }],
  };
};
