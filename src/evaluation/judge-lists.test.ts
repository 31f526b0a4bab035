import { expect, test } from '@jest/globals';
import { film, trainingData } from '../../test/support/criteria-data.ts';
import { createYardstick } from './judge-lists.ts';
import type { Case, Trial } from './trial.ts';

/** Four users know 1, two know 2, one knows 3, nobody 4. */
const train = trainingData(
  [
    film('1', { genres: ['Drama', 'War'] }),
    film('2', { genres: ['Drama'] }),
    film('3', { genres: ['Comedy'] }),
    film('4', { genres: [] }),
  ],
  [
    ['a', '1'],
    ['b', '1'],
    ['c', '1'],
    ['d', '1'],
    ['a', '2'],
    ['b', '2'],
    ['a', '3'],
  ],
);
const caseOf = (user: string, relevant: readonly string[]): Case => ({
  ...{ user, relevant: new Set(relevant), seen: [], nowMs: 0 },
  profile: { items: [], weights: [], atMs: [] },
});
const cases = [caseOf('a', ['4']), caseOf('b', ['1', '2'])];
const trial: Trial = { train, cases };

test('hits are judged of the first k, and averaged over the users', () => {
  const quality = createYardstick(trial, 2).judge(cases, [
    ['1', '4', '2'],
    ['1', '2'],
  ]);
  expect(quality).toMatchObject({ users: 2, recall: 1, hitRate: 1, mrr: 0.75, recall20: null });
  expect(quality.ndcgByUser[0]).toBeCloseTo(1 / Math.log2(3), 12);
  expect(quality.ndcg).toBeCloseTo((1 / Math.log2(3) + 1) / 2, 12);
});

test('what is listed is known by so many, seldom or often, alike or not', () => {
  const quality = createYardstick(trial, 2).judge(cases, [
    ['1', '2'],
    ['1', '3'],
  ]);
  expect(quality.coverage).toBe(3 / 4);
  // Fewer know than 1: three of four films; than 2: two; than 3: one.
  expect(quality.popularity).toBeCloseTo((3 + 2 + 3 + 1) / 4 / 4, 12);
  expect(quality.novelty).toBeCloseTo((0 + 1 + 0 + 2) / 4, 12);
  expect(quality.diversity).toBeCloseTo((1 - 1 / 2 + 1) / 2, 12);
});

test('a user without a list is worth nothing, and is a user all the same', () => {
  expect(createYardstick(trial, 2).judge(cases, [[], ['1', '2']])).toMatchObject({ users: 2, ndcg: 0.5, hitRate: 0.5 });
});
