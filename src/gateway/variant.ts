import type { Plan } from '../contract/plan.ts';
import { hashOf } from './hash.ts';

/**
 * The variant of a plan that a subject is in, always the same one for the same subject; null: the plan's own weights.
 *
 * @param subjectKey as `subjectKey` of the contract
 */
export const variantOf = (plan: Plan, subjectKey: string): Plan['variants'][number] | null => {
  if (plan.variants.length === 0) return null;
  let percent = (hashOf(`variant ${plan.recommender} ${subjectKey}`) / 2 ** 32) * 100;
  for (const variant of plan.variants) {
    if (percent < variant.percent) return variant;
    percent -= variant.percent;
  }
  return null;
};

/** The weights in force by criterion: the caller's own before the variant's before the plan's. */
export const weightsOf = (
  plan: Plan,
  variant: Plan['variants'][number] | null,
  own: Readonly<Record<string, number>> | undefined,
): ReadonlyMap<string, number> =>
  new Map(
    plan.criteria.map(({ criterion, weight }) => [
      criterion,
      own?.[criterion] ?? variant?.weights[criterion] ?? weight,
    ]),
  );
