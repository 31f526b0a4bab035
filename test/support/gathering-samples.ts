import type { Partial as ScorerPartial } from '../../src/contract/partial-batch.ts';
import { type Plan, planSchema } from '../../src/contract/plan.ts';
import { subjectKey } from '../../src/contract/primitives.ts';
import type { ScoringRequest } from '../../src/contract/request-batch.ts';

/** Requests, partials and plans as short as a test can say them. */

/** 32 hexadecimal digits from a number. */
export const requestId = (number: number): string => number.toString(16).padStart(32, '0');

export const sampleRequest = (overrides: Partial<ScoringRequest> = {}): ScoringRequest => ({
  id: requestId(1),
  recommender: 'home',
  subject: { kind: 'user', id: '17' },
  k: 3,
  profile: { items: [], weights: [], atMs: [] },
  dropProfile: true,
  seen: [],
  include: [],
  explain: true,
  deadlineAtMs: 1_700_000_000_300,
  remainingMs: 300,
  round: 0,
  mask: 0b11,
  topN: 100,
  planVersion: 1,
  skipped: {},
  ...overrides,
});

/** A partial for the request; `scores` by item makes it a scored one, best first as given. */
export const samplePartial = (
  request: Pick<ScoringRequest, 'id' | 'subject' | 'round'>,
  scores: Readonly<Record<string, number>> = { a: 1 },
  overrides: Partial<ScorerPartial> = {},
): ScorerPartial => ({
  id: request.id,
  round: request.round,
  subject: subjectKey(request.subject),
  deadlineAtMs: 1_700_000_000_300,
  outcome: 'scored',
  items: Object.keys(scores),
  scores: Object.values(scores),
  floor: null,
  waitMs: 1,
  serviceMs: 2,
  ...overrides,
});

/** A plan over these criteria: weight 1 each unless given. */
export const samplePlan = (
  criteria: Readonly<Record<string, number>> = { genres: 1, history: 1 },
  overrides: Partial<Plan> = {},
): Plan =>
  planSchema.parse({
    recommender: 'home',
    version: 1,
    deadlineMs: 300,
    criteria: Object.entries(criteria).map(([criterion, weight]) => ({
      criterion,
      weight,
      required: false,
      topN: 100,
      generation: 0,
    })),
    minimumCoverage: 0,
    fusion: {},
    rules: {},
    refine: false,
    k: { default: 10, max: 200 },
    variants: [],
    fallback: ['last-good', 'popular'],
    lateHalfLifeMs: 600_000,
    ...overrides,
  });
