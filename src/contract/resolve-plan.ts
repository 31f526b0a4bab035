import { limits } from './limits.ts';
import type { Plan, PlanCriterion, WeightSet } from './plan.ts';
import { criterionOf, type RecommenderResource, type ScorerResource } from './resources.ts';

type Reference = RecommenderResource['spec']['criteria'][number];

const toPlanCriterion = (scorer: ScorerResource, reference: Reference): PlanCriterion => ({
  criterion: criterionOf(scorer),
  weight: reference.weight ?? scorer.spec.weight,
  required: reference.required,
  topN: scorer.spec.topN,
  generation: 0,
});

const indexByCriterion = (scorers: readonly ScorerResource[], problems: string[]): Map<string, ScorerResource> => {
  const index = new Map<string, ScorerResource>();
  for (const scorer of scorers) {
    const criterion = criterionOf(scorer);
    if (!index.has(criterion)) index.set(criterion, scorer);
    else problems.push(`two Scorers judge by criterion ${criterion}; ${scorer.metadata.name} is left out: rename one`);
  }
  return index;
};

const hasLabels = (scorer: ScorerResource, wanted: Readonly<Record<string, string>>): boolean =>
  Object.entries(wanted).every(([key, value]) => scorer.metadata.labels?.[key] === value);

/** The Scorers one reference means, or the sentence that says why it means none. */
const resolveReference = (
  reference: Reference,
  scorers: ReadonlyMap<string, ScorerResource>,
): readonly ScorerResource[] | string => {
  const { criterion, selector } = reference;
  if (criterion !== undefined) {
    const scorer = scorers.get(criterion);
    return scorer === undefined ? `no Scorer judges by criterion ${criterion}` : [scorer];
  }
  const matching = [...scorers.values()].filter((scorer) => hasLabels(scorer, selector?.matchLabels ?? {}));
  return matching.length === 0 ? 'no Scorer has these labels' : matching;
};

const setProblems = (set: WeightSet, criteria: readonly PlanCriterion[]): string[] => {
  const known = new Set(criteria.map((one) => one.criterion));
  const say = (sentence: string): string => `weight set ${set.name} ${sentence}`;
  const unknown = Object.keys(set.weights).filter((one) => !known.has(one));
  const problems = unknown.map((one) => say(`weighs ${one}, which is not among the criteria`));
  for (const one of set.missing) {
    if (!known.has(one)) problems.push(say(`is for a missing ${one}, which is not among the criteria`));
  }
  const counts = criteria.some(
    ({ criterion, weight }) => !set.missing.includes(criterion) && (set.weights[criterion] ?? weight) > 0,
  );
  if (criteria.length > 0 && !counts) problems.push(say('leaves no criterion a weight; give at least one'));
  return problems;
};

const specProblems = (spec: RecommenderResource['spec'], criteria: readonly PlanCriterion[]): string[] => {
  const known = new Set(criteria.map((one) => one.criterion));
  const problems = spec.variants.flatMap((variant) =>
    Object.keys(variant.weights)
      .filter((criterion) => !known.has(criterion))
      .map((criterion) => `variant ${variant.name} weighs ${criterion}, which is not among the criteria`),
  );
  problems.push(...spec.weightSets.flatMap((set) => setProblems(set, criteria)));
  if (criteria.length > 0 && criteria.every((one) => one.weight === 0)) {
    problems.push('every criterion has weight 0; give at least one a weight');
  }
  return problems;
};

const byName = (a: PlanCriterion, b: PlanCriterion): number => (a.criterion < b.criterion ? -1 : 1);

/** Labels may find more criteria than a mask has bits: those of least weight are left out, and said so. */
const heaviest = (found: readonly PlanCriterion[], problems: string[], name: string): PlanCriterion[] => {
  const byWeight = [...found].sort((a, b) => b.weight - a.weight || byName(a, b));
  const left = byWeight.splice(limits.criteria).map((one) => one.criterion);
  if (left.length > 0) {
    problems.push(`Recommender ${name}: at most ${limits.criteria} criteria fit; left out: ${left.join(', ')}`);
  }
  return byWeight.sort(byName);
};

/**
 * Resolves a Recommender against the Scorers there are: what is wrong between them, for its own schema refused the rest.
 *
 * Every problem is reported at once, as sentences; a plan is made of what is left, and is null when nothing is.
 * A criterion named directly wins over the same one found by labels; among references of one kind the first wins.
 */
export const resolvePlan = (
  recommender: RecommenderResource,
  scorers: readonly ScorerResource[],
  version: number,
): { plan: Plan | null; problems: readonly string[] } => {
  const { name } = recommender.metadata;
  const problems: string[] = [];
  const index = indexByCriterion(scorers, problems);
  const named = new Map<string, PlanCriterion>();
  const selected = new Map<string, PlanCriterion>();
  for (const [position, reference] of recommender.spec.criteria.entries()) {
    const found = resolveReference(reference, index);
    const say = (problem: string) => problems.push(`Recommender ${name}: spec.criteria[${position}]: ${problem}`);
    if (typeof found === 'string') {
      say(found);
      continue;
    }
    const target = reference.criterion === undefined ? selected : named;
    const fresh = found.map((scorer) => toPlanCriterion(scorer, reference)).filter((one) => !target.has(one.criterion));
    for (const one of fresh) target.set(one.criterion, one);
  }
  const criteria = heaviest([...new Map([...selected, ...named]).values()], problems, name);
  problems.push(...specProblems(recommender.spec, criteria).map((problem) => `Recommender ${name}: ${problem}`));
  if (criteria.length === 0) return { plan: null, problems };
  return { plan: { recommender: name, version, ...recommender.spec, criteria }, problems };
};
