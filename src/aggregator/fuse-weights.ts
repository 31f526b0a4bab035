import type { Fusion, Plan, WeightSet } from '../contract/plan.ts';
import type { ScoringRequest } from '../contract/request-batch.ts';

/** What decides which weights count, besides the request itself. */
export interface Circumstances {
  /** Criteria that gave no list, for whatever reason. */
  missing: ReadonlySet<string>;
  /** Whether the lists are those of the second round. */
  refined: boolean;
}

/** As planned: every list there, no second round. What coverage is measured by. */
export const asPlanned: Circumstances = { missing: new Set(), refined: false };

type Asked = Pick<ScoringRequest, 'variant' | 'weights' | 'profile' | 'subject'>;

/** How much is known of a subject, in items. */
const historyOf = ({ profile, subject }: Asked): number => (subject.kind === 'item' ? 1 : profile.items.length);

const applies = (set: WeightSet, history: number, { missing, refined }: Circumstances): boolean =>
  set.refined === refined &&
  history >= set.minHistory &&
  history <= (set.maxHistory ?? Number.POSITIVE_INFINITY) &&
  set.missing.every((criterion) => missing.has(criterion));

/** The set that applies and names most of what is missing, the first of several; undefined: the plan's own weights. */
export const weightSetOf = (plan: Plan, request: Asked, circumstances: Circumstances): WeightSet | undefined => {
  const history = historyOf(request);
  let best: WeightSet | undefined;
  for (const set of plan.weightSets) {
    if (!applies(set, history, circumstances)) continue;
    if (best === undefined || set.missing.length > best.missing.length) best = set;
  }
  return best;
};

/** By plan and variant: what counts for every request that has no weights of its own, where no set applies. */
const plain = new WeakMap<Plan, Map<string | undefined, ReadonlyMap<string, number>>>();

const plainWeightsOf = (plan: Plan, name: string | undefined): ReadonlyMap<string, number> => {
  const byVariant = plain.get(plan) ?? new Map<string | undefined, ReadonlyMap<string, number>>();
  plain.set(plan, byVariant);
  const variant = plan.variants.find((one) => one.name === name);
  let weights = byVariant.get(variant?.name);
  if (weights === undefined) {
    weights = new Map(plan.criteria.map((one) => [one.criterion, variant?.weights[one.criterion] ?? one.weight]));
    byVariant.set(variant?.name, weights);
  }
  return weights;
};

/** The weights that count for one request: its own before its variant's before those of the set that applies before the plan's. */
export const weightsOf = (
  plan: Plan,
  request: Asked,
  circumstances: Circumstances = asPlanned,
): ReadonlyMap<string, number> => {
  if (request.weights === undefined && plan.weightSets.length === 0) return plainWeightsOf(plan, request.variant);
  const variant = plan.variants.find(({ name }) => name === request.variant);
  const set = weightSetOf(plan, request, circumstances);
  return new Map(
    plan.criteria.map(({ criterion, weight }) => [
      criterion,
      request.weights?.[criterion] ?? variant?.weights[criterion] ?? set?.weights[criterion] ?? weight,
    ]),
  );
};

/** How lists of the second round are fused: there the criteria judged the same items, so their scores may be standardised. */
export const fusionOf = (plan: Plan, refined: boolean): Fusion =>
  refined && plan.fusion.kind === 'weighted-sum' ? { ...plan.fusion, normalise: plan.refineNormalise } : plan.fusion;
