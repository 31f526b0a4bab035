import { expect, test } from '@jest/globals';
import type { Fusion } from '../contract/plan.ts';
import type { Judge } from './panel.ts';
import type { Case, Trial } from './trial.ts';
import { createRehearsals, type Length } from './tune-spaces.ts';

const fusion: Fusion = { kind: 'weighted-sum', normalise: 'max' };
const cases = Array.from(
  { length: 600 },
  (_, user): Case => ({
    user: `${user}`,
    profile: { items: ['a', 'b', 'c'], weights: [1, 1, 1], atMs: [3, 2, 1] },
    seen: [],
    relevant: new Set(['d']),
    nowMs: 3,
  }),
);
const events = { users: [], items: [], user: new Int32Array(), item: new Int32Array() };
const train = { items: [], nowMs: 3, events: { ...events, weight: new Float32Array(), atMs: new Float64Array() } };
const trial: Trial = { train, cases };

/** Whom a criterion was asked about on each of two folds, and how many of his films it was told. */
const askedAt = async (length: Length): Promise<(readonly [user: string, films: number])[][]> => {
  const asked: (readonly [string, number])[][] = [[], []];
  const judgeOf = (fold: number): Judge => ({
    ...{ criterion: 'any', topN: 10, fitMs: 0, modelBytes: 0 },
    ask: async ({ user, profile }) => {
      asked[fold]?.push([user, profile.items.length]);
      return { items: ['d'], scores: [1], floor: null };
    },
  });
  const rehearsals = [0, 1].map((fold) => ({ trial, panel: [judgeOf(fold)] }));
  const space = await createRehearsals({ rehearsals, criteria: ['any'], k: 5 }).overLists(fusion, [length]);
  expect(space.worthOf([1]).byCut).toEqual([1, 1]);
  return asked;
};

test('about whole histories every user is asked on every fold', async () => {
  const asked = await askedAt('whole');
  expect(asked.map((one) => one.length)).toEqual([600, 600]);
  expect(asked.flat().every(([, films]) => films === 3)).toBe(true);
});

test('about histories cut short no more than 250 are asked, on each fold others', async () => {
  const asked = await askedAt({ films: 2, how: 'drawn' });
  expect(asked.map((one) => one.length)).toEqual([200, 200]);
  expect(asked.flat().every(([, films]) => films === 2)).toBe(true);
  expect(new Set(asked.flat().map(([user]) => user)).size).toBe(400);
});
