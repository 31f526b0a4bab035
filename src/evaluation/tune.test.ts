import { beforeAll, describe, expect, test } from '@jest/globals';
import { createViewers } from '../../test/support/viewers.ts';
import { type Plan, planSchema } from '../contract/plan.ts';
import { resolvePlan } from '../contract/resolve-plan.ts';
import { recommenderSchema, type ScorerResource, scorerSchema } from '../contract/resources.ts';
import { evaluate } from './evaluate.ts';
import { refinedLabel, wholeLabel } from './measure-trial.ts';
import { chooseProtocols } from './protocols.ts';
import type { Report, Row } from './report.ts';
import { type Tuned, tune, tunedPlan } from './tune.ts';

/** Viewers here watch what is well known in genres they like, which is what tuning should find. The whole way on a small world: what is tuned on validation is what is then measured, through the code that serves. */
const data = createViewers({ viewers: 80, watches: 70, seed: 3 });
const apiVersion = 'medley.dev/v1alpha1';
const names = ['genres', 'history', 'neighbours', 'popularity'];
const settings: Readonly<Record<string, Record<string, string>>> = { history: { lambda: '20' } };
const scorers: readonly ScorerResource[] = names.map((name) =>
  scorerSchema.parse({
    ...{ apiVersion, kind: 'Scorer', metadata: { name } },
    spec: { topN: 30, settings: settings[name] ?? {} },
  }),
);

const planFor = (spec: object = {}): Plan => {
  const criteria = names.map((criterion) => ({ criterion, weight: 1 }));
  const recommender = recommenderSchema.parse({
    ...{ apiVersion, kind: 'Recommender', metadata: { name: 'home' } },
    spec: { criteria, refine: true, ...spec },
  });
  const { plan, problems } = resolvePlan(recommender, scorers, 1);
  expect(problems).toEqual([]);
  return planSchema.parse(plan);
};

const choice = { protocols: ['a-random' as const], seed: 1 };
const shared = { data, scorers, seed: 1, now: () => 0 };

/** A say for three of the four: in this world genres alone would do best. */
const least = { genres: 0.1, neighbours: 0.2, popularity: 0.1, 'one-or-two:genres': 0.2 };

const tuneHome = async (): Promise<Tuned> => {
  const protocols = await chooseProtocols(data, { ...choice, part: 'valid' });
  return tune({ ...shared, protocols, plan: planFor(), k: 5, least });
};

const rowOf = (report: Report, label: string): Row => {
  const row = report.trials[0]?.rows.find((one) => one.label === label);
  if (row === undefined) throw new RangeError(`no row ${label}`);
  return row;
};

describe('tuning, then measuring', () => {
  let tuned: Tuned;
  let report: Report;
  beforeAll(async () => {
    tuned = await tuneHome();
    const protocols = await chooseProtocols(data, { ...choice, part: 'valid' });
    report = await evaluate({ ...shared, protocols, plan: tunedPlan(planFor(), tuned), k: 5 });
  });

  test('finds the same again, and what it found when this was written', async () => {
    expect(await tuneHome()).toEqual(tuned);
    expect(tuned.fusion).toEqual({ kind: 'weighted-sum', normalise: 'max' });
    expect(tuned.weights).toEqual({ genres: 0.7, history: 0, neighbours: 0.2, popularity: 0.1 });
  });

  test('leaves a criterion the least it must have, and in one set more', () => {
    for (const { missing, weights } of tuned.weightSets) {
      if (!missing.includes('genres')) expect(weights.genres).toBeGreaterThanOrEqual(0.1);
    }
    expect(tuned.weightSets.find(({ name }) => name === 'one-or-two')?.weights.genres ?? 0).toBeGreaterThanOrEqual(0.2);
  });

  test('what it said validation is worth is what the answers are worth', () => {
    const best = Math.max(...names.map((name) => rowOf(report, name).quality.ndcg));
    const said = (name: string) =>
      tuned.steps.filter((step) => step.name.startsWith(name) && step.isKept).at(-1)?.after ?? 0;
    expect(rowOf(report, wholeLabel).quality.ndcg / best).toBeCloseTo(said('lists by'), 2);
    expect(rowOf(report, refinedLabel).quality.ndcg / best).toBeCloseTo(said('second round by'), 2);
  });

  test('no history is too short to do as well as popularity', () => {
    for (const films of [0, 1, 2, 3, 5, 10]) {
      expect(rowOf(report, `${films} known: ${wholeLabel}`).ratio).toBeGreaterThanOrEqual(0.995);
      expect(rowOf(report, `${films} known: ${refinedLabel}`).ratio).toBeGreaterThanOrEqual(0.995);
    }
  });

  test('turtles cost, and every group of rows is there', () => {
    const whole = rowOf(report, wholeLabel).quality.ndcg;
    expect(rowOf(report, '2 turtles').quality.ndcg).toBeLessThan(whole);
    const groups = new Set(report.trials[0]?.rows.map(({ group }) => group));
    expect([...groups]).toEqual(['criterion', 'ensemble', 'late', 'turtles', 'cut', 'history']);
    expect(report.trials[0]).toMatchObject({ users: 80, heldOut: 880, k: 5 });
  });
});

test('users drawn several times are pooled, each draw fitted anew', async () => {
  const protocols = await chooseProtocols(data, { protocols: ['strong'], seed: 1, part: 'test' });
  const report = await evaluate({ ...shared, protocols, plan: planFor(), k: 20 });
  expect(report.trials).toHaveLength(1);
  expect(report.trials[0]).toMatchObject({ name: 'strong', users: 40, k: 20 });
  const row = rowOf(report, 'history');
  expect(row.quality.ndcgByUser).toHaveLength(40);
  expect(row.quality.ndcg).toBeGreaterThan(rowOf(report, 'popularity').quality.ndcg);
  expect(row.quality.recall20).not.toBeNull();
});
