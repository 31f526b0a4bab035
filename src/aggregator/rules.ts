import type { Item } from '../contract/item.ts';
import { passesFilters } from '../contract/passes-filters.ts';
import type { Rules } from '../contract/plan.ts';
import type { ScoringRequest } from '../contract/request-batch.ts';
import { type Fused, hasEveryPart } from './fuse.ts';
import { boosted, isProvablyTop } from './fuse-exact.ts';
import { type Competitor, pickDiverse, pickInOrder } from './rules-pick.ts';

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
  /** From the catalogue; undefined: it has no such item. */
  itemOf(id: string): Item | undefined;
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
  const included = new Set(request.include);
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
      if (included.has(id)) return true;
      const item = itemOf(id);
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
const rank = (fused: Fused, dropped: Uint8Array, boosts: ReadonlyMap<number, number>): readonly Competitor[] => {
  const competitors: Competitor[] = [];
  for (let slot = 0; slot < fused.ids.length; slot += 1) {
    if (dropped[slot] === 1) continue;
    const key = boosted(fused.totals[slot] as number, boosts.get(slot) ?? 1);
    competitors.push({ id: fused.ids[slot] as string, slot, key, whole: hasEveryPart(fused, slot) });
  }
  return competitors.sort((a, b) => Number(b.whole) - Number(a.whole) || b.key - a.key || a.slot - b.slot);
};

/** The best k that pass the filters: looked up only as far as needed. */
const topOf = (ranked: readonly Competitor[], k: number, passes: (id: string) => boolean): readonly number[] => {
  const top: number[] = [];
  for (const { id, slot } of ranked) {
    if (top.length === k) break;
    if (passes(id)) top.push(slot);
  }
  return top;
};

/**
 * Applies what the recommender and the request say about the list: what may not be in it, what must be, what comes
 * first and last, how alike its neighbours may be; and cuts it to k.
 *
 * Order: pins; what fusion ranked, boosts included, made diverse; included ids that nothing scored; buried ids. Included
 * ids are there even if seen or filtered, in place of the last others. Attributes are checked again here, since a
 * scorer's model may be older than the catalogue; an item the catalogue does not know passes only where nothing is asked.
 */
export const applyRules = (question: RuleQuestion): Choice => {
  const { fused, request, rules, itemOf } = question;
  const { k } = request;
  const { dropped, isDroppedId, passes } = eligibilityOf(question);
  const boosts = boostsOf(rules, fused);
  const ranked = rank(fused, dropped, boosts);
  const isAbsolute = fused.fusion.kind === 'sum';
  const scoreOf = ({ slot, key, whole }: Competitor): number | null => {
    if (!isAbsolute) return key;
    return whole ? (fused.totals[slot] as number) : null;
  };
  const bySlot = (id: string): Chosen => {
    const slot = fused.slotOf.get(id) ?? -1;
    if (slot < 0) return { id, slot, score: isAbsolute ? null : 0 };
    const key = boosted(fused.totals[slot] as number, boosts.get(slot) ?? 1);
    return { id, slot, score: scoreOf({ id, slot, key, whole: hasEveryPart(fused, slot) }) };
  };

  const pinned = [...new Set(rules.pin)].filter((id) => !isDroppedId(id) && passes(id)).slice(0, k);
  const isPinned = new Set(pinned);
  const isBuried = new Set(rules.bury);
  const includes = [...new Set(request.include)].filter((id) => !isPinned.has(id));
  const mustHave = new Set(includes.filter((id) => fused.slotOf.has(id) && !isBuried.has(id)));
  const unscored = includes.filter((id) => !fused.slotOf.has(id) && !isBuried.has(id));
  const buriedIncludes = includes.filter((id) => isBuried.has(id));
  const room = k - pinned.length;
  const free = Math.max(0, room - includes.length);

  const field = ranked.filter(({ id }) => !isPinned.has(id) && !isBuried.has(id));
  const picking = { field, free, mustHave, passes };
  const { diversity } = rules;
  const picked = diversity === undefined ? pickInOrder(picking) : pickDiverse({ ...picking, diversity, itemOf });
  const buried = ranked.filter(({ id }) => isBuried.has(id) && !isPinned.has(id) && !buriedIncludes.includes(id));
  const left = Math.max(0, free - picked.filter(({ id }) => !mustHave.has(id)).length);
  const tail = pickInOrder({ field: buried, free: left, mustHave: new Set(), passes });

  const chosen = [
    ...pinned.map(bySlot),
    ...picked.map((one) => ({ id: one.id, slot: one.slot, score: scoreOf(one) })),
    ...unscored.map(bySlot),
    ...buriedIncludes.map(bySlot),
    ...tail.map((one) => bySlot(one.id)),
  ].slice(0, k);
  const exact = isProvablyTop({
    fused,
    top: topOf(ranked, k, passes),
    k,
    mayCompete: (slot) => dropped[slot] === 0 && passes(fused.ids[slot] as string),
    boostOf: (slot) => boosts.get(slot) ?? 1,
    outsideBoost: boosts.get(-1) ?? 1,
  });
  return { chosen, exact };
};
