import { expect, test } from '@jest/globals';
import { samplePlan } from '../../test/support/gathering-samples.ts';
import { type ReadJson, readBootPlans } from './plan-file.ts';

/** Reads a file of this text; null: there is none. And what was warned of. */
const boot = async (text: string | null, path: string | null = 'plans.json') => {
  const warned: string[] = [];
  const warn = (about: object): void => void warned.push(String((about as { err: Error }).err.message));
  const read: ReadJson = async ({ schema }) => (text === null ? undefined : schema.parse(JSON.parse(text)));
  return { plans: await readBootPlans(path, { read, log: { warn } }), warned };
};
const none = { plans: [], setVersion: 0 };

test('the plans of a file are read', async () => {
  const text = JSON.stringify({ plans: [samplePlan()] });
  expect(await boot(text)).toEqual({ plans: { plans: [samplePlan()], setVersion: 0 }, warned: [] });
});

test('what a newer release added to a plan is left out, at any depth', async () => {
  const { rules, fusion, k, ...rest } = samplePlan();
  const weights = { genres: 1 };
  const variants = [{ name: 'a', percent: 10, weights }];
  const plan = { ...rest, rules: { ...rules, diversity: { mmrLambda: 0.5 } }, fusion, k, variants };
  const newer = { newer: 1 };
  const text = JSON.stringify({
    ...newer,
    plans: [
      {
        ...{ ...plan, ...newer, fusion: { ...fusion, ...newer }, k: { ...k, ...newer } },
        rules: { ...rules, ...newer, diversity: { mmrLambda: 0.5, ...newer } },
        variants: [{ ...variants[0], ...newer }],
        weightSets: [{ name: 'cold', weights, ...newer }],
      },
    ],
  });
  const { plans, warned } = await boot(text);
  expect(warned).toEqual([]);
  expect(plans.plans).toMatchObject([{ ...plan, weightSets: [{ name: 'cold', weights }] }]);
  expect(JSON.stringify(plans)).not.toContain('newer');
});

test.each([
  ['no JSON', '{', /JSON/],
  ['another shape', '{"plans":[{"recommender":"home"}]}', /version/],
])('%s is told with its faults, and published plans are waited for', async (_, text, fault) => {
  const { plans, warned } = await boot(text);
  expect(plans).toEqual(none);
  expect(warned).toEqual([expect.stringMatching(fault)]);
});

test('a filter that is not known is not left out: none of these plans is taken', async () => {
  const plan = { ...samplePlan(), rules: { filters: { fromTheFuture: true } } };
  const { plans, warned } = await boot(JSON.stringify({ plans: [plan] }));
  expect([plans, warned]).toEqual([none, [expect.stringMatching(/fromTheFuture/)]]);
});

test('no file, and one that is not there yet, hold no plans', async () => {
  expect(await boot(null)).toEqual({ plans: none, warned: [] });
  expect(await boot('{', null)).toEqual({ plans: none, warned: [] });
});
