import type { Plan } from '../contract/plan.ts';
import type { ScoringRequest } from '../contract/request-batch.ts';
import type { PlanBook } from '../scatter/plan-book.ts';

/** The plan a request was scattered by, also when a newer one has come since. */
export interface PlanMemory {
  /** Undefined: no plan of this recommender is known, nor was one when the request came. */
  planFor(request: Pick<ScoringRequest, 'recommender' | 'planVersion'>): Plan | undefined;
}

/** A request lives seconds, and plans change by the minute. */
const versionsKept = 3;

/** Remembers a few earlier versions of each plan; where the version asked for is none of them, the one in force counts. */
export const createPlanMemory = (plans: Pick<PlanBook, 'get'>): PlanMemory => {
  const earlier = new Map<string, readonly Plan[]>();
  return {
    planFor({ recommender, planVersion }) {
      const current = plans.get(recommender);
      const kept = earlier.get(recommender) ?? [];
      // Deleted meanwhile: what is under way is answered by the plan it came with.
      if (current === undefined) return kept.find(({ version }) => version === planVersion);
      if (kept[0] !== current) earlier.set(recommender, [current, ...kept].slice(0, versionsKept));
      if (current.version === planVersion) return current;
      return kept.find(({ version }) => version === planVersion) ?? current;
    },
  };
};
