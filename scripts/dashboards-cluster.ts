/** Dashboards of what carries the work: queues and scaling, the broker, the operator. Pure. */
import { type Dashboard, type Panel, type Query, scopeOf } from './grafana.ts';

const window = '[$__rate_interval]';
const here = 'namespace="$namespace"';
const scaled = scopeOf({ choose: { label: 'scorer', of: '' } });

/** A gauge of the operator, by Scorer. */
const gauge = (metric: string, legend = '{{scorer}}', by = 'scorer'): Query => ({
  expr: `max by (${by}) (${metric}{${scaled}})`,
  legend,
});

export const queueDashboard: Dashboard = {
  name: 'queues-and-scaling',
  title: 'Medley / Queues and scaling',
  choose: { label: 'scorer', of: 'medley_operator_scorer_replicas' },
  rows: [
    {
      title: 'Demand',
      panels: [
        {
          title: 'Arrival and service',
          says: 'Requests a second a scorer is wanted for, and those it works on. Where arrival stays above service, a backlog grows or requests are turned away.',
          unit: 'reqps',
          queries: [
            gauge('medley_operator_scorer_offered_requests_per_second', '{{scorer}} wanted for'),
            {
              expr: `sum by (criterion) (rate(medley_scorer_requests_total{${here}, outcome!="expired"}${window}))`,
              legend: '{{criterion}} worked on',
            },
          ],
        },
        {
          title: 'Demand missed',
          says: 'Of what a scorer is wanted for, what goes without its answer in time: refused, skipped or late.',
          unit: 'reqps',
          queries: [gauge('medley_operator_scorer_missed_requests_per_second')],
        },
        {
          title: 'Service time',
          says: 'What one request takes, as the autoscaler takes it.',
          unit: 's',
          queries: [gauge('medley_operator_scorer_service_seconds')],
        },
      ],
    },
    {
      title: 'Queues',
      panels: [
        {
          title: 'Queue depth by scorer and lane',
          says: 'In requests, not messages; those delivered and not settled included.',
          unit: 'short',
          queries: [gauge('medley_operator_scorer_queue_requests', '{{scorer}} {{lane}}', 'scorer, lane')],
        },
        {
          title: 'Backlog',
          says: 'What waits on both lanes: what the autoscaler has to work off.',
          unit: 'short',
          queries: [gauge('medley_operator_scorer_backlog_requests')],
        },
      ],
    },
    {
      title: 'Replicas',
      panels: [
        {
          title: 'Wanted, actual and most replicas',
          says: 'Wanted follows demand at once; actual follows within the step limits, and down only after the stabilisation window. A gap in wanted: demand is unknown, nothing is scaled down.',
          unit: 'short',
          queries: [
            gauge('medley_operator_scorer_wanted_replicas', '{{scorer}} wanted'),
            gauge('medley_operator_scorer_replicas', '{{scorer}} actual'),
            gauge('medley_operator_scorer_max_replicas', '{{scorer}} most'),
          ],
        },
        {
          title: 'Scaling decisions',
          says: 'Those that changed something, in 15 minutes. Up and down in turns: the window is too short.',
          unit: 'short',
          queries: [
            {
              expr: `sum by (scorer, direction) (increase(medley_operator_scorer_scalings_total{${scaled}}[15m]))`,
              legend: '{{scorer}} {{direction}}',
            },
          ],
        },
      ],
    },
  ],
};

const byPod = (title: string, says: string, metric: string): Panel => ({
  ...{ title, says, unit: 'short' },
  queries: [{ expr: `min by (pod, connection) (${metric}{${here}})`, legend: '{{pod}} {{connection}}' }],
});

