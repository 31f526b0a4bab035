import { type RankedList, scaleList } from '../aggregator/fuse-scale.ts';
import type { Fusion } from '../contract/plan.ts';
import type { Said } from './panel.ts';
import { createRandom, type Random, shuffle } from './random.ts';
import type { Case } from './trial.ts';

/** NDCG@k of weighted sums of lists that were scaled once: what a search asks thousands of times. */
export interface SearchSpace {
  /** Mean over the users; weights in the order of the criteria. */
  valueOf(weights: readonly number[]): number;
}

interface Scaled {
  size: number;
  /** What list c adds for slot s, above an unlisted item: `parts[c * size + s]`. */
  parts: Float64Array;
  /** By slot: which lists have it. */
  masks: Int32Array;
  relevant: Uint8Array;
  /** DCG of a perfect list. */
  ideal: number;
}

const discount = (place: number): number => 1 / Math.log2(place + 2);

const scaleCase = (criteria: readonly string[], one: Case, said: Said, fusion: Fusion): Omit<Scaled, 'ideal'> => {
  const slotOf = new Map<string, number>();
  const lists = criteria.map((criterion): RankedList | null => {
    const partial = said.get(criterion);
    if (partial === undefined || partial.outcome !== 'scored') return null;
    for (const id of partial.items) if (!slotOf.has(id)) slotOf.set(id, slotOf.size);
    return { criterion, weight: 1, items: partial.items, scores: partial.scores, floor: partial.floor };
  });
  const size = slotOf.size;
  const parts = new Float64Array(criteria.length * size);
  const masks = new Int32Array(size);
  for (const [at, list] of lists.entries()) {
    if (list === null) continue;
    const scaled = scaleList(list, fusion);
    for (const [position, id] of list.items.entries()) {
      const slot = slotOf.get(id) as number;
      parts[at * size + slot] = (scaled.parts[position] as number) - scaled.missing;
      masks[slot] = (masks[slot] as number) | (1 << at);
    }
  }
  return { size, parts, masks, relevant: Uint8Array.from(slotOf.keys(), (id) => (one.relevant.has(id) ? 1 : 0)) };
};

/** The k greatest by insertion: k is small, and most slots lose at the first look. */
const createTop = (k: number) => {
  const values = new Float64Array(k);
  const slots = new Int32Array(k);
  let count = 0;
  return {
    slots,
    reset(): void {
      count = 0;
    },
    offer(slot: number, value: number): void {
      if (count === k && value <= (values[k - 1] as number)) return;
      let at = count < k ? count++ : k - 1;
      for (; at > 0 && (values[at - 1] as number) < value; at--) {
        values[at] = values[at - 1] as number;
        slots[at] = slots[at - 1] as number;
      }
      values[at] = value;
      slots[at] = slot;
    },
    count: () => count,
  };
};

const idealOf = (relevant: number, k: number): number => {
  let ideal = 0;
  for (let place = 0; place < Math.min(relevant, k); place++) ideal += discount(place);
  return ideal;
};

/** The lists of each user are scaled as fusion scales them, by the very function; a sum of them is all that is left to do. */
export const createSearchSpace = (options: {
  criteria: readonly string[];
  cases: readonly Case[];
  said: readonly Said[];
  fusion: Fusion;
  k: number;
}): SearchSpace => {
  const { criteria, cases, said, fusion, k } = options;
  const scaled = cases.map((one, place): Scaled => {
    const ideal = idealOf(one.relevant.size, k);
    return { ...scaleCase(criteria, one, said[place] ?? new Map(), fusion), ideal };
  });
  const totals = new Float64Array(scaled.reduce((most, { size }) => Math.max(most, size), 0));
  const top = createTop(k);
  const gains = Float64Array.from({ length: k }, (_, place) => discount(place));

  const addList = (parts: Float64Array, from: number, size: number, weight: number): void => {
    for (let slot = 0; slot < size; slot++) {
      totals[slot] = (totals[slot] as number) + weight * (parts[from + slot] as number);
    }
  };
  const gainOf = (
    { size, parts, masks, relevant, ideal }: Scaled,
    weights: readonly number[],
    weighed: number,
  ): number => {
    totals.fill(0, 0, size);
    for (const [list, weight] of weights.entries()) if (weight > 0) addList(parts, list * size, size, weight);
    top.reset();
    // What only lists without weight have is not in the answer.
    for (let slot = 0; slot < size; slot++) {
      if (((masks[slot] as number) & weighed) !== 0) top.offer(slot, totals[slot] as number);
    }
    let gain = 0;
    for (let place = 0; place < top.count(); place++) {
      if (relevant[top.slots[place] as number] === 1) gain += gains[place] as number;
    }
    return gain / ideal;
  };

  return {
    valueOf(weights) {
      let sum = 0;
      const weighed = weights.reduce((mask, weight, at) => (weight > 0 ? mask | (1 << at) : mask), 0);
      for (const one of scaled) sum += gainOf(one, weights, weighed);
      return sum / Math.max(1, scaled.length);
    },
  };
};

