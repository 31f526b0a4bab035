import type { PlansMessage } from '../contract/control.ts';
import type { Plan } from '../contract/plan.ts';

/**
 * The plans a process works by.
 *
 * A set of a higher version takes the place of all that is held, so that what was deleted goes; one of a lower version is
 * an old message that comes late, and is left. Inside one set, and where a publisher numbers no sets, the highest version
 * of each plan wins, whatever order they arrive in.
 */
export interface PlanBook {
  /** Takes in what is newer and says whether anything was. */
  take(message: PlansMessage): boolean;
  get(recommender: string): Plan | undefined;
  all(): readonly Plan[];
  versions(): Readonly<Record<string, number>>;
  /** Whether anybody said which plans there are; there may be none. */
  known(): boolean;
}

const byRecommender = (plans: readonly Plan[]): Map<string, Plan> =>
  new Map(plans.map((plan) => [plan.recommender, plan]));

export const createPlanBook = (initial: readonly Plan[] = [], initialSetVersion = 0): PlanBook => {
  let book = new Map<string, Plan>();
  let heldSetVersion = 0;

  const add = (plans: readonly Plan[]): boolean => {
    let changed = false;
    for (const plan of plans) {
      const held = book.get(plan.recommender);
      if (held !== undefined && held.version >= plan.version) continue;
      book.set(plan.recommender, plan);
      changed = true;
    }
    return changed;
  };
  const take = ({ plans, setVersion }: PlansMessage): boolean => {
    if (setVersion > heldSetVersion) {
      heldSetVersion = setVersion;
      book = byRecommender(plans);
      return true;
    }
    return setVersion === heldSetVersion || setVersion === 0 ? add(plans) : false;
  };
  take({ plans: [...initial], setVersion: initialSetVersion });
  return {
    take,
    get: (recommender) => book.get(recommender),
    all: () => [...book.values()],
    versions: () => Object.fromEntries([...book.values()].map((plan) => [plan.recommender, plan.version])),
    known: () => heldSetVersion > 0 || book.size > 0,
  };
};
