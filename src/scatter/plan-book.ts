import type { Plan } from '../contract/plan.ts';

/** The plans a process works by: the highest version of each wins, whatever order they arrive in. */
export interface PlanBook {
  /** Takes in what is newer and says whether anything was. */
  take(plans: readonly Plan[]): boolean;
  get(recommender: string): Plan | undefined;
  all(): readonly Plan[];
  versions(): Readonly<Record<string, number>>;
}

export const createPlanBook = (initial: readonly Plan[] = []): PlanBook => {
  const book = new Map<string, Plan>();
  const take = (plans: readonly Plan[]): boolean => {
    let changed = false;
    for (const plan of plans) {
      const held = book.get(plan.recommender);
      if (held !== undefined && held.version >= plan.version) continue;
      book.set(plan.recommender, plan);
      changed = true;
    }
    return changed;
  };
  take(initial);
  return {
    take,
    get: (recommender) => book.get(recommender),
    all: () => [...book.values()],
    versions: () => Object.fromEntries([...book.values()].map((plan) => [plan.recommender, plan.version])),
  };
};
