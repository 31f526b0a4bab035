import type { Plan } from '../../src/contract/plan.ts';
import { resolvePlan } from '../../src/contract/resolve-plan.ts';
import { apiVersion, recommenderSchema, scorerSchema } from '../../src/contract/resources.ts';
import { criteria, listLength } from './four-scorers.ts';

export const recommender = 'bench';

/** Far longer than an answer takes: neither of the other systems has a deadline at all. */
const deadlineMs = 1_000;

/** All four scorers with one weight, everything else as it is unless told. */
export const benchPlan = (): Plan => {
  const scorers = criteria.map((name) =>
    scorerSchema.parse({ apiVersion, kind: 'Scorer', metadata: { name }, spec: { topN: listLength } }),
  );
  const spec = { deadlineMs, criteria: criteria.map((criterion) => ({ criterion })) };
  const resource = recommenderSchema.parse({ apiVersion, kind: 'Recommender', metadata: { name: recommender }, spec });
  const { plan, problems } = resolvePlan(resource, scorers, 1);
  if (plan === null) throw new Error(problems.join('; '));
  return plan;
};
