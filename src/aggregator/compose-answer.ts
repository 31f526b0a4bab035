import { type Answer, type AnswerItem, namedItem } from '../contract/answer.ts';
import type { Item } from '../contract/item.ts';
import type { Partial as ScorerPartial } from '../contract/partial-batch.ts';
import type { Plan } from '../contract/plan.ts';
import { type Coverage, coverageOf } from './coverage.ts';
import { type Evidence, explainItems } from './explain.ts';
import { type Fused, fuse } from './fuse.ts';
import type { RankedList } from './fuse-scale.ts';
import { fusionOf, weightsOf } from './fuse-weights.ts';
import type { Arrival, Group } from './gather.ts';
import { type LatePartials, lateDiscount, maxLateAgeMs, type StandIn } from './late.ts';
import { applyRules } from './rules.ts';

export interface Composition {
  group: Pick<Group<unknown>, 'request' | 'criteria' | 'arrivals' | 'receivedAtMs'>;
  plan: Plan;
  late: Pick<LatePartials, 'find'>;
  itemOf(id: string): Item | null | undefined;
  /** What a second round over named candidates said, by criterion: used in place of the lists of the first. */
  second?: ReadonlyMap<string, ScorerPartial>;
  /** On the monotonic clock. */
  nowMs: number;
  /** Unix ms. */
  wallMs: number;
  /** From arrival at the door (as far as it is known here) until now. */
  totalMs: number;
}

export interface Composed {
  answer: Answer;
  /** Every list that answered is provably long enough for the top k. */
  provable: boolean;
  /** A second round would rank by other weights or another scale: then a proof about the lists does not spare it. */
  refinesDifferently: boolean;
  /** Why it is not good enough to be given, as a sentence; null: it is. */
  shortfall: string | null;
  /** Criteria that scored in time, and those a late partial stood in for. */
  fresh: readonly string[];
  standIns: readonly string[];
  /** Criteria that a second round would ask: those that scored and weigh something in it. */
  refinable: readonly string[];
  fused: Fused | null;
}

/** The arrivals by criterion. */
const arrivalsOf = ({ criteria, arrivals }: Composition['group']): ReadonlyMap<string, Arrival> => {
  const byCriterion = new Map<string, Arrival>();
  for (let bit = 0; bit < arrivals.length; bit += 1) {
    const arrival = arrivals[bit];
    const criterion = criteria[bit];
    if (arrival !== undefined && criterion !== undefined) byCriterion.set(criterion, arrival);
  }
  return byCriterion;
};

const wasAskedIn = ({ request, criteria }: Composition['group'], criterion: string): boolean =>
  criteria.some((one, bit) => one === criterion && (request.mask & (1 << bit)) !== 0);

const standInsOf = (
  composition: Composition,
  weights: ReadonlyMap<string, number>,
  arrivals: ReadonlyMap<string, Arrival>,
): ReadonlyMap<string, StandIn> => {
  const { plan, late, nowMs, group } = composition;
  const standIns = new Map<string, StandIn>();
  const { subject } = group.request;
  if (subject.kind !== 'user' || plan.fusion.kind === 'sum') return standIns;
  const age = { nowMs, maxAgeMs: maxLateAgeMs(plan.lateHalfLifeMs) };
  for (const { criterion } of plan.criteria) {
    const outcome = arrivals.get(criterion)?.partial.outcome;
    if ((weights.get(criterion) ?? 0) === 0 || outcome === 'scored' || outcome === 'abstained') continue;
    const found = late.find(subject.id, criterion, age);
    if (found !== undefined) standIns.set(criterion, found);
  }
  return standIns;
};

interface Source {
  list: RankedList;
  evidence: Evidence;
}

/**
 * The best a list may hold of what was not named in the second round: its floor, or what it had itself that was not named.
 */
const outsideOf = (first: ScorerPartial, floor: number | null, named: readonly string[]): number | null => {
  const asked = new Set(named);
  const left = first.items.findIndex((id) => !asked.has(id));
  return left < 0 ? floor : (first.scores[left] ?? floor);
};

const freshSource = (composition: Composition, criterion: string, weight: number, partial: ScorerPartial): Source => {
  const named = composition.group.request.candidates !== undefined;
  const floor = named ? null : partial.floor;
  const second = composition.second?.get(criterion);
  const source = second ?? partial;
  const { items, scores } = source;
  const floors = second === undefined ? { floor } : { floor: null, outsideFloor: outsideOf(partial, floor, items) };
  return { list: { criterion, weight, items, scores, ...floors }, evidence: { partial: source } };
};

const lateSource = (plan: Plan, criterion: string, weight: number, { partial, ageMs }: StandIn): Source => {
  const { items, scores, floor } = partial;
  const discounted = weight * lateDiscount(ageMs, plan.lateHalfLifeMs);
  return {
    list: { criterion, weight: discounted, items, scores, floor },
    evidence: { partial, lateAgeMs: ageMs },
  };
};

const sourcesOf = (
  composition: Composition,
  weights: ReadonlyMap<string, number>,
  from: { arrivals: ReadonlyMap<string, Arrival>; standIns: ReadonlyMap<string, StandIn> },
): Source[] => {
  const sources: Source[] = [];
  for (const { criterion } of composition.plan.criteria) {
    const weight = weights.get(criterion) ?? 0;
    if (weight === 0) continue;
    const partial = from.arrivals.get(criterion)?.partial;
    const standIn = from.standIns.get(criterion);
    if (partial?.outcome === 'scored') sources.push(freshSource(composition, criterion, weight, partial));
    else if (standIn !== undefined) sources.push(lateSource(composition.plan, criterion, weight, standIn));
  }
  return sources;
};

