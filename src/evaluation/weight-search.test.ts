import { describe, expect, test } from '@jest/globals';
import { samplePartial, samplePlan } from '../../test/support/gathering-samples.ts';
import type { Fusion } from '../contract/plan.ts';
import { answerCase, idsOf } from './answer-cases.ts';
import type { Said } from './panel.ts';
import { createRandom } from './random.ts';
import { judgeList } from './ranking-metrics.ts';
import type { Case } from './trial.ts';
import { createSearchSpace, searchWeights } from './weight-search.ts';

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
const spaceFor = (fusion: Fusion) => createSearchSpace({ criteria, cases, said, fusion, k: 5 });

const fusions: readonly Fusion[] = [
  { kind: 'weighted-sum', normalise: 'max' },
  { kind: 'weighted-sum', normalise: 'min-max' },
  { kind: 'weighted-sum', normalise: 'z-score' },
  { kind: 'reciprocal-rank', normalise: 'max' },
];

test.each(fusions)('what the search thinks %j is worth is what the answers are worth', (fusion) => {
  const weights = [0.2, 0.7, 0.1];
  const plan = samplePlan({ genres: 0.2, history: 0.7, noise: 0.1 }, { fusion });
  const answerer = { plan, k: 5, itemOf: () => undefined };
  const gains = cases.map(
    (one, at) => judgeList(idsOf(answerCase(answerer, one, said[at] ?? new Map())), one.relevant, 5).ndcg,
  );
  expect(spaceFor(fusion).valueOf(weights)).toBeCloseTo(gains.reduce((sum, one) => sum + one, 0) / gains.length, 10);
});

describe('the search', () => {
  const space = spaceFor({ kind: 'weighted-sum', normalise: 'max' });
  const floors = [0, 0, 0];

  test('weighs what knows more, lets go of noise, and beats each criterion alone', () => {
    const { weights, value } = searchWeights(space, { floors, seed: 1 });
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
    expect(weights[1]).toBeGreaterThan(weights[0] as number);
    expect(weights[2]).toBeLessThan(0.1);
    expect(value).toBeGreaterThan(space.valueOf([0, 1, 0]));
    expect(value).toBe(space.valueOf(weights));
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
