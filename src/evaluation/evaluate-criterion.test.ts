import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { film, trainingData } from '../../test/support/criteria-data.ts';
import { visitEaseColumns } from '../criteria/ease.ts';
import { collectInteractions } from '../criteria/interactions.ts';
import { findCriterion } from '../criteria/registry.ts';
import { TopSelection } from '../criteria/top-selection.ts';
import { evaluateCriterion } from './evaluate-criterion.ts';
import { readSplit, type Split } from './movielens-split.ts';
import { judgeList } from './ranking-metrics.ts';

const evaluate = (name: string, settings: Record<string, string>, split: Split) => {
  const criterion = findCriterion(name);
  if (criterion === null) throw new Error(`no criterion ${name}`);
  return evaluateCriterion(criterion, settings, split);
};

/** Mean NDCG@10 of EASE^R with nothing cut: every column is scored for every user as it comes, and none is kept. */
const judgeWholeMatrix = ({ train, heldOut }: Split, lambda: number): number => {
  const interactions = collectInteractions(train);
  const { ids, users, start, item } = interactions;
  const scores = new Float64Array(users * ids.length);
  const scoreColumn = (target: number, column: Float64Array) => {
    for (let user = 0; user < users; user++) {
      let sum = 0;
      for (let at = start[user] as number; at < (start[user + 1] as number); at++)
        sum += column[item[at] as number] as number;
      scores[user * ids.length + target] = sum;
    }
  };
  visitEaseColumns({ interactions, values: new Float64Array(item.length).fill(1), lambda }, scoreColumn);
  const best = new TopSelection(10);
  const gains = train.events.users.map((id, user) => {
    const seen = new Set(item.subarray(start[user], start[user + 1]));
    best.reset(10);
    for (let one = 0; one < ids.length; one++) {
      if (!seen.has(one)) best.offer(one, scores[user * ids.length + one] as number);
    }
    best.finish();
    const list = Array.from(best.indices, (one) => ids[one] as string);
    return judgeList(list, heldOut.get(id) ?? new Set(), 10).ndcg;
  });
  return gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
};

test('lists hold none of the training films and are judged against what was held out', async () => {
  const train = trainingData(
    ['1', '2', '3', '4'].map((id) => film(id)),
    [
      ['a', '1'],
      ['a', '2'],
      ['b', '1'],
      ['b', '3'],
      ['c', '1'],
      ['c', '3'],
    ],
  );
  // By popularity: a is given 3, 4; b and c are given 2, 4.
  const heldOut = new Map([
    ['a', new Set(['3'])],
    ['b', new Set(['4'])],
  ]);
  const judged = await evaluate('popularity', { halfLifeDays: '0' }, { train, heldOut });
  expect(judged).toMatchObject({ users: 2, recall: 1, hitRate: 1, mrr: 0.75, coverage: 3 / 4 });
  expect(judged.ndcgByUser).toEqual([1, 1 / Math.log2(3)]);
});

const shared = fileURLToPath(new URL('../../../shared/', import.meta.url));
const data = process.env.MEDLEY_MOVIELENS ?? join(shared, 'data/ml-latest-small');
const splits = process.env.MEDLEY_EVAL ?? join(shared, 'eval/ml-latest-small');
const missing = [join(data, 'ratings.csv'), join(splits, 'random-test.csv')].find((file) => !existsSync(file));
if (missing !== undefined) {
  process.stderr.write(
    `Not judged on MovieLens: no ${missing}; set MEDLEY_MOVIELENS and MEDLEY_EVAL to the folders.\n`,
  );
}

(missing === undefined ? describe : describe.skip)('MovieLens latest small, by the published protocol', () => {
  const split = (test: string) => readSplit({ data, test: join(splits, test) });

  test('popularity agrees with the reference to 4 digits', async () => {
    const random = await evaluate('popularity', { halfLifeDays: '0' }, split('random-test.csv'));
    expect(random.ndcg).toBeCloseTo(0.1921, 4);
    const temporal = await evaluate('popularity', { halfLifeDays: '0' }, split('test.csv'));
    expect(temporal.ndcg).toBeCloseTo(0.0867, 4);
    expect(temporal.recall).toBeCloseTo(0.0821, 4);
    expect(temporal.hitRate).toBeCloseTo(0.377, 4);
    expect(temporal.coverage).toBeCloseTo(0.0101, 4);
  });

  test.each([
    ['random-test.csv', 300, 0.3801],
    ['test.csv', 200, 0.1292],
  ])(
    'the whole matrix of EASE^R agrees with the reference to 4 digits: %s, λ = %i',
    (file, lambda, expected) => {
      expect(judgeWholeMatrix(split(file), lambda)).toBeCloseTo(expected, 4);
    },
    60_000,
  );

  test('the sparse history keeps 98 % of what the whole matrix is worth', async () => {
    const random = await evaluate('history', { lambda: '300' }, split('random-test.csv'));
    expect(random.ndcg).toBeGreaterThan(0.98 * 0.3801);
    const temporal = await evaluate('history', { lambda: '200' }, split('test.csv'));
    expect(temporal.ndcg).toBeGreaterThan(0.98 * 0.1292);
  }, 60_000);

  test('neighbours are worth more than popularity', async () => {
    const random = await evaluate('neighbours', {}, split('random-test.csv'));
    expect(random.ndcg).toBeGreaterThan(0.3);
  }, 60_000);
});