export interface SearchResult {
  /** In the order of the criteria; they add up to 1. */
  weights: readonly number[];
  value: number;
}

export interface SearchOptions {
  /** Least weight of each criterion, as a share of all. */
  floors: readonly number[];
  seed: number;
  /** A weight is dropped to its floor where that costs no more than this: fewer criteria generalise better. */
  tolerance?: number;
  /** What may not have a weight. */
  barred?: readonly boolean[];
}

/** First far, then near: what a weight that has one is multiplied by, and what one that has none is given. */
const strides = [
  { steps: [0, 0.5, 2], given: [0.05, 0.2] },
  { steps: [0.7, 0.85, 1.2, 1.45], given: [0.03] },
] as const;
const mostPasses = 8;
const leastGain = 1e-5;

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
  let best: SearchResult = { weights: settle(start, floors), value: Number.NEGATIVE_INFINITY };
  best = { ...best, value: space.valueOf(best.weights) };
  const offer = (weights: readonly number[], least: number): boolean => {
    const settled = settle(weights, floors);
    const value = space.valueOf(settled);
    if (value <= best.value + least) return false;
    best = { weights: settled, value };
    return true;
  };
  const move = (at: number, { steps, given }: (typeof strides)[number]): boolean => {
    const from = best.weights;
    const now = from[at] as number;
    const tried = now > (floors[at] ?? 0) ? steps.map((step) => now * step) : given;
    let moved = false;
    for (const weight of tried) moved = offer(from.with(at, weight), leastGain) || moved;
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
const prune = (space: SearchSpace, found: SearchResult, { floors, tolerance = 2e-4 }: SearchOptions): SearchResult => {
  let kept = found;
  const bySize = [...found.weights.keys()].sort((a, b) => (found.weights[a] as number) - (found.weights[b] as number));
  for (const at of bySize) {
    const weights = settle(kept.weights.with(at, 0), floors);
    const value = space.valueOf(weights);
    if (value >= found.value - tolerance) kept = { weights, value };
  }
  return kept;
};

/**
 * Coordinate search: one weight after the other is moved as long as that gains, from the best criterion alone and from
 * all alike; the best end counts. The same seed gives the same weights.
 *
 * NDCG is flat between the points where films change places, so steps are large and gradients would say nothing.
 */
export const searchWeights = (space: SearchSpace, options: SearchOptions): SearchResult => {
  const random = createRandom(options.seed);
  const count = options.floors.length;
  const open = [...Array(count).keys()].filter((at) => options.barred?.[at] !== true);
  const alone = open.map((at) => {
    const weights = Array.from({ length: count }, (_, other) => (other === at ? 1 : 0));
    return { weights, value: space.valueOf(settle(weights, options.floors)) };
  });
  alone.sort((a, b) => b.value - a.value);
  const alike = Array.from({ length: count }, (_, at) => (open.includes(at) ? 1 : 0));
  const starts = [...alone.slice(0, 1).map(({ weights }) => weights), alike];
  const ends = starts.map((start) => climb(space, start, random, options));
  const best = ends.reduce((one, other) => (other.value > one.value ? other : one));
  return prune(space, best, options);
};
