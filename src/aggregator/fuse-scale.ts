import type { Fusion } from '../contract/plan.ts';

/** One criterion's list, as it came from its partial. */
export interface RankedList {
  criterion: string;
  /** Its weight in this answer, over 0; a late stand-in's is already discounted. */
  weight: number;
  /** Best first. */
  items: readonly string[];
  scores: readonly number[];
  /** No item missing here but listed elsewhere scores more; null: it has no score. */
  floor: number | null;
  /** The same for items that no list has; absent: as `floor`. They differ after a second round over named candidates. */
  outsideFloor?: number | null;
}

/** A list's scores made comparable, before its weight, and what is known of the items it does not list. */
export interface ScaledList {
  parts: Float64Array;
  /** What an item counts that is not listed. */
  missing: number;
  /** Such an item's true part lies between these. */
  worst: number;
  best: number;
  /** The best a part can be of an item that no list has; null: it has none. */
  outside: number | null;
}

/** Reciprocal rank fusion's constant: Cormack, Clarke & Büttcher, SIGIR 2009. */
const rankConstant = 60;

type Scale = (score: number) => number;

const clampToUnit = (value: number): number => Math.min(1, Math.max(0, value));

const extremes = (scores: readonly number[]): { low: number; high: number } => {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const score of scores) {
    if (score < low) low = score;
    if (score > high) high = score;
  }
  return { low, high };
};

const minMax = (scores: readonly number[]): Scale => {
  const { low, high } = extremes(scores);
  return high > low ? (score) => clampToUnit((score - low) / (high - low)) : (score) => (score >= high ? 1 : 0);
};

/** By the list's maximum; where no score is above 0, to 0..1 over the list. */
const byMaximum = (scores: readonly number[]): Scale => {
  const { high } = extremes(scores);
  return high > 0 ? (score) => clampToUnit(score / high) : minMax(scores);
};

const zScore = (scores: readonly number[]): Scale => {
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const deviation = Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length);
  return deviation > 0 ? (score) => (score - mean) / deviation : () => 0;
};

const scaleOf = ({ kind, normalise }: Fusion, scores: readonly number[]): Scale => {
  if (kind === 'sum' || normalise === 'none') return (score) => score;
  if (normalise === 'z-score') return zScore(scores);
  return normalise === 'min-max' ? minMax(scores) : byMaximum(scores);
};

/**
 * Scores beyond this are cut to it, so that no sum, difference or square of a thousand of them leaves what a number can
 * hold: one list with a sentinel like the least float would else make every total of the answer no number.
 */
const largestScore = 1e120;

const bounded = (score: number): number => Math.max(-largestScore, Math.min(largestScore, score));

const isBounded = ({ scores, floor }: RankedList): boolean => {
  const { low, high } = extremes(scores);
  return low >= -largestScore && high <= largestScore && Math.abs(floor ?? 0) <= largestScore;
};

const boundedList = (list: RankedList): RankedList => {
  if (isBounded(list) && Math.abs(list.outsideFloor ?? 0) <= largestScore) return list;
  const { scores, floor, outsideFloor = floor } = list;
  const limit = (one: number | null): number | null => (one === null ? null : bounded(one));
  return { ...list, scores: scores.map(bounded), floor: limit(floor), outsideFloor: limit(outsideFloor) };
};

/** A loop: the hottest place of a fusion, and several times as fast as mapping. */
const scaleAll = (scores: readonly number[], scale: Scale): Float64Array => {
  const parts = new Float64Array(scores.length);
  for (let at = 0; at < parts.length; at += 1) parts[at] = scale(scores[at] as number);
  return parts;
};

const byRank = ({ items, floor, outsideFloor = floor }: RankedList): ScaledList => {
  const parts = new Float64Array(items.length);
  for (let at = 0; at < parts.length; at += 1) parts[at] = 1 / (rankConstant + at + 1);
  const next = 1 / (rankConstant + items.length + 1);
  const best = floor === null ? 0 : next;
  return { parts, missing: 0, worst: 0, best, outside: outsideFloor === null ? null : next };
};

/** What an item that is not listed counts as: the floor, but never more than what is listed, whatever the scorer claims. */
const leastOf = (scores: readonly number[], floor: number | null): number => {
  const { low } = extremes(scores);
  return floor === null ? low : Math.min(floor, low);
};

/**
 * Scales one list for its fusion.
 *
 * `max` and `min-max` give 0 to 1, so an unlisted item's part is between 0 and the scaled floor. `z-score` and `none`
 * have no lower end: an unlisted item counts the scaled floor (z-score) or 0 (none), and nothing can be said of how low
 * it truly is.
 */
export const scaleList = (list: RankedList, fusion: Fusion): ScaledList => {
  if (fusion.kind === 'reciprocal-rank') return byRank(list);
  const { scores, floor, outsideFloor = floor } = fusion.kind === 'sum' ? list : boundedList(list);
  if (scores.length === 0) return { parts: new Float64Array(0), missing: 0, worst: 0, best: 0, outside: null };
  const scale = scaleOf(fusion, scores);
  const parts = scaleAll(scores, scale);
  const outside = outsideFloor === null ? null : scale(outsideFloor);
  const relative = fusion.kind !== 'sum';
  const missing = relative && fusion.normalise === 'z-score' ? scale(leastOf(scores, floor)) : 0;
  if (floor === null) return { parts, missing, worst: missing, best: missing, outside };
  const hasLowerEnd = relative && (fusion.normalise === 'max' || fusion.normalise === 'min-max');
  return { parts, missing, worst: hasLowerEnd ? 0 : Number.NEGATIVE_INFINITY, best: scale(floor), outside };
};
