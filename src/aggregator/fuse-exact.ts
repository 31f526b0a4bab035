import { type Fused, hasEveryPart } from './fuse.ts';

/** A score as boosted: in the direction that is better, also below 0. */
export const boosted = (score: number, factor: number): number => (score < 0 ? score / factor : score * factor);

export interface TopQuestion {
  fused: Fused;
  /** The slots of the k best that may be recommended. */
  top: readonly number[];
  k: number;
  /** Of the other slots: whether the item may be recommended at all. */
  mayCompete(slot: number): boolean;
  boostOf(slot: number): number;
  /** The largest boost of an item that no list has. */
  outsideBoost: number;
}

interface Bounds {
  worst(slot: number): number;
  best(slot: number): number;
  outside: number;
}

/** What each mask leaves open is the same for all its items, and there are few masks. */
const perMask = (fused: Fused, addOf: (listIndex: number) => number): ((slot: number) => number) => {
  const known = new Map<number, number>();
  return (slot) => {
    const mask = fused.masks[slot] as number;
    let sum = known.get(mask);
    if (sum === undefined) {
      sum = 0;
      for (let index = 0; index < fused.lists.length; index += 1) if ((mask & (1 << index)) === 0) sum += addOf(index);
      known.set(mask, sum);
    }
    return (fused.totals[slot] as number) + sum;
  };
};

/** An unlisted item needs a floor in some list to be scored at all, in an absolute sum in every one. */
const outsideBound = ({ fusion, lists, fullMask }: Fused): number => {
  const known = lists.filter((list) => list.outside !== null);
  if (known.length === 0) return Number.NEGATIVE_INFINITY;
  if (fusion.kind === 'sum' && (known.length < lists.length || fullMask === -1)) return Number.NEGATIVE_INFINITY;
  const parts = lists.map((list) => list.outside ?? list.missing);
  return fusion.kind === 'max' ? Math.max(...known.map((list) => list.outside ?? 0)) : parts.reduce((a, b) => a + b, 0);
};

const boundsOf = (fused: Fused): Bounds => {
  const { fusion, lists, totals, masks } = fused;
  const outside = outsideBound(fused);
  const isOpen = (index: number): boolean => lists[index]?.source.floor !== null;
  if (fusion.kind === 'max') {
    const best = (slot: number): number => {
      let bound = totals[slot] as number;
      for (const [index, list] of lists.entries()) {
        if (((masks[slot] as number) & (1 << index)) === 0 && isOpen(index)) bound = Math.max(bound, list.best);
      }
      return bound;
    };
    return { worst: (slot) => totals[slot] as number, best, outside };
  }
  if (fusion.kind === 'sum') {
    const open = perMask(fused, (index) => (isOpen(index) ? (lists[index]?.best ?? 0) : Number.NEGATIVE_INFINITY));
    return {
      worst: (slot) => (hasEveryPart(fused, slot) ? (totals[slot] as number) : Number.NEGATIVE_INFINITY),
      best: open,
      outside,
    };
  }
  const worst = perMask(fused, (index) => (lists[index]?.worst ?? 0) - (lists[index]?.missing ?? 0));
  const best = perMask(fused, (index) => (lists[index]?.best ?? 0) - (lists[index]?.missing ?? 0));
  return { worst, best, outside };
};

/**
 * Whether these are provably the k best: no other item, listed in part or not at all, could score more than the worst
 * that one of these may turn out to score, whatever lies below the floors.
 *
 * The idea is Fagin, Lotem & Naor's threshold ("Optimal aggregation algorithms for middleware", 2001), applied once to
 * lists that were cut. It speaks of the set, not of the order inside it, and of the criteria that answered.
 */
export const isProvablyTop = (question: TopQuestion): boolean => {
  const { fused, top, k, boostOf } = question;
  const bounds = boundsOf(fused);
  const outside = boosted(bounds.outside, question.outsideBoost);
  if (top.length < k) return outside === Number.NEGATIVE_INFINITY;
  let threshold = Number.POSITIVE_INFINITY;
  for (const slot of top) threshold = Math.min(threshold, boosted(bounds.worst(slot), boostOf(slot)));
  if (outside > threshold) return false;
  const inTop = new Uint8Array(fused.ids.length);
  for (const slot of top) inTop[slot] = 1;
  for (let slot = 0; slot < fused.ids.length; slot += 1) {
    if (inTop[slot] === 1 || boosted(bounds.best(slot), boostOf(slot)) <= threshold) continue;
    if (question.mayCompete(slot)) return false;
  }
  return true;
};