const digits = 1e6;
/** A total that no number can hold is told as one that is not known, and its answer as incomplete. */
const roundedScore = (score: number | null): number | null => {
  if (score === null || !Number.isFinite(score)) return null;
  const rounded = Math.round(score * digits) / digits;
  return Number.isFinite(rounded) ? rounded : score;
};

interface Listed {
  items: readonly AnswerItem[];
  provable: boolean;
  fused: Fused;
}

const listItems = (composition: Composition, sources: readonly Source[], expectedLists: number): Listed => {
  const { plan, itemOf, group, wallMs } = composition;
  const { request } = group;
  const lists = sources.map(({ list }) => list);
  // A candidate that no criterion listed still belongs into the answer of an absolute sum: as one whose parts are missing.
  const universe = plan.fusion.kind === 'sum' ? (request.candidates ?? []) : [];
  const fused = fuse(lists, fusionOf(plan, composition.second !== undefined), { expectedLists, universe });
  const { chosen, exact } = applyRules({ fused, request, rules: plan.rules, itemOf, nowMs: wallMs });
  const evidence = sources.map((source) => source.evidence);
  const explanations = request.explain ? explainItems(fused, chosen, evidence) : [];
  const items = chosen.map(({ id, score }, at): AnswerItem => {
    const item: AnswerItem = Object.assign(namedItem(id, itemOf(id) ?? undefined), { score: roundedScore(score) });
    return request.explain ? Object.assign(item, explanations[at]) : item;
  });
  return { items, provable: exact, fused };
};

/** Why there is no list, in one sentence. */
const emptyNote = (coverage: Coverage['coverage']): string => {
  const answered = coverage.criteria.filter(({ outcome }) => outcome === 'scored' || outcome === 'abstained');
  if (answered.length === 0) return 'No criterion answered in time.';
  return answered.some(({ outcome }) => outcome === 'scored')
    ? 'No item that was listed may be recommended under the rules and filters.'
    : 'No criterion knows anything of this subject.';
};

/** The weights the lists at hand are fused by, and who has a say in a second round. */
const fusingOf = (
  { plan, group, second }: Composition,
  fresh: readonly string[],
  standIns: ReadonlyMap<string, StandIn>,
): { fusing: ReadonlyMap<string, number>; refinable: readonly string[]; refinesDifferently: boolean } => {
  const listing = new Set([...fresh, ...standIns.keys()]);
  const missing = new Set(plan.criteria.map(({ criterion }) => criterion).filter((one) => !listing.has(one)));
  const weightsFor = (refined: boolean) => weightsOf(plan, group.request, { missing, refined });
  const listed = weightsFor(false);
  const refining = weightsFor(true);
  const hasOtherScale = fusionOf(plan, true).normalise !== plan.fusion.normalise;
  return {
    fusing: second === undefined ? listed : refining,
    refinesDifferently: hasOtherScale || fresh.some((criterion) => listed.get(criterion) !== refining.get(criterion)),
    refinable: fresh.filter((criterion) => (refining.get(criterion) ?? 0) > 0),
  };
};

/**
 * Makes the answer of a gathered request: coverage, fusion, rules, explanation.
 *
 * Pure but for the lookups it is handed. `source` is `none` where the coverage is too low or the list is empty, with the
 * reason as its note: the gateway then falls back. An absolute sum has no fallback and says what it has.
 */
export const composeAnswer = (composition: Composition): Composed => {
  const { group, plan } = composition;
  const { request } = group;
  // What is told of coverage is by what was planned; a set for what is missing changes what is fused, not what is missing.
  const weights = weightsOf(plan, request);
  const arrivals = arrivalsOf(group);
  const standIns = standInsOf(composition, weights, arrivals);
  const fresh = [...arrivals].filter(([, { partial }]) => partial.outcome === 'scored').map(([criterion]) => criterion);
  const { fusing, refinable, refinesDifferently } = fusingOf(composition, fresh, standIns);
  const deadlineMs = Math.ceil(request.remainingMs);
  const { coverage, complete, shortfall, timings } = coverageOf({
    plan,
    weights,
    inForce: fusing,
    request,
    wasAsked: (criterion) => wasAskedIn(group, criterion),
    arrivalOf: (criterion) => arrivals.get(criterion),
    lateAgeOf: (criterion) => standIns.get(criterion)?.ageMs,
    receivedAtMs: group.receivedAtMs,
    deadlineMs,
  });
  const sources = shortfall === null ? sourcesOf(composition, fusing, { arrivals, standIns }) : [];
  const expectedLists = [...weights.values()].filter((weight) => weight > 0).length;
  const listed = shortfall === null ? listItems(composition, sources, expectedLists) : null;
  const items = [...(listed?.items ?? [])];
  const isAbsolute = plan.fusion.kind === 'sum';
  const note = shortfall ?? (items.length === 0 && !isAbsolute ? emptyNote(coverage) : undefined);
  const whole = complete && !(isAbsolute && items.some(({ score }) => score === null));
  const hasVariant = plan.variants.some(({ name }) => name === request.variant);
  return {
    answer: {
      requestId: request.id,
      recommender: request.recommender,
      plan: { version: plan.version, ...(hasVariant ? { variant: request.variant } : {}) },
      subject: request.subject,
      source: note === undefined ? 'fresh' : 'none',
      complete: whole,
      exact: whole && (listed?.provable ?? false),
      items,
      coverage,
      timings: { totalMs: composition.totalMs, deadlineMs, ...timings },
      ...(note === undefined ? {} : { note }),
    },
    provable: listed?.provable ?? false,
    shortfall,
    fresh,
    standIns: [...standIns.keys()],
    refinable,
    refinesDifferently,
    fused: listed?.fused ?? null,
  };
};
