import type { Answer, CriterionCoverage } from '../../src/contract/answer.ts';
import { type RecommendationRequest, recommendationRequestSchema } from '../../src/contract/http.ts';
import type { Plan } from '../../src/contract/plan.ts';
import type { Metrics } from '../../src/runtime/metrics.ts';
import type { Shipment } from '../../src/scatter/shipment.ts';

/** Pieces that tests of the gateway share. */

export const sampleBody = (body: object = { user: '17' }): RecommendationRequest =>
  recommendationRequestSchema.parse(body);

export const sampleCoverage = (overrides: Partial<CriterionCoverage> = {}): CriterionCoverage => ({
  criterion: 'genres',
  outcome: 'scored',
  weight: 0.5,
  required: false,
  elapsedMs: 12,
  waitMs: 0,
  serviceMs: 10,
  ...overrides,
});

/** The answer an aggregator would give to a shipment. */
export const answerTo = ({ ask }: Pick<Shipment, 'ask'>, overrides: Partial<Answer> = {}): Answer => ({
  requestId: ask.id,
  recommender: ask.recommender,
  plan: { version: 1 },
  subject: ask.subject,
  source: 'fresh',
  complete: true,
  exact: true,
  items: [{ id: 'a', score: 1 }],
  coverage: { weight: 1, criteria: [sampleCoverage()] },
  timings: { totalMs: 1, deadlineMs: 1, slowestMs: 12, slowest: 'genres', sumMs: 12 },
  ...overrides,
});

/** A book of plans from a list. */
export const bookOf = (...plans: Plan[]) => ({
  get: (recommender: string) => plans.find((plan) => plan.recommender === recommender),
  all: () => plans,
});

/** Metrics that can be read back: `name{label="value"}` → number. */
export const createCountingMetrics = (): Metrics & { value(series: string): number } => {
  const values = new Map<string, number>();
  const series = (name: string, labels: Readonly<Record<string, string>> = {}): string => {
    const inside = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    return inside.length === 0 ? name : `${name}{${inside.join(',')}}`;
  };
  return {
    count(name, labels, by = 1) {
      const key = series(name, labels);
      values.set(key, (values.get(key) ?? 0) + by);
    },
    gauge: (name, labels, value) => void values.set(series(name, labels), value),
    observe(name, labels) {
      const key = series(name, labels);
      values.set(key, (values.get(key) ?? 0) + 1);
    },
    remove: (name, labels) => void values.delete(series(name, labels)),
    text: async () => '',
    contentType: 'text/plain',
    value: (key) => values.get(key) ?? 0,
  };
};
