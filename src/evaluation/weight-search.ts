import { createRandom, type Random, shuffle } from './random.ts';
import { beats, type Margin, meanOf, type SearchSpace, type Worth } from './search-space.ts';

export interface SearchResult {
  /** In the order of the criteria; they add up to 1. */
  weights: readonly number[];
  worth: Worth;
}

export interface SearchOptions {
  /** Least weight of each criterion, as a share of all. */
  floors: readonly number[];
  seed: number;
  /** What may not have a weight. */
  barred?: readonly boolean[];
  /** Where to begin; another is only taken where it leads clearly further. Absent: the best criterion alone, then the two best. */
  from?: readonly (readonly number[])[];
}

/** First far, then near: what a weight that has one is multiplied by, and what one that has none is given. */
const strides = [
  { steps: [0, 0.5, 2], given: [0.05, 0.2] },
  { steps: [0.7, 1.4], given: [0.03] },
] as const;
const mostPasses = 8;
/** A step must gain this; one that gains less than its own error would be taken on chance. */
const step: Margin = { least: 5e-4, errors: 1 };
/** The end of a later start must be better by this than that of the first. */
const detour: Margin = { least: 2e-3, errors: 1 };
/** A weight is dropped to its floor where all that is dropped costs no more than this: fewer criteria generalise better. */
const tolerance = 1e-3;
const negligible = 1e-9;

/** Weights that add up to 1, none under its floor: what the floors leave is shared by what goes beyond them. */
const settle = (weights: readonly number[], floors: readonly number[]): number[] => {
  const total = weights.reduce((sum, weight) => sum + weight, 0) || 1;
  const beyond = weights.map((weight, at) => Math.max(0, weight / total - (floors[at] ?? 0)));
  const sum = beyond.reduce((all, one) => all + one, 0);
  if (sum === 0)
    return floors.some((floor) => floor > 0)
      ? settle(
          floors,
          floors.map(() => 0),
        )
      : [...weights];
  const left = 1 - floors.reduce((all, floor) => all + floor, 0);
  return beyond.map((one, at) => (floors[at] ?? 0) + (left * one) / sum);
};

const climb = (space: SearchSpace, start: readonly number[], random: Random, options: SearchOptions): SearchResult => {
  const { floors, barred } = options;
  const begin = settle(start, floors);
  let best: SearchResult = { weights: begin, worth: space.worthOf(begin) };
  const offer = (weights: readonly number[]): boolean => {
    const settled = settle(weights, floors);
    const worth = space.worthOf(settled);
    if (!beats(worth, best.worth, step)) return false;
    best = { weights: settled, worth };
    return true;
  };
  const move = (at: number, { steps, given }: (typeof strides)[number]): boolean => {
    const from = best.weights;
    const now = from[at] as number;
    const tried = now > (floors[at] ?? 0) ? steps.map((one) => now * one) : given;
    let moved = false;
    for (const weight of tried) moved = offer(from.with(at, weight)) || moved;
    return moved;
  };
  const order = [...start.keys()].filter((at) => barred?.[at] !== true);
  const walk = (stride: (typeof strides)[number]): void => {
    for (let pass = 0; pass < mostPasses; pass++) {
      let moved = false;
      for (const at of shuffle([...order], random)) moved = move(at, stride) || moved;
      if (!moved) return;
    }
  };
  for (const stride of strides) walk(stride);
  return best;
};

/** The weights with one of them at its floor, and what that leaves shared by the others beyond theirs; null: it is there already, or alone. */
const dropFrom = (weights: readonly number[], at: number, floors: readonly number[]): number[] | null => {
  const beyond = weights.map((weight, one) => Math.max(0, weight - (floors[one] ?? 0)));
  if ((beyond[at] as number) < negligible) return null;
  const left = beyond.reduce((sum, one) => sum + one, 0);
  const others = left - (beyond[at] as number);
  if (others < negligible) return null;
  return beyond.map((one, other) => (floors[other] ?? 0) + (other === at ? 0 : (left * one) / others));
};

/** Drops, the smallest first, what is hardly worth its weight, as long as there is any. */
const prune = (space: SearchSpace, found: SearchResult, floors: readonly number[]): SearchResult => {
  let kept = found;
  const dropOne = (): boolean => {
    const bySize = [...kept.weights.keys()].sort((a, b) => (kept.weights[a] as number) - (kept.weights[b] as number));
    for (const at of bySize) {
      const weights = dropFrom(kept.weights, at, floors);
      if (weights === null) continue;
      const worth = space.worthOf(weights);
      if (meanOf(worth.byUser) < meanOf(found.worth.byUser) - tolerance) continue;
      kept = { weights, worth };
      return true;
    }
    return false;
  };
  while (dropOne());
  return kept;
};

/** The best criterion alone (as far as the floors let it), and the two best alike. */
const bestIn = (space: SearchSpace, open: readonly number[], floors: readonly number[]): readonly number[][] => {
  const only = (...some: readonly (number | undefined)[]): number[] =>
    floors.map((_, at) => (some.includes(at) ? 1 : 0));
  const valueOfOnly = (at: number): number => meanOf(space.worthOf(settle(only(at), floors)).byUser);
  const [best, second] = open.map((at) => ({ at, value: valueOfOnly(at) })).sort((a, b) => b.value - a.value);
  return [only(best?.at), only(best?.at, second?.at)];
};

/**
 * Coordinate search: one weight after the other is moved as long as that gains clearly, from where it is told to begin
 * and from all alike. The same seed gives the same weights.
 *
 * NDCG is flat between the points where films change places, so steps are large and gradients would say nothing; and a
 * search of many small steps would find the peculiarities of the cut rather than what holds beyond it.
 */
export const searchWeights = (space: SearchSpace, options: SearchOptions): SearchResult => {
  const random = createRandom(options.seed);
  const { floors, barred } = options;
  const open = [...floors.keys()].filter((at) => barred?.[at] !== true);
  const alike = floors.map((_, at) => (open.includes(at) ? 1 : 0));
  const starts = [...(options.from ?? bestIn(space, open, floors)), alike];
  const ends = starts.map((start) => climb(space, start, random, options));
  const best = ends.reduce((one, other) => (beats(other.worth, one.worth, detour) ? other : one));
  return prune(space, best, floors);
};
