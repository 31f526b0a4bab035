import { isDeepStrictEqual } from 'node:util';
import type { Plan } from '../contract/plan.ts';

export interface HeldPlans {
  plans: readonly Plan[];
  /** The highest version any plan ever had, and the version of this set of plans: it rises when one is gone, too. */
  highestVersion: number;
}

const withoutVersion = ({ version: _, ...rest }: Plan): unknown => JSON.parse(JSON.stringify(rest));

/**
 * Gives each plan its version: the one it had while nothing about it changed, else one above all there ever were. The set
 * gets a new one with every change, and where nothing is known of an earlier set.
 *
 * Versions are seconds since 1970 where that is higher: they go on growing even when the ConfigMap that keeps the highest
 * is lost, and when a machine that ran `medley up` on the same broker becomes a cluster.
 */
export const nextPlans = (resolved: readonly Plan[], held: HeldPlans, nowMs: number): HeldPlans => {
  const fresh = Math.max(held.highestVersion + 1, Math.floor(nowMs / 1_000));
  const before = new Map(held.plans.map((plan) => [plan.recommender, plan]));
  const plans = resolved.map((plan) => {
    const known = before.get(plan.recommender);
    const same = known !== undefined && isDeepStrictEqual(withoutVersion(known), withoutVersion(plan));
    return { ...plan, version: same ? known.version : fresh };
  });
  const isSame = plans.length === held.plans.length && plans.every(({ version }) => version !== fresh);
  return { plans, highestVersion: isSame && held.highestVersion > 0 ? held.highestVersion : fresh };
};
