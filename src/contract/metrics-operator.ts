import { type MetricSpec, secondsBuckets } from './metric-spec.ts';

/** What the operator exports; those of `scorer_` by the leader alone, and only while their value is known. */
export const operatorMetrics = {
  medley_operator_leader: { kind: 'gauge', help: '1 while this process leads', labels: [] },
  medley_operator_queue_keys: { kind: 'gauge', help: 'Objects waiting to be reconciled', labels: [] },
  medley_operator_reconcile_seconds: {
    kind: 'histogram',
    help: 'Time to reconcile one object',
    labels: ['kind'],
    buckets: secondsBuckets,
  },
  medley_operator_reconcile_errors_total: {
    kind: 'counter',
    help: 'Reconciles that failed; terminal ones wait for an edit, the others come again',
    labels: ['kind', 'terminal'],
  },
  medley_operator_watch_stale_seconds: {
    kind: 'gauge',
    help: 'Time since the API server last said anything of a kind; bookmarks come about once a minute',
    labels: ['kind'],
  },
  medley_operator_watch_failures_total: {
    kind: 'counter',
    help: 'Lists and watches that failed and were begun anew',
    labels: ['kind', 'reason'],
  },
  medley_operator_api_calls_total: {
    kind: 'counter',
    help: 'Calls to the API server by verb and status',
    labels: ['verb', 'kind', 'result'],
  },
  medley_operator_objects: { kind: 'gauge', help: 'Objects there are, by kind', labels: ['kind'] },
  medley_operator_ready_scorers: { kind: 'gauge', help: 'Scorers by their Ready condition', labels: ['status'] },
  medley_operator_plan_version: { kind: 'gauge', help: 'Version of the plan in force', labels: ['recommender'] },
  medley_operator_scorer_offered_requests_per_second: {
    kind: 'gauge',
    help: 'Requests a scorer is wanted for each second: asked, refused and skipped',
    labels: ['scorer_namespace', 'scorer'],
  },
  medley_operator_scorer_missed_requests_per_second: {
    kind: 'gauge',
    help: 'Of the offered, those without its answer in time: refused, skipped or late',
    labels: ['scorer_namespace', 'scorer'],
  },
  medley_operator_scorer_backlog_requests: {
    kind: 'gauge',
    help: 'Requests waiting for a scorer on both lanes, those delivered and not settled included',
    labels: ['scorer_namespace', 'scorer'],
  },
  medley_operator_scorer_queue_requests: {
    kind: 'gauge',
    help: 'The backlog by lane',
    labels: ['scorer_namespace', 'scorer', 'lane'],
  },
  medley_operator_scorer_service_seconds: {
    kind: 'gauge',
    help: 'What one request takes, by the partials of the last half minute',
    labels: ['scorer_namespace', 'scorer'],
  },
  medley_operator_scorer_wanted_replicas: {
    kind: 'gauge',
    help: 'Replicas the demand wants, within the bounds; no series while demand is unknown',
    labels: ['scorer_namespace', 'scorer'],
  },
  medley_operator_scorer_max_replicas: {
    kind: 'gauge',
    help: 'Replicas it may have at most, by its autoscaling settings',
    labels: ['scorer_namespace', 'scorer'],
  },
  medley_operator_scorer_replicas: {
    kind: 'gauge',
    help: 'Replicas its Deployment is set to',
    labels: ['scorer_namespace', 'scorer'],
  },
  medley_operator_scorer_scalings_total: {
    kind: 'counter',
    help: 'Decisions that changed the number of replicas',
    labels: ['scorer_namespace', 'scorer', 'direction'],
  },
} as const satisfies Record<string, MetricSpec>;
