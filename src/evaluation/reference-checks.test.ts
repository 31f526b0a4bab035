import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { scorerSchema } from '../contract/resources.ts';
import { visitEaseColumns } from '../criteria/ease.ts';
import { collectInteractions } from '../criteria/interactions.ts';
import { TopSelection } from '../criteria/top-selection.ts';
import { createYardstick, type Quality } from './judge-lists.ts';
import { readMovieLens } from './movielens-data.ts';
import { askPanel, assemblePanel } from './panel.ts';
import { judgeList } from './ranking-metrics.ts';
import { cutByFiles } from './split-files.ts';
import { type Trial, trialOf } from './trial.ts';

/** Published figures, to four digits: whatever moves one of these changed what is measured. */
const judgeAlone = async (name: string, settings: Record<string, string>, trial: Trial): Promise<Quality> => {
  const resource = { apiVersion: 'medley.dev/v1alpha1', kind: 'Scorer', metadata: { name }, spec: { settings } };
  const panel = await assemblePanel([scorerSchema.parse(resource)], trial.train, { now: () => 0 });
  const said = await askPanel(panel, trial.cases);
  return createYardstick(trial, 10).judge(
    trial.cases,
    said.map((one) => one.get(name)?.items ?? []),
  );
};

/** Mean NDCG@10 of EASE^R with nothing cut: every column is scored for every user as it comes, and none is kept. */
const judgeWholeMatrix = ({ train, cases }: Trial, lambda: number): number => {
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
  const rowOf = new Map(train.events.users.map((id, user) => [id, user]));
  const gains = cases.map(({ user: id, relevant }) => {
    const user = rowOf.get(id) ?? -1;
    const seen = new Set(item.subarray(start[user], start[user + 1]));
    best.reset(10);
    for (let one = 0; one < ids.length; one++) {
      if (!seen.has(one)) best.offer(one, scores[user * ids.length + one] as number);
    }
    best.finish();
    const list = Array.from(best.indices, (one) => ids[one] as string);
    return judgeList(list, relevant, 10).ndcg;
  });
  return gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
};

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
  const trials = new Map<string, Promise<Trial>>();
  const trialFor = (file: string): Promise<Trial> => {
    const cut = async (): Promise<Trial> => {
      const all = await readMovieLens(data);
      return trialOf(all, await cutByFiles(all.events, { heldOut: join(splits, file) }));
    };
    const trial = trials.get(file) ?? cut();
    trials.set(file, trial);
    return trial;
  };

  test('popularity agrees with the reference to 4 digits', async () => {
    const random = await judgeAlone('popularity', { halfLifeDays: '0' }, await trialFor('random-test.csv'));
    expect(random.ndcg).toBeCloseTo(0.1921, 4);
    const temporal = await judgeAlone('popularity', { halfLifeDays: '0' }, await trialFor('test.csv'));
    expect(temporal.users).toBe(610);
    expect(temporal.ndcg).toBeCloseTo(0.0867, 4);
    expect(temporal.recall).toBeCloseTo(0.0821, 4);
    expect(temporal.hitRate).toBeCloseTo(0.377, 4);
    expect(temporal.coverage).toBeCloseTo(0.0101, 4);
  }, 180_000);

  test.each([
    ['random-test.csv', 300, 0.3801],
    ['test.csv', 200, 0.1292],
  ])(
    'the whole matrix of EASE^R agrees with the reference to 4 digits: %s, λ = %i',
    async (file, lambda, expected) => {
      expect(judgeWholeMatrix(await trialFor(file), lambda)).toBeCloseTo(expected, 4);
    },
    180_000,
  );

  test('history without exponents is worth 98 % of the whole matrix, cut or not', async () => {
    const plain = { userExponent: '0', popularityExponent: '0' };
    const random = await judgeAlone('history', { ...plain, lambda: '300' }, await trialFor('random-test.csv'));
    expect(random.ndcg).toBeGreaterThan(0.98 * 0.3801);
    const temporal = await judgeAlone('history', { ...plain, lambda: '200' }, await trialFor('test.csv'));
    expect(temporal.ndcg).toBeGreaterThan(0.98 * 0.1292);
  }, 180_000);

  test('neighbours are worth more than popularity', async () => {
    const random = await judgeAlone('neighbours', {}, await trialFor('random-test.csv'));
    expect(random.ndcg).toBeGreaterThan(0.3);
  }, 180_000);
});
