import type { MetricName } from '../../contract/metrics.ts';
import type { Lane } from '../../contract/primitives.ts';
import type { Metrics } from '../../runtime/metrics.ts';

/** What is known of one Scorer's scaling; null removes the series: an unknown value must not look like an old one. */
export interface ScalingFigures {
  offeredPerSecond: number | null;
  missedPerSecond: number | null;
  backlogRequests: number | null;
  queueRequests: Readonly<Record<Lane, number | null>>;
  serviceMs: number | null;
  wanted: number | null;
  replicas: number;
  maxReplicas: number;
}

/**
 * Exports the scaling series, by the leader alone: two processes that said different things would be added up.
 *
 * The labels are not `namespace` and `pod`, which whoever scrapes sets to those of this process.
 */
export interface ScalingMetrics {
  show(scorer: { namespace: string; name: string }, figures: ScalingFigures): void;
  /** Removes the series of every Scorer but these. */
  keep(scorers: readonly { namespace: string; name: string }[]): void;
}

type Labels = Readonly<Record<string, string>>;

const rowsOf = (labels: Labels, figures: ScalingFigures): readonly (readonly [MetricName, Labels, number | null])[] => {
  const { queueRequests, serviceMs } = figures;
  return [
    ['medley_operator_scorer_offered_requests_per_second', labels, figures.offeredPerSecond],
    ['medley_operator_scorer_missed_requests_per_second', labels, figures.missedPerSecond],
    ['medley_operator_scorer_backlog_requests', labels, figures.backlogRequests],
    ['medley_operator_scorer_queue_requests', { ...labels, lane: 'interactive' }, queueRequests.interactive],
    ['medley_operator_scorer_queue_requests', { ...labels, lane: 'durable' }, queueRequests.durable],
    ['medley_operator_scorer_service_seconds', labels, serviceMs === null ? null : serviceMs / 1_000],
    ['medley_operator_scorer_wanted_replicas', labels, figures.wanted],
    ['medley_operator_scorer_replicas', labels, figures.replicas],
    ['medley_operator_scorer_max_replicas', labels, figures.maxReplicas],
  ];
};

const nothing: ScalingFigures = {
  ...{ offeredPerSecond: null, missedPerSecond: null, backlogRequests: null, serviceMs: null, wanted: null },
  queueRequests: { interactive: null, durable: null },
  replicas: 0,
  maxReplicas: 0,
};

export const createScalingMetrics = (metrics: Pick<Metrics, 'gauge' | 'remove'>): ScalingMetrics => {
  const shown = new Map<string, Labels>();
  const keyOf = ({ namespace, name }: { namespace: string; name: string }): string => `${namespace}/${name}`;

  return {
    show(scorer, figures) {
      const labels = { scorer_namespace: scorer.namespace, scorer: scorer.name };
      shown.set(keyOf(scorer), labels);
      for (const [metric, own, value] of rowsOf(labels, figures)) {
        if (value === null) metrics.remove(metric, own);
        else metrics.gauge(metric, own, value);
      }
    },
    keep(scorers) {
      const kept = new Set(scorers.map(keyOf));
      for (const [key, labels] of shown) {
        if (kept.has(key)) continue;
        for (const [metric, own] of rowsOf(labels, nothing)) metrics.remove(metric, own);
        shown.delete(key);
      }
    },
  };
};
