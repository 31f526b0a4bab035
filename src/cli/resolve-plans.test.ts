import { expect, test } from '@jest/globals';
import { apiVersion, recommenderSchema, scorerSchema } from '../contract/resources.ts';
import { resolvePlans } from './resolve-plans.ts';

const resourcesOf = (scorers: readonly string[], recommenders: Readonly<Record<string, readonly string[]>>) => ({
  scorers: scorers.map((name) => scorerSchema.parse({ apiVersion, kind: 'Scorer', metadata: { name } })),
  recommenders: Object.entries(recommenders).map(([name, criteria]) =>
    recommenderSchema.parse({
      apiVersion,
      kind: 'Recommender',
      metadata: { name },
      spec: { criteria: criteria.map((criterion) => ({ criterion })) },
    }),
  ),
  folders: new Map<string, string>(),
});

test('every Recommender becomes a plan of the given version', () => {
  const plans = resolvePlans(
    resourcesOf(['history', 'genres'], { home: ['history', 'genres'], similar: ['genres'] }),
    7,
  );
  expect(plans.map((plan) => [plan.recommender, plan.version])).toEqual([
    ['home', 7],
    ['similar', 7],
  ]);
  expect(plans[0]?.criteria.map((one) => one.criterion)).toEqual(['genres', 'history']);
});

test('the problems of every Recommender are told at once, each once', () => {
  const resources = resourcesOf(['history'], { home: ['history', 'nope'], other: ['gone'] });
  expect(() => resolvePlans(resources, 1)).toThrow(/^The resources:\n {2}- .*nope.*\n {2}- .*gone/);
});

test('resources without a Recommender are refused', () => {
  expect(() => resolvePlans(resourcesOf(['history'], {}), 1)).toThrow('there is no Recommender among them; add one');
});
