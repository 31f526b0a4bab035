import { InvalidInputError } from '../contract/errors.ts';
import type { Plan } from '../contract/plan.ts';
import { resolvePlan } from '../contract/resolve-plan.ts';
import type { Resources } from './read-resources.ts';

/**
 * Resolves every Recommender of the resources against their Scorers.
 *
 * @throws InvalidInputError with every problem of every Recommender, or where there is no Recommender
 */
export const resolvePlans = (resources: Resources, version: number): readonly Plan[] => {
  const { recommenders, scorers } = resources;
  if (recommenders.length === 0)
    throw new InvalidInputError('The resources', ['there is no Recommender among them; add one']);
  const resolved = recommenders.map((recommender) => resolvePlan(recommender, scorers, version));
  const problems = [...new Set(resolved.flatMap((one) => one.problems))];
  if (problems.length > 0) throw new InvalidInputError('The resources', problems);
  return resolved.flatMap((one) => (one.plan === null ? [] : [one.plan]));
};
