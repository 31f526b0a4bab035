import type { Item } from '../contract/item.ts';
import { passesFilters } from '../contract/passes-filters.ts';
import type { Rules } from '../contract/plan.ts';
import type { ScoringRequest } from '../contract/request-batch.ts';
import { type Fused, hasEveryPart, scoreOf } from './fuse.ts';
import { boosted, isProvablyTop } from './fuse-exact.ts';
import { type Competitor, pickDiverse, pickInOrder } from './rules-pick.ts';
import { createRanking, type Ranking } from './rules-ranking.ts';

/** One place of the answer. */
export interface Chosen {
  id: string;
  /** Its slot in the fusion; -1 where no list has it. */
  slot: number;
  /** As ranked, boost included; null where a part of an absolute sum is missing. */
  score: number | null;
}

export interface Choice {
  chosen: readonly Chosen[];
  /** The k best by score, before pins, burying and diversity, are provably that. */
  exact: boolean;
}

export interface RuleQuestion {
  fused: Fused;
  request: Pick<ScoringRequest, 'k' | 'profile' | 'dropProfile' | 'seen' | 'include' | 'filters' | 'candidates'>;
  rules: Rules;
  /** From the catalogue; null: deleted from it; undefined: it never had such an item. */
  itemOf(id: string): Item | null | undefined;
  /** Unix ms. */
  nowMs: number;
}

/** Which slots may be recommended at all. */
interface Eligibility {
  /** Seen, excluded, or no candidate: known without looking the item up. */
  dropped: Uint8Array;
  isDroppedId(id: string): boolean;
  passes(id: string): boolean;
}

const none: ReadonlySet<string> = new Set();

const eligibilityOf = ({ fused, request, rules, itemOf, nowMs }: RuleQuestion): Eligibility => {
  const { ids, slotOf } = fused;
  const dropped = new Uint8Array(ids.length);
  const set = (list: readonly string[], value: 0 | 1): void => {
    for (const id of list) {
      const slot = slotOf.get(id);
      if (slot !== undefined) dropped[slot] = value;
    }
  };
  if (request.candidates !== undefined) {
    dropped.fill(1);
    set(request.candidates, 0);
  }
  if (request.dropProfile) set(request.profile.items, 1);
  set(request.seen, 1);
  set(request.include, 0);
  const included: ReadonlySet<string> = request.include.length === 0 ? none : new Set(request.include);
  return {
    dropped,
    isDroppedId(id) {
      const slot = slotOf.get(id);
      if (slot !== undefined) return dropped[slot] === 1;
      if (included.has(id)) return false;
      const wasSeen = request.seen.includes(id) || (request.dropProfile && request.profile.items.includes(id));
      return wasSeen || request.candidates?.includes(id) === false;
    },
    passes(id) {
      const item = itemOf(id);
      if (item === null) return false;
      if (included.has(id)) return true;
      if (item === undefined) return request.filters === undefined && rules.filters === undefined;
      return passesFilters(item, request.filters, nowMs) && passesFilters(item, rules.filters, nowMs);
    },
  };
};

const boostsOf = ({ boost, boostFactor }: Rules, fused: Fused): ReadonlyMap<number, number> => {
  const factors = new Map<number, number>();
  for (const id of boost) factors.set(fused.slotOf.get(id) ?? -1, boostFactor);
  return factors;
};

/** What may compete, best first: complete totals before incomplete ones, then by boosted score, then as first listed. */
const rank = (fused: Fused, keys: Float64Array, dropped: Uint8Array): Ranking => {
  const isAbsolute = fused.fusion.kind === 'sum';
  const isBetter = (one: number, other: number): boolean => {
    const difference = (keys[one] as number) - (keys[other] as number);
    return difference === 0 ? one < other : difference > 0;
  };
  const isMoreWhole = (one: number, other: number): boolean => {
    const whole = Number(hasEveryPart(fused, one)) - Number(hasEveryPart(fused, other));
    return whole === 0 ? isBetter(one, other) : whole > 0;
  };
  const slots: number[] = [];
  for (let slot = 0; slot < fused.ids.length; slot += 1) if (dropped[slot] === 0) slots.push(slot);
  return createRanking(slots, isAbsolute ? isMoreWhole : isBetter);
};

/** Those of the ranking that are wanted here, with what they compete by. */
const competitors = (
  fused: Fused,
  keys: Float64Array,
  ranking: Iterable<number>,
  isWanted: (id: string) => boolean,
): Iterable<Competitor> => ({
  *[Symbol.iterator]() {
    for (const slot of ranking) {
      const id = fused.ids[slot] as string;
      if (isWanted(id)) yield { id, slot, key: keys[slot] as number };
    }
  },
});

