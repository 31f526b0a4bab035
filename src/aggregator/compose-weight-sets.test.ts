import { describe, expect, test } from '@jest/globals';
import { samplePartial, samplePlan, sampleRequest } from '../../test/support/gathering-samples.ts';
import type { Partial as ScorerPartial } from '../contract/partial-batch.ts';
import type { Plan } from '../contract/plan.ts';
import { composeAnswer } from './compose-answer.ts';

const request = sampleRequest({ mask: 0b111, profile: { items: ['w'], weights: [1], atMs: [0] } });

const compose = (
  plan: Plan,
  partials: Readonly<Record<string, ScorerPartial>>,
  second?: Readonly<Record<string, ScorerPartial>>,
  k = 3,
) => {
  const criteria = plan.criteria.map(({ criterion }) => criterion);
  const arrivals = criteria.map((criterion) => {
    const partial = partials[criterion];
    return partial === undefined ? undefined : { partial, atMs: 40 };
  });
  return composeAnswer({
    group: { request: { ...request, k }, criteria, arrivals, receivedAtMs: 0 },
    plan,
    late: { find: () => undefined },
    itemOf: () => undefined,
    ...(second === undefined ? {} : { second: new Map(Object.entries(second)) }),
    ...{ nowMs: 0, wallMs: 0, totalMs: 0 },
  });
};

const scored = (scores: Record<string, number>, rest: Partial<ScorerPartial> = {}): ScorerPartial =>
  samplePartial(request, scores, rest);

const set = { minHistory: 0, missing: [], refined: false };
const plan = samplePlan(
  { factors: 0.1, genres: 0.1, history: 0.8 },
  {
    minimumCoverage: 0.5,
    weightSets: [
      { ...set, name: 'without-history', missing: ['history'], weights: { factors: 0.9, genres: 0.1, history: 0 } },
      { ...set, name: 'refined', refined: true, weights: { factors: 0.5, genres: 0.5, history: 0 } },
    ],
  },
);
const said = { factors: scored({ a: 1, b: 0.5 }), genres: scored({ c: 1 }) };

describe('where a criterion that has a set of weights for it is missing', () => {
  test('the others are fused by that set', () => {
    const { answer } = compose(plan, said);
    expect(answer.items.map(({ id, score }) => [id, score])).toEqual([
      ['a', 0.9],
      ['b', 0.45],
      ['c', 0.1],
    ]);
    expect(answer.items[0]?.shares).toEqual({ factors: 1 });
  });

  test('the answer still says what is missing and what it weighs, and is enough because the set says so', () => {
    const { answer } = compose(plan, said);
    expect(answer).toMatchObject({ source: 'fresh', complete: false, exact: false });
    expect(answer.coverage.weight).toBeCloseTo(0.2, 9);
    expect(answer.coverage.criteria[2]).toMatchObject({ criterion: 'history', outcome: 'late', weight: 0.8 });
  });

  test('what the set itself wants must be there', () => {
    const { answer, shortfall } = compose(plan, { genres: said.genres });
    expect(answer.source).toBe('none');
    expect(shortfall).toBe('Only 10 % of the weight answered and 50 % is needed; missing: factors, history.');
  });

  test('one without such a set is missed as before', () => {
    expect(compose({ ...plan, weightSets: [] }, said).answer.source).toBe('none');
  });
});

describe('the second round', () => {
  const first = { ...said, history: scored({ d: 1 }) };

  test('asks those that have a say in it, by the weights of its own set', () => {
    const { refinable, refinesDifferently } = compose(plan, first);
    expect(refinable).toEqual(['factors', 'genres']);
    expect(refinesDifferently).toBe(true);
  });

  test('is fused by z-scores, and by its own weights', () => {
    const scores = { factors: scored({ a: 3, b: 2, c: -7 }), genres: scored({ c: 3, b: 2.9, a: -9 }) };
    const { answer } = compose(plan, first, scores);
    expect(answer.items.map(({ id }) => id)).toEqual(['b', 'a', 'c']);
    expect(answer.coverage.weight).toBe(1);
  });

  test('that left out what lists had is exact only where that could not have been better', () => {
    const alike = { ...plan, weightSets: plan.weightSets.slice(1), refineNormalise: 'max' as const };
    const second = { factors: scored({ b: 10, a: 5 }), genres: scored({ a: 9, b: 1 }) };
    const listing = (left: number) => ({
      factors: scored({ b: 10, z: left, a: 5 }, { floor: 1 }),
      genres: scored({ a: 9, z: left }, { floor: 1 }),
      history: scored({ a: 1 }),
    });
    const exactFor = (left: number) => compose(alike, listing(left), second, 1).answer.exact;
    expect([exactFor(8.9), exactFor(2)]).toEqual([false, true]);
  });
});
