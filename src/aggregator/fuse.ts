import type { Fusion } from '../contract/plan.ts';
import { type RankedList, type ScaledList, scaleList } from './fuse-scale.ts';

/** One list inside a fusion: where its items went, and what each of them adds. */
export interface FusedList extends ScaledList {
  source: RankedList;
  /** Slot of the item at each position; -1 where the id had come before in this list. */
  slots: Int32Array;
}

/** All items that any list has, each in a slot. The `parts` of the lists carry their weights. */
export interface Fused {
  fusion: Fusion;
  ids: readonly string[];
  slotOf: ReadonlyMap<string, number>;
  /** By slot. For `sum` the total of what is known. */
  totals: Float64Array;
  /** By slot: which lists have the item. */
  masks: Int32Array;
  lists: readonly FusedList[];
  /** The mask of an item that every criterion has scored; -1 where a criterion's list is missing as a whole. */
  fullMask: number;
}

/** Of all the weights only their ratio counts in a relative fusion; absolute quantities are added as they are. */
const factorOf = (kind: Fusion['kind'], lists: readonly RankedList[]): ((weight: number) => number) => {
  if (kind === 'sum') return () => 1;
  let total = 0;
  let highest = 0;
  for (const { weight } of lists) {
    total += weight;
    highest = Math.max(highest, weight);
  }
  return kind === 'max' ? (weight) => weight / highest : (weight) => weight / total;
};

const weigh = (scaled: ScaledList, factor: number): ScaledList => {
  if (factor === 1) return scaled;
  for (let at = 0; at < scaled.parts.length; at += 1) scaled.parts[at] = (scaled.parts[at] ?? 0) * factor;
  return {
    parts: scaled.parts,
    missing: scaled.missing * factor,
    worst: scaled.worst * factor,
    best: scaled.best * factor,
    outside: scaled.outside === null ? null : scaled.outside * factor,
  };
};

export interface FuseOptions {
  /** How many criteria have a part in an absolute sum, whether they answered or not. */
  expectedLists?: number;
  /** Ids that take part though no list may have them. */
  universe?: readonly string[];
}

/**
 * Combines the lists of the criteria that scored, renormalising their weights over just them (`sum`: never; its values
 * are added as they are, and a weight over 0 only says that a criterion takes part).
 *
 * An item that a list lacks counts 0 there (z-score: the list's floor; `max`: it does not count). At most 30 lists.
 */
export const fuse = (lists: readonly RankedList[], fusion: Fusion, options: FuseOptions = {}): Fused => {
  const { expectedLists = lists.length, universe = [] } = options;
  const capacity = lists.reduce((sum, list) => sum + list.items.length, universe.length);
  const factor = factorOf(fusion.kind, lists);
  const slotOf = new Map<string, number>();
  const ids: string[] = [];
  const totals = new Float64Array(capacity);
  const masks = new Int32Array(capacity);
  const takesMaximum = fusion.kind === 'max';
  let missingTotal = 0;

  const slotFor = (id: string): number => {
    const known = slotOf.get(id);
    if (known !== undefined) return known;
    const slot = ids.length;
    ids.push(id);
    slotOf.set(id, slot);
    return slot;
  };
  const combine = (slot: number, part: number, missing: number): void => {
    const total = totals[slot] as number;
    if (!takesMaximum) totals[slot] = total + part - missing;
    else if (masks[slot] === 0 || part > total) totals[slot] = part;
  };

  const fused = lists.map((source, index): FusedList => {
    const scaled = weigh(scaleList(source, fusion), factor(source.weight));
    const bit = 1 << index;
    const slots = new Int32Array(source.items.length);
    for (let at = 0; at < slots.length; at += 1) {
      const slot = slotFor(source.items[at] as string);
      const isRepeated = ((masks[slot] as number) & bit) !== 0;
      slots[at] = isRepeated ? -1 : slot;
      if (isRepeated) continue;
      combine(slot, scaled.parts[at] as number, scaled.missing);
      masks[slot] = (masks[slot] as number) | bit;
    }
    missingTotal += scaled.missing;
    const { parts, missing, worst, best, outside } = scaled;
    return { parts, missing, worst, best, outside, source, slots };
  });
  for (const id of universe) slotFor(id);

  if (!takesMaximum && missingTotal !== 0) {
    for (let slot = 0; slot < ids.length; slot += 1) totals[slot] = (totals[slot] as number) + missingTotal;
  }
  const fullMask = lists.length < expectedLists ? -1 : 2 ** lists.length - 1;
  return { fusion, ids, slotOf, totals, masks, lists: fused, fullMask };
};

/** The item's score as it may be told: null where a part of an absolute sum is missing. */
export const scoreOf = (fused: Fused, slot: number): number | null =>
  hasEveryPart(fused, slot) ? (fused.totals[slot] as number) : null;

/** Always true in a relative fusion, where what is missing counts as the fusion says. */
export const hasEveryPart = (fused: Fused, slot: number): boolean =>
  fused.fusion.kind !== 'sum' || fused.masks[slot] === fused.fullMask;