/** The best k that pass the filters. */
const topOf = (ranking: Ranking, k: number, passes: (slot: number) => boolean): readonly number[] => {
  const top: number[] = [];
  for (let place = 0; top.length < k; place += 1) {
    const slot = ranking.at(place);
    if (slot === undefined) break;
    if (passes(slot)) top.push(slot);
  }
  return top;
};

/** The list is the best k as they are ranked: true of most recommenders, and told before anything is set up for the rest. */
const isPlain = ({ pin, bury, diversity }: Rules, { include }: RuleQuestion['request']): boolean =>
  pin.length === 0 && bury.length === 0 && include.length === 0 && diversity === undefined;

/**
 * Applies what the recommender and the request say about the list: what may not be in it, what must be, what comes
 * first and last, how alike its neighbours may be; and cuts it to k.
 *
 * Order: pins; what fusion ranked, boosts included, made diverse; included ids that nothing scored; buried ids. Included
 * ids are there even if seen or filtered, in place of the last others. Attributes are checked again here, since a
 * scorer's model may be older than the catalogue: a deleted item is out, and one that the catalogue never knew passes only
 * where nothing is asked.
 */
export const applyRules = (question: RuleQuestion): Choice => {
  const { fused, request, rules, itemOf } = question;
  const { k } = request;
  const { ids, slotOf } = fused;
  const { dropped, isDroppedId, passes } = eligibilityOf(question);
  const boosts = boostsOf(rules, fused);
  const keys = boosts.size === 0 ? fused.totals : fused.totals.slice(0, ids.length);
  for (const [slot, factor] of boosts) if (slot >= 0) keys[slot] = boosted(keys[slot] as number, factor);
  const ranking = rank(fused, keys, dropped);
  const isAbsolute = fused.fusion.kind === 'sum';
  const choose = (id: string, slot: number): Chosen => {
    if (slot < 0) return { id, slot, score: isAbsolute ? null : 0 };
    return { id, slot, score: isAbsolute ? scoreOf(fused, slot) : (keys[slot] as number) };
  };
  const chooseId = (id: string): Chosen => choose(id, slotOf.get(id) ?? -1);

  const top = topOf(ranking, k, (slot) => passes(ids[slot] as string));
  const exact = isProvablyTop({
    fused,
    top,
    k,
    mayCompete: (slot) => dropped[slot] === 0 && passes(ids[slot] as string),
    boostOf: (slot) => boosts.get(slot) ?? 1,
    outsideBoost: boosts.get(-1) ?? 1,
  });
  if (isPlain(rules, request)) return { chosen: top.map((slot) => choose(ids[slot] as string, slot)), exact };

  const pinned = [...new Set(rules.pin)].filter((id) => !isDroppedId(id) && passes(id)).slice(0, k);
  const isPinned = new Set(pinned);
  const isBuried = new Set(rules.bury);
  const includes = [...new Set(request.include)].filter((id) => !isPinned.has(id) && itemOf(id) !== null);
  const mustHave = new Set(includes.filter((id) => slotOf.has(id) && !isBuried.has(id)));
  const unscored = includes.filter((id) => !slotOf.has(id) && !isBuried.has(id));
  const buriedIncludes = includes.filter((id) => isBuried.has(id));
  const free = Math.max(0, k - pinned.length - includes.length);

  const field = competitors(fused, keys, ranking, (id) => !isPinned.has(id) && !isBuried.has(id));
  const picking = { field, free, mustHave, passes };
  const { diversity } = rules;
  const picked = diversity === undefined ? pickInOrder(picking) : pickDiverse({ ...picking, diversity, itemOf });
  const left = Math.max(0, free - picked.filter(({ id }) => !mustHave.has(id)).length);
  const buried = competitors(
    fused,
    keys,
    ranking,
    (id) => isBuried.has(id) && !isPinned.has(id) && !includes.includes(id),
  );
  const tail = isBuried.size === 0 ? [] : pickInOrder({ field: buried, free: left, mustHave: new Set(), passes });

  const chosen = [
    ...pinned.map(chooseId),
    ...picked.map(({ id, slot }) => choose(id, slot)),
    ...unscored.map(chooseId),
    ...buriedIncludes.map(chooseId),
    ...tail.map(({ id, slot }) => choose(id, slot)),
  ].slice(0, k);
  return { chosen, exact };
};
