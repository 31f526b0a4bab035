import { isDeepStrictEqual } from 'node:util';
import { queueArguments } from '../../broker/amqp-topology.ts';
import { usualQueueLimits } from '../../contract/resources-scorer.ts';
import { coreTopology, type Names, type QueueSpec, scorerTopology, type Topology } from '../../contract/topology.ts';

/**
 * How a topology is declared by the operator: what makes a queue what it is are its arguments, which never change in
 * place; how much it holds is a policy, which does.
 */
export interface PlannedPolicy {
  name: string;
  pattern: string;
  definition: Readonly<Record<string, string | number>>;
  /** Of those that match a queue the highest counts. */
  priority: number;
}

export interface PlannedQueue {
  name: string;
  kind: QueueSpec['kind'];
  arguments: Readonly<Record<string, string | number>>;
  policy: PlannedPolicy;
}

export interface Planned {
  exchanges: Topology['exchanges'];
  queues: readonly PlannedQueue[];
  bindings: Topology['bindings'];
  /** Of queues that their processes declare themselves. */
  policies: readonly PlannedPolicy[];
  /** Names of policies that must not be there: others do. */
  obsoletePolicies: readonly string[];
}

/** Limits of one Scorer's queues, as its resource gives them. */
export interface QueueLimits {
  maxMessages: number;
  maxBytes: number;
  durableDeliveryLimit: number;
}

const structural = new Set(['x-queue-type', 'x-dead-letter-exchange', 'x-dead-letter-routing-key']);
/** Of quorum queues alone: RabbitMQ 3.10 ignores a whole policy for a classic queue that does not know one of its keys. */
const spreadLeaders = { 'queue-leader-locator': 'balanced' } as const;
/** Over whatever a person sets for all queues of a virtual host, which has priority 0 unless told. */
const sharedPriority = 10;
const ownPriority = 11;
const generation = /\.g\d+$/;
const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

const planQueue = (spec: QueueSpec): PlannedQueue => {
  const all = Object.entries(queueArguments(spec));
  const name = spec.name.replace(generation, '');
  const limits = all.filter(([key]) => !structural.has(key)).map(([key, value]) => [key.replace(/^x-/, ''), value]);
  return {
    name: spec.name,
    kind: spec.kind,
    arguments: Object.fromEntries(all.filter(([key]) => structural.has(key))),
    policy: {
      name,
      pattern: `^${escaped(name)}(\\.g[0-9]+)?$`,
      definition: { ...Object.fromEntries(limits), ...(spec.kind === 'quorum' ? spreadLeaders : {}) },
      priority: ownPriority,
    },
  };
};

const planTopology = ({ exchanges, queues, bindings }: Topology): Planned => ({
  exchanges,
  queues: queues.map(planQueue),
  bindings,
  policies: [],
  obsoletePolicies: [],
});

/**
 * Queues of a process live on the node it is connected to. It finds out within seconds that this node is gone, and takes
 * them along; of another node it hears only when the other nodes give that up. (RabbitMQ 3.10 does not read this of classic
 * queues, and puts them there unless its configuration has another `queue_master_locator`.)
 */
const processPolicy = ({ prefix }: Names): PlannedPolicy => ({
  name: `${prefix}.processes`,
  pattern: `^${escaped(prefix)}\\.(gateway|aggregator|operator)\\.`,
  definition: { 'queue-leader-locator': 'client-local' },
  priority: sharedPriority,
});

/** What all share. */
export const planCore = (names: Names): Planned => ({
  ...planTopology(coreTopology(names)),
  policies: [processPolicy(names)],
});

const queuesOf = (
  names: Names,
  { criterion, generation, queue }: { criterion: string; generation: number; queue: QueueLimits },
): Topology => {
  const topology = scorerTopology(names, criterion, generation);
  const limited = topology.queues.map((spec) =>
    spec.kind === 'quorum'
      ? { ...spec, deliveryLimit: queue.durableDeliveryLimit }
      : { ...spec, maxMessages: queue.maxMessages, maxBytes: queue.maxBytes },
  );
  return { ...topology, queues: limited };
};

/**
 * Queues of a Scorer that leaves the limits as they are share one policy per lane with all others like it: RabbitMQ goes
 * through every queue there is whenever a policy is set, a quarter of a second with 400 of them.
 */
const sharedPolicies = (names: Names): ReadonlyMap<QueueSpec['kind'], PlannedPolicy> => {
  const { queues } = queuesOf(names, { criterion: 'any', generation: 0, queue: usualQueueLimits });
  return new Map(
    queues.map((spec) => {
      const lane = spec.kind === 'quorum' ? 'durable' : 'interactive';
      const pattern = `^${escaped(names.prefix)}\\.scorer\\.[a-z0-9-]+\\.${lane}(\\.g[0-9]+)?$`;
      const { definition } = planQueue(spec).policy;
      return [spec.kind, { name: `${names.prefix}.scorers.${lane}`, pattern, definition, priority: sharedPriority }];
    }),
  );
};

export const planScorer = (
  names: Names,
  scorer: { criterion: string; generation: number; queue: QueueLimits },
): Planned => {
  const planned = planTopology(queuesOf(names, scorer));
  const shared = sharedPolicies(names);
  const obsoletePolicies: string[] = [];
  const queues = planned.queues.map((one) => {
    const usual = shared.get(one.kind);
    if (usual === undefined || !isDeepStrictEqual(usual.definition, one.policy.definition)) return one;
    obsoletePolicies.push(one.policy.name);
    return { ...one, policy: usual };
  });
  return { ...planned, queues, obsoletePolicies };
};

/** Which scorer's queue a name is of; null: of none. */
export const scorerQueueOf = (
  names: Names,
  queue: string,
): { criterion: string; lane: 'interactive' | 'durable'; generation: number } | null => {
  const start = `${names.prefix}.scorer.`;
  if (!queue.startsWith(start)) return null;
  const found = /^([a-z0-9-]+)\.(interactive|durable)(?:\.g(\d+))?$/.exec(queue.slice(start.length));
  if (found === null) return null;
  const [, criterion = '', lane, of] = found;
  return { criterion, lane: lane as 'interactive' | 'durable', generation: Number(of ?? 0) };
};

/** Which criterion's scorer puts work back by an exchange; null: it is no such exchange. */
export const criterionOfAgain = (names: Names, exchange: string): string | null => {
  const [, criterion = ''] = /\.([a-z0-9-]+)\.again$/.exec(exchange) ?? [];
  return exchange === names.again(criterion) ? criterion : null;
};

/** Generation by criterion. */
type GenerationOf = ReadonlyMap<string, number>;

/**
 * The queues of scorers that nobody wants any more: of a criterion that is gone, or of another generation. A later one is
 * left over where the Scorer's status, which keeps the number, was lost; unless it was declared just now.
 */
export const unwantedQueues = (
  names: Names,
  queues: Iterable<string>,
  { wanted, declared }: { wanted: GenerationOf; declared: GenerationOf },
): readonly string[] =>
  [...queues].filter((queue) => {
    const of = scorerQueueOf(names, queue);
    if (of === null) return false;
    const generation = wanted.get(of.criterion);
    if (generation === undefined) return true;
    // The durable queue has one name for all generations.
    if (of.lane === 'durable' || of.generation === generation) return false;
    return of.generation < generation || of.generation !== declared.get(of.criterion);
  });
