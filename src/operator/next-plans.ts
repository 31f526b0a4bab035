import { isDeepStrictEqual } from 'node:util';
import type { Plan } from '../contract/plan.ts';

export interface HeldPlans {
  plans: readonly Plan[];
  /** The highest version any plan ever had. */
  highestVersion: number;
}

const withoutVersion = ({ version: _, ...rest }: Plan): unknown => JSON.parse(JSON.stringify(rest));

/**
 * Gives each plan its version: the one it had while nothing about it changed, else one above all there ever were.
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
  return { plans, highestVersion: Math.max(held.highestVersion, ...plans.map((plan) => plan.version)) };
};
