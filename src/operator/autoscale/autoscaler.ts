import type { Clock } from '../../contract/clock.ts';
import type { Demand } from '../../contract/demand.ts';
import type { Autoscaling } from '../../contract/resources-scorer.ts';
import type { Names } from '../../contract/topology.ts';
import type { Metrics } from '../../runtime/metrics.ts';
import { type Backlog, backlogOf, type QueueDepths } from './backlog.ts';
import { decide } from './decide.ts';
import { createDemandBook } from './demand-book.ts';
import { viewDemand } from './demand-view.ts';
import { freshMemory, type ScalingMemory } from './scaling-memory.ts';
import { createScalingMetrics } from './scaling-metrics.ts';

/** One Scorer as it is at the moment of a decision: settings are read anew each time. */
export interface ScorerToScale {
  namespace: string;
  name: string;
  criterion: string;
  /** Of its interactive queue. */
  generation: number;
  concurrency: number;
  /** `spec.replicas`; null: autoscaled. */
  pinned: number | null;
  settings: Autoscaling;
  /** What its Deployment is set to. */
  replicas: number;
  /** The longest deadline of the Recommenders that ask it, ms. */
  deadlineMs: number;
}

/** What the broker says of one queue. */
export interface QueueLength {
  name: string;
  messagesReady: number;
  messagesUnacknowledged: number;
}

export interface Decision {
  namespace: string;
  name: string;
  mode: Autoscaling['mode'];
  /** Null: demand is not known. */
  wanted: number | null;
  /** What the Deployment's scale is to be set to; null: left alone. */
  apply: number | null;
  reason: string;
  inputs: {
    offeredPerSecond: number | null;
    backlogRequests: number | null;
    serviceMs: number | null;
    replicas: number;
  };
}

/** Says how many replicas each Scorer should have, from what processes tell of demand and the broker of its queues. */
export interface Autoscaler {
  /** Takes in what a gateway or aggregator tells. */
  take(demand: Demand): void;
  /**
   * Decides for all Scorers there are, and shows on what grounds as metrics. Meant to be called once or twice a second.
   *
   * @param queues null: the broker does not say
   */
  decide(scorers: readonly ScorerToScale[], queues: readonly QueueLength[] | null): readonly Decision[];
  /** It leads no more: its series go, and what it remembered, for another may have decided since. */
  withdraw(): void;
}

type QueueNamed = (name: string) => QueueLength | undefined;

const queueIn = (queues: readonly QueueLength[]): QueueNamed => {
  const named = new Map(queues.map((one) => [one.name, one]));
  return (name) => named.get(name);
};

/** What waits and what is being worked on. */
const lengthOf = (queue: QueueLength | undefined): number | null =>
  queue === undefined ? null : queue.messagesReady + queue.messagesUnacknowledged;

const sumOf = (backlog: Backlog | null): number | null => backlog && backlog.interactive + backlog.durable;

export const createAutoscaler = (options: {
  names: Names;
  clock: Pick<Clock, 'monotonicMs'>;
  metrics: Pick<Metrics, 'gauge' | 'remove' | 'count'>;
}): Autoscaler => {
  const { names, clock, metrics } = options;
  const book = createDemandBook(clock);
  const shown = createScalingMetrics(metrics);
  let memories = new Map<string, ScalingMemory>();

  const depthsOf = (scorer: ScorerToScale, queueNamed: QueueNamed): QueueDepths => ({
    interactive: lengthOf(queueNamed(names.scorer(scorer.criterion, 'interactive', scorer.generation))),
    durable: lengthOf(queueNamed(names.scorer(scorer.criterion, 'durable', scorer.generation))),
    intake: queueNamed(names.intake)?.messagesReady ?? null,
    taken: queueNamed(names.intake)?.messagesUnacknowledged ?? null,
  });

  const countScaling = (scorer: ScorerToScale, apply: number | null): void => {
    if (apply === null) return;
    const direction = apply > scorer.replicas ? 'up' : 'down';
    const labels = { scorer_namespace: scorer.namespace, scorer: scorer.name, direction };
    metrics.count('medley_operator_scorer_scalings_total', labels);
  };

  return {
    take: book.take,
    decide(scorers, queues) {
      const senders = book.senders();
      const queueNamed = queues === null ? null : queueIn(queues);
      const nowMs = clock.monotonicMs();
      const next = new Map<string, ScalingMemory>();
      const decisions = scorers.map((scorer): Decision => {
        const { namespace, name, settings, pinned, replicas, concurrency, deadlineMs } = scorer;
        const key = `${namespace}/${name}`;
        const demand = viewDemand(senders, scorer.criterion);
        const backlog = backlogOf(queueNamed && depthsOf(scorer, queueNamed), demand);
        const { offered, serviceMs, isWhole } = demand;
        const offeredPerSecond = offered?.perSecond ?? null;
        const offeredError = offered?.error ?? 0;
        const load = { offeredPerSecond, offeredError, backlog, serviceMs, concurrency, deadlineMs };
        const situation = { settings, pinned, replicas, load, isWhole, nowMs };
        const { verdict, memory } = decide(situation, memories.get(key) ?? freshMemory(nowMs));
        next.set(key, memory);
        countScaling(scorer, verdict.apply);
        const inputs = { offeredPerSecond, backlogRequests: sumOf(backlog), serviceMs, replicas };
        shown.show(scorer, {
          ...{ ...inputs, offeredPerSecond: isWhole ? offeredPerSecond : null, wanted: verdict.wanted },
          missedPerSecond: isWhole ? demand.missedPerSecond : null,
          queueRequests: backlog ?? { interactive: null, durable: null },
          maxReplicas: settings.maxReplicas,
        });
        return { namespace, name, mode: settings.mode, ...verdict, inputs };
      });
      memories = next;
      shown.keep(scorers);
      return decisions;
    },
    withdraw() {
      memories = new Map();
      shown.keep([]);
    },
  };
};
