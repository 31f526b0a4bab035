import { type MetricSpec, secondsBuckets } from './metric-spec.ts';
import { operatorMetrics } from './metrics-operator.ts';

export type { MetricSpec } from './metric-spec.ts';

/** Every metric Medley exports: name, help, labels. Nobody else spells a metric or label name. */
export const metrics = {
  // broker
  medley_broker_connected: {
    kind: 'gauge',
    help: '1 while both connections to the broker are open',
    labels: ['connection'],
  },
  medley_broker_blocked: { kind: 'gauge', help: '1 while the broker blocks publishing', labels: [] },
  medley_broker_reconnects_total: {
    kind: 'counter',
    help: 'Connections opened again after a loss',
    labels: ['connection'],
  },
  medley_broker_queues_moved_total: {
    kind: 'counter',
    help: 'Queues of this process that moved because the node that held them was gone',
    labels: [],
  },
  medley_broker_published_total: {
    kind: 'counter',
    help: 'Messages by what became of the publish',
    labels: ['type', 'result'],
  },
  medley_broker_delivered_total: {
    kind: 'counter',
    help: 'Messages delivered, by verdict',
    labels: ['type', 'verdict'],
  },
  medley_broker_confirm_seconds: {
    kind: 'histogram',
    help: 'Publish to confirm',
    labels: ['type'],
    buckets: secondsBuckets,
  },
  medley_broker_malformed_total: { kind: 'counter', help: 'Bad messages or parts set aside', labels: ['type'] },
  // gateway
  medley_gateway_requests_total: {
    kind: 'counter',
    help: 'Recommendation requests by what became of them',
    labels: ['recommender', 'lane', 'result'],
  },
  medley_gateway_answer_seconds: {
    kind: 'histogram',
    help: 'Arrival to answer',
    labels: ['recommender', 'source'],
    buckets: secondsBuckets,
  },
  medley_gateway_deadline_used_ratio: {
    kind: 'histogram',
    help: 'Arrival to answer as a share of the deadline: 1 is an answer at the deadline, whatever it was',
    labels: ['recommender', 'source'],
    buckets: [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1, 1.05, 1.1, 1.2, 1.5, 2],
  },
  medley_gateway_open_requests: { kind: 'gauge', help: 'Requests waiting for an answer', labels: [] },
  medley_gateway_demand_total: {
    kind: 'counter',
    help: 'Requests a scorer was wanted for: admitted, refused, or answered without it since it is full or asleep',
    labels: ['criterion', 'lane', 'result'],
  },
  medley_gateway_batch_requests: {
    kind: 'histogram',
    help: 'Requests in one published batch',
    labels: ['lane'],
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
  },
  medley_gateway_stray_answers_total: { kind: 'counter', help: 'Answers nobody waits for', labels: ['reason'] },
  medley_gateway_http_seconds: {
    kind: 'histogram',
    help: 'HTTP requests',
    labels: ['method', 'route', 'status'],
    buckets: secondsBuckets,
  },
  medley_gateway_aggregators: {
    kind: 'gauge',
    help: 'Aggregators this gateway hears of and may send to',
    labels: [],
  },
  medley_gateway_model_published_timestamp_seconds: {
    kind: 'gauge',
    help: 'When the newest version of a model was published, Unix time',
    labels: ['model'],
  },
  medley_gateway_feedback_events_total: { kind: 'counter', help: 'Feedback events', labels: ['result'] },
  // scorer
  medley_scorer_requests_total: {
    kind: 'counter',
    help: 'Requests by outcome',
    labels: ['criterion', 'lane', 'outcome'],
  },
  medley_scorer_service_seconds: {
    kind: 'histogram',
    help: 'Time to score one request',
    labels: ['criterion', 'lane'],
    buckets: secondsBuckets,
  },
  medley_scorer_wait_seconds: {
    kind: 'histogram',
    help: 'Time a request waited before it was begun',
    labels: ['criterion', 'lane'],
    buckets: secondsBuckets,
  },
  medley_scorer_waiting_requests: {
    kind: 'gauge',
    help: 'Requests taken and not yet begun',
    labels: ['criterion', 'lane'],
  },
  medley_scorer_model_info: {
    kind: 'gauge',
    help: '1 for the model versions in use',
    labels: ['criterion', 'model', 'version'],
  },
  medley_scorer_model_swaps_total: { kind: 'counter', help: 'Models loaded', labels: ['criterion', 'result'] },
  medley_scorer_partial_batches_total: {
    kind: 'counter',
    help: 'Partial batches by what became of the publish: confirmed, returned (no aggregator queue), unavailable',
    labels: ['criterion', 'lane', 'result'],
  },
  medley_scorer_split_requests_total: {
    kind: 'counter',
    help: 'Requests of redelivered durable batches sent again one by one',
    labels: ['criterion'],
  },
  medley_scorer_threads_replaced_total: {
    kind: 'counter',
    help: 'Scoring threads that died or hung and were replaced',
    labels: ['criterion', 'reason'],
  },
  medley_scorer_prefetch_messages: {
    kind: 'gauge',
    help: 'Messages the scorer takes ahead',
    labels: ['criterion', 'lane'],
  },
  // aggregator
  medley_aggregator_open_groups: { kind: 'gauge', help: 'Requests being gathered', labels: ['lane'] },
  medley_aggregator_answers_total: {
    kind: 'counter',
    help: 'Answers by source',
    labels: ['recommender', 'lane', 'source'],
  },
  medley_aggregator_partials_total: {
    kind: 'counter',
    help: 'Partials by what became of them',
    labels: ['criterion', 'result'],
  },
  medley_aggregator_requests_dropped_total: {
    kind: 'counter',
    help: 'Requests not gathered: known already, past their deadline, or refused for want of room',
    labels: ['reason'],
  },
  medley_aggregator_refined_total: {
    kind: 'counter',
    help: 'Second rounds by what became of them: used, or too late',
    labels: ['recommender', 'result'],
  },
  medley_aggregator_late_users: { kind: 'gauge', help: 'Users of whom late partials are kept', labels: [] },
  medley_aggregator_catalogue_items: { kind: 'gauge', help: 'Items held for titles and attributes', labels: [] },
  medley_aggregator_outcomes_total: {
    kind: 'counter',
    help: 'Criteria of closed requests by outcome',
    labels: ['recommender', 'criterion', 'outcome'],
  },
  medley_aggregator_coverage_ratio: {
    kind: 'histogram',
    help: 'Share of weight answered in time',
    labels: ['recommender'],
    buckets: [0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1],
  },
  medley_aggregator_late_used_total: {
    kind: 'counter',
    help: 'Late partials used in a later answer',
    labels: ['criterion'],
  },
  medley_aggregator_fuse_seconds: {
    kind: 'histogram',
    help: 'Time to fuse, apply rules and explain',
    labels: ['recommender'],
    buckets: secondsBuckets,
  },
  medley_aggregator_durable_total: {
    kind: 'counter',
    help: 'Durable requests by what became of them',
    labels: ['recommender', 'result'],
  },
  // operator
  ...operatorMetrics,
  // trainer
  medley_trainer_fit_seconds: {
    kind: 'histogram',
    help: 'Time to fit one model',
    labels: ['model'],
    buckets: [0.01, 0.1, 1, 10, 60, 600, 3600],
  },
  medley_trainer_model_bytes: { kind: 'gauge', help: 'Size of the newest model', labels: ['model'] },
} as const satisfies Record<string, MetricSpec>;

export type MetricName = keyof typeof metrics;
