import { describe, expect, test } from '@jest/globals';
import { samplePartial, samplePlan, sampleRequest } from '../../test/support/gathering-samples.ts';
import { answerSchema } from '../contract/answer.ts';
import { itemSchema } from '../contract/item.ts';
import type { Partial as ScorerPartial } from '../contract/partial-batch.ts';
import { type Plan, rulesSchema } from '../contract/plan.ts';
import type { ScoringRequest } from '../contract/request-batch.ts';
import { composeAnswer } from './compose-answer.ts';
import { createLatePartials } from './late.ts';

const request = sampleRequest();
const hour = 3_600_000;
/** Only this film's year is known. */
const years: Readonly<Record<string, object>> = { a: { year: 1986 } };

const compose = (
  plan: Plan,
  partials: Readonly<Record<string, ScorerPartial>>,
  rest: {
    request?: Partial<ScoringRequest>;
    late?: Readonly<Record<string, ScorerPartial>>;
    second?: ReadonlyMap<string, ScorerPartial>;
  } = {},
) => {
  const criteria = plan.criteria.map(({ criterion }) => criterion);
  const asked = { ...request, mask: 2 ** criteria.length - 1, ...rest.request };
  const late = createLatePartials({ maxUsers: 10, maxBytes: 1e6 });
  for (const [criterion, partial] of Object.entries(rest.late ?? {})) late.keep('17', criterion, partial, 0);
  const arrivals = criteria.map((criterion) => {
    const partial = partials[criterion];
    return partial === undefined ? undefined : { partial, atMs: hour + 40 };
  });
  return composeAnswer({
    group: { request: asked, criteria, arrivals, receivedAtMs: hour },
    plan,
    late,
    itemOf: (id) => (id === 'untold' ? undefined : itemSchema.parse({ id, title: `Film ${id}`, ...years[id] })),
    ...(rest.second === undefined ? {} : { second: rest.second }),
    nowMs: hour,
    wallMs: 1_700_000_000_000,
    totalMs: 41,
  });
};

const scored = (scores: Record<string, number>, overrides: Partial<ScorerPartial> = {}): ScorerPartial =>
  samplePartial(request, scores, { reason: 'because', ...overrides });

describe('the answer', () => {
  test('is what the contract says, ranked, titled, explained, with its timings', () => {
    const { answer } = compose(samplePlan(), { genres: scored({ a: 1, b: 1 }), history: scored({ a: 4, untold: 3 }) });
    expect(answerSchema.parse(answer)).toEqual(answer);
    expect(answer).toMatchObject({
      source: 'fresh',
      complete: true,
      exact: true,
      plan: { version: 1 },
      items: [
        { id: 'a', title: 'Film a', year: 1986, score: 1, shares: { genres: 0.5, history: 0.5 } },
        { id: 'b', title: 'Film b', score: 0.5 },
        { id: 'untold', score: 0.375, reasons: [{ criterion: 'history', text: 'because' }] },
      ],
      timings: { totalMs: 41, deadlineMs: 300, slowestMs: 40, sumMs: 80 },
    });
    expect(answer.note).toBeUndefined();
  });

  test('renormalises over who answered, and is neither complete nor exact', () => {
    const { answer } = compose(samplePlan({ genres: 1, history: 9 }), { genres: scored({ a: 2, b: 1 }) });
    expect(answer).toMatchObject({ source: 'fresh', complete: false, exact: false, coverage: { weight: 0.1 } });
    expect(answer.items.map(({ score }) => score)).toEqual([1, 0.5]);
  });

  test('leaves an abstained criterion out of the weights and counts it as answered', () => {
    const abstained = samplePartial(request, {}, { outcome: 'abstained' });
    const { answer } = compose(samplePlan(), { genres: scored({ a: 2 }), history: abstained });
    expect(answer).toMatchObject({ complete: true, coverage: { weight: 1 }, items: [{ id: 'a', score: 1 }] });
  });

  test('does not count a shadow', () => {
    const { answer } = compose(samplePlan({ genres: 1, shadow: 0 }), {
      genres: scored({ a: 1 }),
      shadow: scored({ z: 9 }),
    });
    expect(answer.items.map(({ id }) => id)).toEqual(['a']);
    expect(answer.coverage.criteria[1]).toMatchObject({ criterion: 'shadow', outcome: 'scored', weight: 0 });
  });

  test('names the variant where the plan has it', () => {
    const variants = [{ name: 'bold', percent: 50, weights: { genres: 0 } }];
    const { answer } = compose(
      samplePlan(undefined, { variants }),
      { genres: scored({ a: 1 }), history: scored({ b: 1 }) },
      { request: { variant: 'bold' } },
    );
    expect(answer.plan).toEqual({ version: 1, variant: 'bold' });
    expect(answer.items.map(({ id }) => id)).toEqual(['b']);
  });

  test('is without shares and reasons where none are wanted', () => {
    const { answer } = compose(samplePlan(), { genres: scored({ a: 1 }) }, { request: { explain: false } });
    expect(answer.items).toEqual([{ id: 'a', title: 'Film a', year: 1986, score: 1 }]);
  });
});

