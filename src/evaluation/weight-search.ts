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
  /** Where to begin; another is only taken where it leads clearly further. Absent: the best criterion alone. */
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

/** Drops, the smallest first, what is hardly worth its weight. */
const prune = (space: SearchSpace, found: SearchResult, floors: readonly number[]): SearchResult => {
  let kept = found;
  const bySize = [...found.weights.keys()].sort((a, b) => (found.weights[a] as number) - (found.weights[b] as number));
  for (const at of bySize) {
    if ((kept.weights[at] as number) <= (floors[at] ?? 0)) continue;
    const weights = settle(kept.weights.with(at, 0), floors);
    const worth = space.worthOf(weights);
    if (meanOf(worth.byUser) >= meanOf(found.worth.byUser) - tolerance) kept = { weights, worth };
  }
  return kept;
};

/** Each criterion alone (as far as the floors let it), the best first. */
const aloneIn = (space: SearchSpace, open: readonly number[], floors: readonly number[]): readonly number[][] =>
  open
    .map((at) => {
      const weights = Array.from({ length: floors.length }, (_, other) => (other === at ? 1 : 0));
      return { weights, value: meanOf(space.worthOf(settle(weights, floors)).byUser) };
    })
    .sort((a, b) => b.value - a.value)
    .map(({ weights }) => weights);

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
  const starts = [...(options.from ?? aloneIn(space, open, floors).slice(0, 1)), alike];
  const ends = starts.map((start) => climb(space, start, random, options));
  const best = ends.reduce((one, other) => (beats(other.worth, one.worth, detour) ? other : one));
  return prune(space, best, floors);
};
