import type { ScorerDefinition } from '../contract/scoring.ts';
import { criteria, findCriterion } from './registry.ts';

/**
 * What a scorer host loads by the address of this module, in a thread of its own.
 *
 * `model` is the name its model is stored under: that of the Scorer's criterion, so that two Scorers with one
 * implementation and different settings each have their own; absent: that of the implementation.
 *
 * @throws Error naming the criteria there are when there is none of this name
 */
export const createScorerDefinition = (implementation: string, model: string = implementation): ScorerDefinition => {
  const criterion = findCriterion(implementation);
  if (criterion !== null) return criterion.definitionFor(model);
  const known = criteria.map((one) => one.name).join(', ');
  throw new Error(`no criterion ${implementation} is shipped; there are: ${known}`);
};
