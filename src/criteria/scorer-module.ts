import type { ScorerDefinition } from '../contract/scoring.ts';
import { criteria, findCriterion } from './registry.ts';

/**
 * What a scorer host loads by the address of this module, in a thread of its own.
 *
 * @throws Error naming the criteria there are when there is none of this name
 */
export const createScorerDefinition = (implementation: string): ScorerDefinition => {
  const criterion = findCriterion(implementation);
  if (criterion !== null) return criterion.definition;
  const known = criteria.map((one) => one.name).join(', ');
  throw new Error(`no criterion ${implementation} is shipped; there are: ${known}`);
};
