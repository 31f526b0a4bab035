/** What each dashboard shows, and its JSON for the chart (helm/medley/dashboards). Pure. */
import { brokerDashboard, operatorDashboard, queueDashboard } from './dashboards-cluster.ts';
import { type Dashboard, grafanaJson, type Query, scopeOf } from './grafana.ts';

const window = '[$__rate_interval]';

const requestScope = scopeOf({ choose: { label: 'recommender', of: '' } });
const quantile = (q: number, metric: string, by: string, scope: string): Query => ({
  expr: `histogram_quantile(${q}, sum by (le${by === '' ? '' : `, ${by}`}) (rate(${metric}_bucket{${scope}}${window})))`,
  legend: by === '' ? `p${q * 100}` : `p${q * 100} {{${by}}}`,
});
const shareOf = (some: string, all: string, by: string): string =>
  `sum by (${by}) (rate(${some}${window})) / sum by (${by}) (rate(${all}${window}))`;

const requestDashboard: Dashboard = {
  name: 'requests',
  title: 'Medley / Requests',
  choose: { label: 'recommender', of: 'medley_gateway_requests_total' },
  rows: [
    {
      title: 'What callers get',
      panels: [
        {
          title: 'Requests by what became of them',
          says: 'fresh is an answer made for this request; last-good, popular and none are fallbacks; the rest are refusals.',
          unit: 'reqps',
          queries: [
            {
              expr: `sum by (result) (rate(medley_gateway_requests_total{${requestScope}}${window}))`,
              legend: '{{result}}',
            },
          ],
        },
        {
          title: 'Arrival to answer',
          says: 'A turtle does not raise these above the deadline.',
          unit: 's',
          queries: [0.5, 0.95, 0.99].map((q) => quantile(q, 'medley_gateway_answer_seconds', '', requestScope)),
        },
        {
          title: 'Share of the deadline used',
          says: '1 is the deadline, whatever a recommender or a caller made it. A recommender that sits at 1 waits for a turtle each time.',
          unit: 'percentunit',
          threshold: 1,
          queries: [0.5, 0.99].map((q) =>
            quantile(q, 'medley_gateway_deadline_used_ratio', 'recommender', requestScope),
          ),
        },
      ],
    },
    {
      title: 'How whole answers are',
      panels: [
        {
          title: 'Coverage',
          says: 'Mean share of the weight that was answered in time; 1 is whole.',
          unit: 'percentunit',
          queries: [
            {
              expr: shareOf(
                `medley_aggregator_coverage_ratio_sum{${requestScope}}`,
                `medley_aggregator_coverage_ratio_count{${requestScope}}`,
                'recommender',
              ),
              legend: '{{recommender}}',
            },
          ],
        },
        {
          title: 'Late share by criterion',
          says: 'Share of the requests asked of a criterion that it did not answer by the deadline. A turtle stands out here.',
          unit: 'percentunit',
          threshold: 0.05,
          queries: [
            {
              expr: shareOf(
                `medley_aggregator_outcomes_total{${requestScope}, outcome=~"late|expired"}`,
                `medley_aggregator_outcomes_total{${requestScope}, outcome!~"asleep|full"}`,
                'criterion',
              ),
              legend: '{{criterion}}',
            },
          ],
        },
        {
          title: 'Criteria by outcome',
          says: 'scored and abstained answered; full and asleep were never asked; late, expired and failed were asked in vain.',
          unit: 'reqps',
          queries: [
            {
              expr: `sum by (criterion, outcome) (rate(medley_aggregator_outcomes_total{${requestScope}}${window}))`,
              legend: '{{criterion}} {{outcome}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Gateways and aggregators',
      panels: [
        {
          title: 'Open requests',
          says: 'Requests waiting for an answer, by gateway.',
          unit: 'short',
          queries: [
            {
              expr: 'sum by (pod) (medley_gateway_open_requests{namespace="$namespace"})',
              legend: '{{pod}}',
            },
          ],
        },
        {
          title: 'Aggregators heard of',
          says: 'By each gateway; 0 means that it answers everything itself.',
          unit: 'short',
          queries: [{ expr: 'min by (pod) (medley_gateway_aggregators{namespace="$namespace"})', legend: '{{pod}}' }],
        },
        {
          title: 'Fuse, rules, explanation',
          says: 'What making an answer takes an aggregator.',
          unit: 's',
          queries: [0.5, 0.99].map((q) => quantile(q, 'medley_aggregator_fuse_seconds', '', requestScope)),
        },
        {
          title: 'Durable requests',
          says: 'Accepted work by how it ended.',
          unit: 'reqps',
          queries: [
            {
              expr: `sum by (result) (rate(medley_aggregator_durable_total{${requestScope}}${window}))`,
              legend: '{{result}}',
            },
          ],
        },
      ],
    },
  ],
};

const scorerScope = scopeOf({ choose: { label: 'criterion', of: '' } });

const scorerDashboard: Dashboard = {
  name: 'scorers',
  title: 'Medley / Scorers',
  choose: { label: 'criterion', of: 'medley_scorer_requests_total' },
  rows: [
    {
      title: 'Work',
      panels: [
        {
          title: 'Requests by outcome',
          says: 'expired were taken too late to begin: the scorer has too few replicas or stood still.',
          unit: 'reqps',
          queries: [
            {
              expr: `sum by (criterion, outcome) (rate(medley_scorer_requests_total{${scorerScope}}${window}))`,
              legend: '{{criterion}} {{outcome}}',
            },
          ],
        },
        {
          title: 'Time to score one request',
          says: 'Of the interactive lane. Against the deadline, and against the wait beside it: which of the two makes it late?',
          unit: 's',
          queries: [0.5, 0.95].map((q) =>
            quantile(q, 'medley_scorer_service_seconds', 'criterion', `${scorerScope}, lane="interactive"`),
          ),
        },
        {
          title: 'Wait before it is begun',
          says: 'In the broker and in the process, of the interactive lane.',
          unit: 's',
          queries: [0.5, 0.95].map((q) =>
            quantile(q, 'medley_scorer_wait_seconds', 'criterion', `${scorerScope}, lane="interactive"`),
          ),
        },
      ],
    },
    {
      title: 'What waits and what is turned away',
      panels: [
        {
          title: 'Requests taken and not begun',
          says: 'By lane. Requests still in the broker are on the dashboard of queues.',
          unit: 'short',
          queries: [
            {
              expr: `sum by (criterion, lane) (medley_scorer_waiting_requests{${scorerScope}})`,
              legend: '{{criterion}} {{lane}}',
            },
          ],
        },
        {
          title: 'Demand by what became of it',
          says: 'As gateways count it: admitted, refused whole, or answered without this scorer (full, asleep).',
          unit: 'reqps',
          queries: [
            {
              expr: `sum by (criterion, result) (rate(medley_gateway_demand_total{${scorerScope}}${window}))`,
              legend: '{{criterion}} {{result}}',
            },
          ],
        },
        {
          title: 'Partials by what became of them',
          says: 'counted are in an answer; late ones are kept for the next; duplicate, foreign and unknown change nothing.',
          unit: 'reqps',
          queries: [
            {
              expr: `sum by (criterion, result) (rate(medley_aggregator_partials_total{${scorerScope}}${window}))`,
              legend: '{{criterion}} {{result}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Models and threads',
      panels: [
        {
          title: 'Age of the newest version',
          says: 'Since a model was last published; the trainer makes them.',
          unit: 's',
          queries: [
            {
              expr: 'time() - max by (model) (medley_gateway_model_published_timestamp_seconds{namespace="$namespace"})',
              legend: '{{model}}',
            },
          ],
        },
        {
          title: 'Models loaded',
          says: 'In the last 15 minutes, by whether it worked. One that fails leaves the old one in use.',
          unit: 'short',
          queries: [
            {
              expr: `sum by (criterion, result) (increase(medley_scorer_model_swaps_total{${scorerScope}}[15m]))`,
              legend: '{{criterion}} {{result}}',
            },
          ],
        },
        {
          title: 'Threads replaced',
          says: 'In the last 15 minutes: scoring threads that died or hung.',
          unit: 'short',
          queries: [
            {
              expr: `sum by (criterion, reason) (increase(medley_scorer_threads_replaced_total{${scorerScope}}[15m]))`,
              legend: '{{criterion}} {{reason}}',
            },
          ],
        },
      ],
    },
  ],
};

export const dashboards: readonly Dashboard[] = [
  requestDashboard,
  scorerDashboard,
  queueDashboard,
  brokerDashboard,
  operatorDashboard,
];

/** By path from the root. */
export const dashboardFiles = (): ReadonlyMap<string, string> =>
  new Map(
    dashboards.map((one) => [
      `helm/medley/dashboards/${one.name}.json`,
      `${JSON.stringify(grafanaJson(one), null, 2)}\n`,
    ]),
  );
