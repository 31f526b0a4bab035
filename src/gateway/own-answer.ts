import type { Answer, CriterionCoverage } from '../contract/answer.ts';
import type { ProblemCode } from '../contract/errors.ts';
import type { Outcome, SkipReason } from '../contract/primitives.ts';
import type { Found } from './fallback.ts';
import type { Open } from './open-requests.ts';

/** The answers a gateway gives by itself. Pure. */

const details: Readonly<Record<SkipReason, string>> = {
  full: 'was not asked: too much waits for it to meet the deadline',
  asleep: 'was not asked: none of its processes is ready',
};

const coverageOf = (open: Open, outcome: Outcome, detail: string): CriterionCoverage[] => {
  const total = [...open.bound.weights.values()].reduce((sum, weight) => sum + weight, 0);
  return open.bound.plan.criteria.map(({ criterion, required }) => {
    const skipped = open.skipped[criterion];
    const weight = open.bound.weights.get(criterion) ?? 0;
    return {
      criterion,
      outcome: skipped ?? outcome,
      weight: total === 0 ? 0 : weight / total,
      required,
      elapsedMs: null,
      waitMs: null,
      serviceMs: null,
      detail: skipped === undefined ? detail : details[skipped],
    };
  });
};

/** Why the gateway answers itself: `late`, the criteria were asked; `not-asked`, they never were. */
export interface OwnReason {
  kind: 'late' | 'not-asked';
  /** Why, as part of a sentence for the caller. */
  note: string;
  /** What it is to the caller where the recommender allows no fallback. */
  problem: ProblemCode;
}

/** An answer from the fallback lists that says so, with the truth about every criterion. */
export const ownAnswer = (open: Open, found: Found, reason: OwnReason, totalMs: number): Answer => {
  const late = reason.kind === 'late';
  const detail = late ? `did not answer within ${Math.round(open.deadlineMs)} ms` : `was not asked: ${reason.note}`;
  const variant = open.bound.variant === null ? {} : { variant: open.bound.variant };
  return {
    requestId: open.id,
    recommender: open.bound.plan.recommender,
    plan: { version: open.bound.plan.version, ...variant },
    subject: open.subject,
    source: found.source,
    complete: false,
    exact: false,
    items: [...found.items],
    coverage: { weight: 0, criteria: coverageOf(open, late ? 'late' : 'expired', detail) },
    timings: { totalMs, deadlineMs: open.deadlineMs, slowestMs: null, slowest: null, sumMs: 0 },
    note: reason.note,
  };
};
