import { describe, expect, test } from '@jest/globals';
import { samplePartial, samplePlan, sampleRequest } from '../../test/support/gathering-samples.ts';
import type { Partial as ScorerPartial } from '../contract/partial-batch.ts';
import type { Plan } from '../contract/plan.ts';
import { coverageOf, durationText } from './coverage.ts';
import { weightsOf } from './fuse-weights.ts';
import type { Arrival } from './gather.ts';

const request = sampleRequest();
const arrival = (overrides: Partial<ScorerPartial> = {}, atMs = 1_040): Arrival => ({
  partial: samplePartial(request, {}, overrides),
  atMs,
});

const coverage = (
  plan: Plan,
  arrivals: Readonly<Record<string, Arrival>>,
  rest: { skipped?: Record<string, 'full' | 'asleep'>; asked?: readonly string[]; lateAgeMs?: number } = {},
) =>
  coverageOf({
    plan,
    weights: weightsOf(plan, request),
    request: { skipped: rest.skipped ?? {} },
    wasAsked: (criterion) => rest.asked?.includes(criterion) ?? true,
    arrivalOf: (criterion) => arrivals[criterion],
    lateAgeOf: (criterion) => (criterion === 'history' ? rest.lateAgeMs : undefined),
    receivedAtMs: 1_000,
    deadlineMs: 299.3,
  });

describe('the entry of a criterion', () => {
  test.each([
    ['scored', { outcome: 'scored' as const }, undefined],
    ['abstained', { outcome: 'abstained' as const }, 'knows nothing of this subject'],
    ['expired', { outcome: 'expired' as const }, 'was not begun within 300 ms'],
    ['failed', { outcome: 'failed' as const, detail: 'the model is empty' }, 'the model is empty'],
    ['failed', { outcome: 'failed' as const }, 'failed without saying why'],
  ])('that %s tells its times and why', (outcome, partial, detail) => {
    const [entry] = coverage(samplePlan({ history: 1 }), { history: arrival(partial) }).coverage.criteria;
    expect(entry).toEqual({
      criterion: 'history',
      outcome,
      weight: 1,
      required: false,
      elapsedMs: 40,
      waitMs: 1,
      serviceMs: 2,
      ...(detail === undefined ? {} : { detail }),
    });
  });

  test.each([
    ['late', {}, 'did not answer within 300 ms'],
    [
      'full',
      { skipped: { history: 'full' as const } },
      'was not asked: its scorers are full for longer than the deadline',
    ],
    ['asleep', { skipped: { history: 'asleep' as const } }, 'was not asked: no scorer is running'],
    ['expired', { asked: [] }, 'was not asked: the plan changed meanwhile'],
    ['late', { lateAgeMs: 1_000.4 }, 'did not answer within 300 ms'],
  ])('that never came is %s, with its reason', (outcome, rest, detail) => {
    const [entry] = coverage(samplePlan({ history: 1 }), {}, rest).coverage.criteria;
    expect(entry).toMatchObject({ outcome, detail, elapsedMs: null, waitMs: null, serviceMs: null });
    expect(entry?.lateAgeMs).toBe('lateAgeMs' in rest ? 1_000 : undefined);
  });

  test('is there once for each criterion of the plan, shadows included', () => {
    const { coverage: told } = coverage(samplePlan({ genres: 3, history: 1, shadow: 0 }), { genres: arrival() });
    expect(told.criteria.map(({ criterion, weight }) => [criterion, weight])).toEqual([
      ['genres', 0.75],
      ['history', 0.25],
      ['shadow', 0],
    ]);
  });
});

describe('coverage', () => {
  const plan = samplePlan({ genres: 3, history: 1 });

  test('is the share of weight that scored or abstained', () => {
    const told = coverage(plan, { genres: arrival({ outcome: 'abstained' }), history: arrival({ outcome: 'failed' }) });
    expect(told.coverage.weight).toBe(0.75);
    expect(told.complete).toBe(false);
  });

  test('is complete though a shadow is missing', () => {
    const told = coverage(samplePlan({ genres: 3, shadow: 0 }), { genres: arrival() });
    expect([told.complete, told.coverage.weight]).toEqual([true, 1]);
  });

  test('of weights that are all 0 is 0', () => {
    expect(coverage(samplePlan({ genres: 0 }), { genres: arrival() }).coverage.weight).toBe(0);
  });

  test.each([
    [0.76, 'Only 75 % of the weight answered and 76 % is needed; missing: history.'],
    [0.75, null],
  ])('with a minimum of %d falls short: %s', (minimumCoverage, shortfall) => {
    expect(coverage({ ...plan, minimumCoverage }, { genres: arrival() }).shortfall).toBe(shortfall);
  });

  test('falls short where a required criterion is missing, however much answered', () => {
    const criteria = plan.criteria.map((one) => ({ ...one, required: one.criterion === 'history' }));
    expect(coverage({ ...plan, criteria }, { genres: arrival() }).shortfall).toBe(
      'The required criterion history did not answer within 300 ms.',
    );
    expect(coverage({ ...plan, criteria }, { genres: arrival(), history: arrival() }).shortfall).toBeNull();
  });
});

test('timings name the slowest, and what asking one after the other would have cost', () => {
  const arrivals = { genres: arrival({}, 1_020), history: arrival({}, 1_080) };
  expect(coverage(samplePlan(), arrivals).timings).toEqual({ slowest: 'history', slowestMs: 80, sumMs: 100 });
  expect(coverage(samplePlan(), {}).timings).toEqual({ slowest: null, slowestMs: null, sumMs: 0 });
});

test("a request's own weights come before its variant's, and those before the plan's", () => {
  const variants = [{ name: 'bold', percent: 50, weights: { genres: 5, history: 6 } }];
  const weights = weightsOf(samplePlan({ freshness: 1, genres: 2, history: 3 }, { variants }), {
    ...request,
    variant: 'bold',
    weights: { genres: 9 },
  });
  expect(Object.fromEntries(weights)).toEqual({ freshness: 1, genres: 9, history: 6 });
});

test.each([
  [299.3, '300 ms'],
  [9_999, '9999 ms'],
  [600_000, '600 s'],
])('a duration of %d ms reads %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});
