import { describe, expect, test } from '@jest/globals';
import { samplePlan, sampleRequest } from '../../test/support/gathering-samples.ts';
import type { WeightSet } from '../contract/plan.ts';
import type { ScoringRequest } from '../contract/request-batch.ts';
import { fusionOf, weightSetOf, weightsOf } from './fuse-weights.ts';

const set = (name: string, rest: Partial<WeightSet> = {}): WeightSet => ({
  name,
  minHistory: 0,
  missing: [],
  refined: false,
  weights: {},
  ...rest,
});

const weightSets = [
  set('new', { maxHistory: 0, weights: { history: 0 } }),
  set('short', { minHistory: 1, maxHistory: 3, weights: { history: 0.5 } }),
  set('without-history', { missing: ['history'], weights: { genres: 4 } }),
  set('short-without-both', { maxHistory: 3, missing: ['history', 'genres'] }),
  set('refined', { refined: true, weights: { genres: 7 } }),
  set('refined-again', { refined: true }),
];
const plan = samplePlan({ genres: 1, history: 2 }, { weightSets });

const asked = (items: number, rest: Partial<ScoringRequest> = {}): ScoringRequest =>
  sampleRequest({
    profile: {
      items: Array.from({ length: items }, (_, at) => `i${at}`),
      weights: Array(items).fill(1),
      atMs: Array(items).fill(0),
    },
    ...rest,
  });

describe('the set of weights that counts', () => {
  test.each<[string, number, readonly string[], string | undefined]>([
    ['nobody knows anything of', 0, [], 'new'],
    ['a few films are known of', 3, [], 'short'],
    ["a long history is known of: the plan's own", 4, [], undefined],
    ['whose history scorer gave no list', 400, ['history'], 'without-history'],
    ['of whom two lists are missing: the set that names most', 2, ['genres', 'history'], 'short-without-both'],
  ])('for a user %s', (_, items, missing, expected) => {
    expect(weightSetOf(plan, asked(items), { missing: new Set(missing), refined: false })?.name).toBe(expected);
  });

  test('for a second round is the first of those that apply equally', () => {
    const second = { missing: new Set(['history']), refined: true };
    expect(weightSetOf(plan, asked(400), second)?.name).toBe('refined');
  });

  test('an item as subject is a history of one', () => {
    const item = asked(0, { subject: { kind: 'item', id: '17' } });
    expect(weightSetOf(plan, item, { missing: new Set(), refined: false })?.name).toBe('short');
  });
});

test("the caller's weights come before the variant's, before the set's, before the plan's", () => {
  const variants = [{ name: 'bold', percent: 50, weights: { history: 9 } }];
  const weightsFor = (rest: Partial<ScoringRequest>) =>
    Object.fromEntries(weightsOf({ ...plan, variants }, asked(2, rest)));
  expect(weightsFor({})).toEqual({ genres: 1, history: 0.5 });
  expect(weightsFor({ variant: 'bold' })).toEqual({ genres: 1, history: 9 });
  expect(weightsFor({ variant: 'bold', weights: { history: 3 } })).toEqual({ genres: 1, history: 3 });
});

test('the lists of a second round are standardised where a weighted sum is wanted, and else fused as planned', () => {
  expect(fusionOf(plan, false)).toEqual({ kind: 'weighted-sum', normalise: 'max' });
  expect(fusionOf(plan, true)).toEqual({ kind: 'weighted-sum', normalise: 'z-score' });
  const ranks = samplePlan({}, { criteria: plan.criteria, fusion: { kind: 'reciprocal-rank', normalise: 'max' } });
  expect(fusionOf(ranks, true)).toEqual({ kind: 'reciprocal-rank', normalise: 'max' });
});