describe('there is no list', () => {
  test('below the minimum coverage', () => {
    const { answer, shortfall } = compose(samplePlan(undefined, { minimumCoverage: 0.6 }), {
      genres: scored({ a: 1 }),
    });
    expect(answer).toMatchObject({ source: 'none', items: [], coverage: { weight: 0.5 } });
    expect(answer.note).toBe('Only 50 % of the weight answered and 60 % is needed; missing: history.');
    expect(shortfall).toBe(answer.note);
  });

  test.each([
    ['No criterion answered in time.', {}, {}],
    [
      'No criterion knows anything of this subject.',
      { genres: samplePartial(request, {}, { outcome: 'abstained' }) },
      {},
    ],
    [
      'No item that was listed may be recommended under the rules and filters.',
      { genres: scored({ a: 1 }) },
      { seen: ['a'] },
    ],
  ])('and the note says: %s', (note, partials, overrides) => {
    const { answer } = compose(samplePlan(), partials, { request: overrides });
    expect(answer).toMatchObject({ source: 'none', items: [], note });
  });
});

describe('a late partial of an earlier request', () => {
  const half = samplePlan({ genres: 1, history: 1 }, { lateHalfLifeMs: hour });

  test('stands in for its criterion, discounted by age and marked', () => {
    const { answer, standIns } = compose(half, { genres: scored({ a: 1 }) }, { late: { history: scored({ z: 8 }) } });
    expect(answer.items.map(({ id, score }) => [id, score])).toEqual([
      ['a', 0.666667],
      ['z', 0.333333],
    ]);
    expect(answer.items[1]?.reasons).toEqual([{ criterion: 'history', text: 'because', lateAgeMs: hour }]);
    expect(answer.coverage).toMatchObject({
      weight: 0.5,
      criteria: [{ outcome: 'scored' }, { outcome: 'late', lateAgeMs: hour }],
    });
    expect([answer.complete, answer.exact, standIns]).toEqual([false, false, ['history']]);
  });

  test('is not used where the criterion answers, even to abstain', () => {
    const abstained = samplePartial(request, {}, { outcome: 'abstained' });
    const { answer, standIns } = compose(
      half,
      { genres: scored({ a: 1 }), history: abstained },
      { late: { history: scored({ z: 8 }) } },
    );
    expect([answer.items.map(({ id }) => id), standIns]).toEqual([['a'], []]);
  });

  test('does not bring back what the user has watched since', () => {
    const profile = { items: ['z'], weights: [1], atMs: [0] };
    const { answer } = compose(
      half,
      { genres: scored({ a: 1 }) },
      { late: { history: scored({ z: 8, y: 1 }) }, request: { profile } },
    );
    expect(answer.items.map(({ id }) => id)).toEqual(['a', 'y']);
  });

  test('does not raise the coverage over the minimum', () => {
    const plan = { ...half, minimumCoverage: 0.6 };
    const { answer } = compose(plan, { genres: scored({ a: 1 }) }, { late: { history: scored({ z: 8 }) } });
    expect(answer).toMatchObject({ source: 'none', items: [] });
  });

  test.each([
    ['a session', { subject: { kind: 'session' as const, id: '17' } }],
    ['another user', { subject: { kind: 'user' as const, id: '18' } }],
  ])('is not used for %s', (_, overrides) => {
    const late = { history: scored({ z: 8 }) };
    expect(compose(half, { genres: scored({ a: 1 }) }, { late, request: overrides }).standIns).toEqual([]);
  });
});

describe('an absolute sum', () => {
  const plan = samplePlan(
    { body: 1, hardware: 1, screen: 1 },
    { fusion: { kind: 'sum', normalise: 'none' }, rules: rulesSchema.parse({ excludeSeen: false }) },
  );
  const parts = { body: scored({ x: 890 }), screen: scored({ x: 410 }) };

  test('adds the parts, and its shares are they', () => {
    const { answer } = compose(plan, { ...parts, hardware: scored({ x: 500 }) });
    expect(answer).toMatchObject({ complete: true, exact: true, items: [{ id: 'x', score: 1_800 }] });
    expect(answer.items[0]?.shares).toEqual({ body: 890, hardware: 500, screen: 410 });
  });

  test('with a part missing has no total, names the parts it knows, and what is missing', () => {
    const { answer } = compose(plan, parts, { late: { hardware: scored({ x: 1 }) } });
    expect(answer).toMatchObject({ source: 'fresh', complete: false, items: [{ id: 'x', score: null }] });
    expect(answer.items[0]?.shares).toEqual({ body: 890, screen: 410 });
    expect(answer.coverage.criteria[1]).toMatchObject({ criterion: 'hardware', outcome: 'late' });
  });

  test('is incomplete where a criterion answered and does not know the item', () => {
    const { answer } = compose(plan, { ...parts, hardware: scored({ y: 1 }) }, { request: { candidates: ['x'] } });
    expect(answer).toMatchObject({ complete: false, items: [{ id: 'x', score: null }] });
  });

  test('lists a candidate of which nothing is known, rather than fall back', () => {
    const { answer } = compose(plan, {}, { request: { candidates: ['x'] } });
    expect(answer).toMatchObject({ source: 'fresh', complete: false, items: [{ id: 'x', score: null }] });
  });
});

test('a second round replaces the lists, and the floors of the first bound what is in neither', () => {
  const plan = samplePlan({ genres: 1 });
  const first = { genres: scored({ a: 3, b: 2 }, { floor: 1 }) };
  const second = new Map([['genres', scored({ b: 4, a: 3, c: 2 })]]);
  const { answer } = compose(plan, first, { second, request: { k: 2 } });
  expect(answer).toMatchObject({ exact: true, items: [{ id: 'b' }, { id: 'a' }] });
});
