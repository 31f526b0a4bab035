import { describe, expect, test } from '@jest/globals';
import { samplePartial, samplePlan } from '../../test/support/gathering-samples.ts';
import type { Fusion } from '../contract/plan.ts';
import { answerCase, idsOf } from './answer-cases.ts';
import type { Said } from './panel.ts';
import { createRandom } from './random.ts';
import { judgeList } from './ranking-metrics.ts';
import { beats, beatsEverywhere, createCaseSpace, joinSpaces, meanOf, type SearchSpace } from './search-space.ts';
import type { Case } from './trial.ts';
import { searchWeights } from './weight-search.ts';

const criteria = ['genres', 'history', 'noise'];
const random = createRandom(5);

/** Thirty films, four of them relevant: history finds these often, genres now and then, noise by chance. */
const createCase = (at: number): { one: Case; said: Said } => {
  const ids = Array.from({ length: 30 }, (_, film) => `${film}`);
  const relevant = new Set(ids.slice(0, 4));
  const one: Case = { user: `${at}`, profile: { items: [], weights: [], atMs: [] }, seen: [], relevant, nowMs: 0 };
  const listOf = (sense: number, criterion: string) => {
    const scores = ids
      .map((id) => [id, random() + (relevant.has(id) ? sense : 0)] as const)
      .sort((a, b) => b[1] - a[1]);
    const request = { id: '0', subject: { kind: 'user' as const, id: `${at}` }, round: 0 };
    const listed = scores.slice(0, 15);
    const partial = samplePartial(
      request,
      {},
      {
        items: listed.map(([id]) => id),
        scores: listed.map(([, score]) => score),
        floor: listed[14]?.[1] ?? null,
      },
    );
    return [criterion, partial] as const;
  };
  return { one, said: new Map([listOf(0.35, 'genres'), listOf(0.6, 'history'), listOf(0, 'noise')]) };
};
const world = Array.from({ length: 120 }, (_, at) => createCase(at));
const cases = world.map(({ one }) => one);
const said = world.map((one) => one.said);
const spaceFor = (fusion: Fusion): SearchSpace => {
  const space = createCaseSpace({ criteria, cases, said, fusion, k: 5 });
  return joinSpaces([{ space, best: 1, cut: 0 }]);
};
const valueIn = (space: SearchSpace, weights: readonly number[]): number => meanOf(space.worthOf(weights).byUser);

const fusions: readonly Fusion[] = [
  { kind: 'weighted-sum', normalise: 'max' },
  { kind: 'weighted-sum', normalise: 'min-max' },
  { kind: 'weighted-sum', normalise: 'z-score' },
  { kind: 'reciprocal-rank', normalise: 'max' },
];

test('who has fewer held out than a fifth counts as if it were a fifth', () => {
  const known = Array.from({ length: 36 }, (_, film) => `known ${film}`);
  const fusion: Fusion = { kind: 'weighted-sum', normalise: 'max' };
  const gainOf = (profile: readonly string[], seen: readonly string[]): number => {
    const { one, said: answered } = world[0] as (typeof world)[number];
    const asked = { ...one, profile: { ...one.profile, items: profile }, seen, relevant: new Set(['0', '1']) };
    return createCaseSpace({ criteria, cases: [asked], said: [answered], fusion, k: 5 }).ndcgOf([0, 1, 0])[0] as number;
  };
  const idealOf = (films: number): number =>
    Array.from({ length: films }, (_, place) => 1 / Math.log2(place + 2)).reduce((sum, gain) => sum + gain, 0);
  const plain = gainOf(known.slice(0, 8), []);
  expect(plain).toBeGreaterThan(0);
  expect(gainOf(known.slice(0, 18), []) / plain).toBeCloseTo(idealOf(2) / idealOf(4), 12);
  expect(gainOf(known.slice(0, 10), known.slice(10)) / plain).toBeCloseTo(idealOf(2) / idealOf(5), 12);
});

test.each(fusions)('what the search thinks %j is worth is what the answers are worth', (fusion) => {
  const weights = [0.2, 0.7, 0.1];
  const plan = samplePlan({ genres: 0.2, history: 0.7, noise: 0.1 }, { fusion });
  const answerer = { plan, k: 5, itemOf: () => undefined };
  const gains = cases.map(
    (one, at) => judgeList(idsOf(answerCase(answerer, one, said[at] ?? new Map())), one.relevant, 5).ndcg,
  );
  expect(valueIn(spaceFor(fusion), weights)).toBeCloseTo(gains.reduce((sum, one) => sum + one, 0) / gains.length, 10);
});

describe('the search', () => {
  const space = spaceFor({ kind: 'weighted-sum', normalise: 'max' });
  const floors = [0, 0, 0];

  test('weighs what knows more, lets go of noise, and beats each criterion alone', () => {
    const { weights, worth } = searchWeights(space, { floors, seed: 1 });
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
    expect(weights[1]).toBeGreaterThan(weights[0] as number);
    expect(weights[2]).toBeLessThan(0.1);
    expect(meanOf(worth.byUser)).toBeGreaterThan(valueIn(space, [0, 1, 0]));
    expect(worth).toEqual(space.worthOf(weights));
  });

  test('with one seed finds one result', () => {
    expect(searchWeights(space, { floors, seed: 2 })).toEqual(searchWeights(space, { floors, seed: 2 }));
  });

  test('leaves no weight under its floor, and none to what is barred', () => {
    const { weights } = searchWeights(space, { floors: [0, 0, 0.2], seed: 1 });
    expect(weights[2]).toBeGreaterThanOrEqual(0.2);
    expect(searchWeights(space, { floors, seed: 1, barred: [false, true, false] }).weights[1]).toBe(0);
  });
});

describe('what is worth more', () => {
  const worth = (...byUser: number[]) => ({ byUser: Float64Array.from(byUser), byCut: [0.5, 0.5] });

  test('is so by the least wanted, and by its error', () => {
    const [before, after] = [worth(0.1, 0.5, 0.9, 0.3), worth(0.2, 0.6, 1, 0.4)];
    expect(beats(after, before, { least: 0.05, errors: 2 })).toBe(true);
    expect(beats(after, before, { least: 0.15, errors: 2 })).toBe(false);
    expect(beats(worth(0.9, 0.5, 0.9, 0.3), before, { least: 0.05, errors: 0 })).toBe(true);
    expect(beats(worth(0.9, 0.5, 0.9, 0.3), before, { least: 0.05, errors: 2 })).toBe(false);
  });

  test('is so everywhere only on every cut', () => {
    const better = { ...worth(1), byCut: [0.6, 0.7] };
    expect(beatsEverywhere(better, worth(1))).toBe(true);
    expect(beatsEverywhere({ ...better, byCut: [0.6, 0.5] }, worth(1))).toBe(false);
  });

  test('counts each cut the same, in shares of its best criterion, and a user as the mean of the cuts he is in', () => {
    const space = (users: readonly string[], gains: readonly number[]) => ({
      users,
      ndcgOf: () => Float64Array.from(gains),
    });
    const joined = joinSpaces([
      { space: space(['a', 'b'], [0.2, 0.4]), best: 0.4, cut: 0 },
      { space: space(['b'], [0.1]), best: 0.1, cut: 1 },
    ]);
    expect(joined.worthOf([])).toEqual({
      byUser: Float64Array.from([0.5, 1]),
      byCut: [0.75, 1].map((one) => expect.closeTo(one)),
    });
  });
});
