import { ProblemError } from '../contract/errors.ts';
import type { RecommendationRequest } from '../contract/http.ts';
import type { Plan } from '../contract/plan.ts';
import type { Subject } from '../contract/primitives.ts';
import type { Ask } from '../contract/request-batch.ts';
import type { Resolved } from './profile.ts';
import { variantOf, weightsOf } from './variant.ts';

/** What a request means under the plan in force: checked, with the weights that count for this subject. Pure. */
export interface Bound {
  plan: Plan;
  subjectKey: string;
  k: number;
  variant: string | null;
  /** By criterion, in the plan's order. */
  weights: ReadonlyMap<string, number>;
}

const fault = (pointer: string, detail: string): ProblemError =>
  new ProblemError('invalid-body', detail, { errors: [{ pointer, detail }] });

/**
 * Binds a request to its plan.
 *
 * @throws ProblemError `unknown-criterion`, or `invalid-body` where k is over the plan's or every weight is 0
 */
export const bindRequest = (request: RecommendationRequest, plan: Plan, subjectKey: string): Bound => {
  const known = new Set(plan.criteria.map((one) => one.criterion));
  for (const criterion of Object.keys(request.weights ?? {})) {
    if (known.has(criterion)) continue;
    const detail = `The recommender ${plan.recommender} has no criterion ${criterion}; it has ${[...known].join(', ')}.`;
    throw new ProblemError('unknown-criterion', detail, { errors: [{ pointer: `/weights/${criterion}`, detail }] });
  }
  const k = request.k ?? plan.k.default;
  if (k > plan.k.max) throw fault('/k', `k is ${k}; the recommender ${plan.recommender} gives at most ${plan.k.max}.`);
  // Whatever a user asks about, he stays in his variant.
  const variant = variantOf(plan, request.user === undefined ? subjectKey : `user:${request.user}`);
  const weights = weightsOf(plan, variant, request.weights);
  if (request.weights !== undefined && [...weights.values()].every((weight) => weight === 0)) {
    throw fault('/weights', 'Every criterion has weight 0; give at least one a weight.');
  }
  return { plan, subjectKey, k, variant: variant?.name ?? null, weights };
};

/** The question as both lanes carry it. */
export const composeAsk = (parts: {
  id: string;
  request: RecommendationRequest;
  bound: Bound;
  subject: Subject;
  resolved: Resolved;
  deadline: { deadlineAtMs: number; remainingMs: number };
  traceparent: string | undefined;
}): Ask => {
  const { id, request, bound, subject, resolved, deadline, traceparent } = parts;
  return {
    id,
    recommender: bound.plan.recommender,
    subject,
    k: bound.k,
    profile: resolved.profile,
    dropProfile: bound.plan.rules.excludeSeen,
    seen: resolved.seen,
    include: request.include,
    ...(request.filters === undefined ? {} : { filters: request.filters }),
    ...(request.candidates === undefined ? {} : { candidates: request.candidates }),
    ...(request.weights === undefined ? {} : { weights: request.weights }),
    ...(bound.variant === null ? {} : { variant: bound.variant }),
    explain: request.explain,
    ...(request.context === undefined ? {} : { context: request.context }),
    ...deadline,
    ...(traceparent === undefined ? {} : { traceparent }),
  };
};
