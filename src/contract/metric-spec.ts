/**
 * What a metric is: its kind, help and labels.
 *
 * Labels are bounded: criteria, recommenders, lanes, outcomes. Never a user, item or request id.
 */
export interface MetricSpec {
  kind: 'counter' | 'gauge' | 'histogram';
  help: string;
  labels: readonly string[];
  /** Histograms only, in the metric's unit. */
  buckets?: readonly number[];
}

export const secondsBuckets = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.75, 1, 1.5, 2.5, 5, 10, 30,
] as const;