export const brokerDashboard: Dashboard = {
  name: 'broker',
  title: 'Medley / Broker',
  rows: [
    {
      title: 'As the processes of Medley see it',
      panels: [
        byPod('Connected', '1: the connection is open. 0: that process does no work.', 'medley_broker_connected'),
        {
          title: 'Blocked',
          says: '1: the broker takes no messages, for an alarm of memory or disk; gateways answer 503.',
          unit: 'short',
          threshold: 1,
          queries: [{ expr: `max by (pod) (medley_broker_blocked{${here}})`, legend: '{{pod}}' }],
        },
        {
          title: 'Publish to confirm',
          says: 'By type of message. Quorum queues (intake, durable) write to disk and take longer.',
          unit: 's',
          queries: [
            {
              expr: `histogram_quantile(0.99, sum by (le, type) (rate(medley_broker_confirm_seconds_bucket{${here}}${window})))`,
              legend: 'p99 {{type}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Messages',
      panels: [
        {
          title: 'Published',
          says: 'By type and by what became of it. returned: no queue took it.',
          unit: 'ops',
          queries: [
            {
              expr: `sum by (type, result) (rate(medley_broker_published_total{${here}}${window}))`,
              legend: '{{type}} {{result}}',
            },
          ],
        },
        {
          title: 'Delivered',
          says: 'By type and verdict. requeue: the process could not finish it now.',
          unit: 'ops',
          queries: [
            {
              expr: `sum by (type, verdict) (rate(medley_broker_delivered_total{${here}}${window}))`,
              legend: '{{type}} {{verdict}}',
            },
          ],
        },
        {
          title: 'Bad messages set aside',
          says: 'In 15 minutes; they are with the dead letters: medley dlq show.',
          unit: 'short',
          threshold: 1,
          queries: [
            {
              expr: `sum by (type) (increase(medley_broker_malformed_total{${here}}[15m]))`,
              legend: '{{type}}',
            },
          ],
        },
      ],
    },
    {
      title: 'RabbitMQ itself (internal broker)',
      panels: [
        {
          title: 'Messages by queue',
          says: 'Ready and unsettled. Messages of the interactive lane carry many requests each.',
          unit: 'short',
          queries: [
            { expr: `topk(12, sum by (queue) (rabbitmq_detailed_queue_messages{${here}}))`, legend: '{{queue}}' },
          ],
        },
        {
          title: 'Consumers by queue',
          says: '0 at a queue of a scorer: nobody reads it.',
          unit: 'short',
          queries: [{ expr: `sum by (queue) (rabbitmq_detailed_queue_consumers{${here}})`, legend: '{{queue}}' }],
        },
        {
          title: 'Memory against the alarm',
          says: 'Where it reaches 1 the broker blocks whoever publishes.',
          unit: 'percentunit',
          threshold: 0.9,
          queries: [
            {
              expr: `max by (pod) (rabbitmq_process_resident_memory_bytes{${here}}) / max by (pod) (rabbitmq_resident_memory_limit_bytes{${here}})`,
              legend: '{{pod}}',
            },
          ],
        },
        {
          title: 'Free disk',
          says: 'Below its limit the broker blocks whoever publishes.',
          unit: 'bytes',
          queries: [
            { expr: `min by (pod) (rabbitmq_disk_space_available_bytes{${here}})`, legend: '{{pod}}' },
            { expr: `max by (pod) (rabbitmq_disk_space_available_limit_bytes{${here}})`, legend: '{{pod}} limit' },
          ],
        },
      ],
    },
  ],
};

const stat = (title: string, says: string, expr: string): Panel => ({
  ...{ title, says, unit: 'none', kind: 'stat' },
  queries: [{ expr, legend: '' }],
});

export const operatorDashboard: Dashboard = {
  name: 'operator',
  title: 'Medley / Operator',
  rows: [
    {
      title: 'State',
      panels: [
        stat('Leaders', '1 always; 0 for a moment when one is replaced.', `sum(medley_operator_leader{${here}})`),
        stat('Objects waiting', 'Near 0 at rest.', `sum(medley_operator_queue_keys{${here}})`),
        stat(
          'Scorers not ready',
          'Their Ready condition says why.',
          `sum(medley_operator_ready_scorers{${here}, status!="True"}) or vector(0)`,
        ),
      ],
    },
    {
      title: 'Reconciling',
      panels: [
        {
          title: 'Time to reconcile',
          says: 'One object, by kind.',
          unit: 's',
          queries: [
            {
              expr: `histogram_quantile(0.99, sum by (le, kind) (rate(medley_operator_reconcile_seconds_bucket{${here}}${window})))`,
              legend: 'p99 {{kind}}',
            },
          ],
        },
        {
          title: 'Errors',
          says: 'In 15 minutes. terminal: waits for an edit of the object.',
          unit: 'short',
          queries: [
            {
              expr: `sum by (kind, terminal) (increase(medley_operator_reconcile_errors_total{${here}}[15m]))`,
              legend: '{{kind}} terminal {{terminal}}',
            },
          ],
        },
        {
          title: 'Calls to the API server',
          says: 'At rest there are no writes (create, patch, delete).',
          unit: 'ops',
          queries: [
            {
              expr: `sum by (verb, kind, result) (rate(medley_operator_api_calls_total{${here}}${window}))`,
              legend: '{{verb}} {{kind}} {{result}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Watching',
      panels: [
        {
          title: 'Silence of the API server',
          says: 'Since it last said anything of a kind; bookmarks come about once a minute.',
          unit: 's',
          threshold: 180,
          queries: [{ expr: `max by (kind) (medley_operator_watch_stale_seconds{${here}})`, legend: '{{kind}}' }],
        },
        {
          title: 'Watches begun anew',
          says: 'By reason; the API server ends each watch after some minutes.',
          unit: 'ops',
          queries: [
            {
              expr: `sum by (kind, reason) (rate(medley_operator_watch_failures_total{${here}}${window}))`,
              legend: '{{kind}} {{reason}}',
            },
          ],
        },
        {
          title: 'Plan versions',
          says: 'In force, by recommender: a step is a change that reached the data path.',
          unit: 'none',
          queries: [
            { expr: `max by (recommender) (medley_operator_plan_version{${here}})`, legend: '{{recommender}}' },
          ],
        },
      ],
    },
  ],
};
