import { type RankedList, scaleList } from '../aggregator/fuse-scale.ts';
import type { Fusion } from '../contract/plan.ts';
import type { Said } from './panel.ts';
import type { Case } from './trial.ts';

/** NDCG@k of weighted sums of lists that were scaled once, as if a fifth were held out: what a search asks thousands of times. */
export interface CaseSpace {
  users: readonly string[];
  /** By user; weights in the order of the criteria. */
  ndcgOf(weights: readonly number[]): Float64Array;
}

interface Scaled {
  size: number;
  /** What list c adds for slot s, above an unlisted item: `parts[c * size + s]`. */
  parts: Float64Array;
  /** By slot: which lists have it. */
  masks: Int32Array;
  relevant: Uint8Array;
  /** DCG of a perfect list, were a fifth held out. */
  ideal: number;
}

const discount = (place: number): number => 1 / Math.log2(place + 2);

/** So many parts of a user's events are guessed when weights are judged: a fifth. */
const judgedParts = 5;

/**
 * How many films of a user are guessed when weights are judged, however few a fold holds out of him. By NDCG as it is, who
 * has one film held out would count up to four times as much as he does where four are, and who has many as much as ever:
 * weights would suit those who watched little.
 */
const guessedOf = ({ profile, seen, relevant }: Case): number =>
  Math.max(relevant.size, Math.floor((profile.items.length + seen.length + relevant.size) / judgedParts));

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
export const createCaseSpace = (options: {
  criteria: readonly string[];
  cases: readonly Case[];
  said: readonly Said[];
  fusion: Fusion;
  k: number;
}): CaseSpace => {
  const { criteria, cases, said, fusion, k } = options;
  const scaled = cases.map((one, place): Scaled => {
    const ideal = idealOf(guessedOf(one), k);
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
    users: cases.map(({ user }) => user),
    ndcgOf(weights) {
      const weighed = weights.reduce((mask, weight, at) => (weight > 0 ? mask | (1 << at) : mask), 0);
      return Float64Array.from(scaled, (one) => gainOf(one, weights, weighed));
    },
  };
};

/** What weights are worth: to each user, over all cuts he is in, and on each cut. */
export interface Worth {
  byUser: Float64Array;
  byCut: readonly number[];
}

/** Several cuts, or lengths of history, as one. */
export interface SearchSpace {
  /** Weights in the order of the criteria; users and cuts are always in the same order. */
  worthOf(weights: readonly number[]): Worth;
}

export const meanOf = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += values[at] as number;
  return sum / Math.max(1, values.length);
};

/** Each cut counts the same, in shares of what the best criterion reaches on it alone; `cut` says which belong together. */
export const joinSpaces = (parts: readonly { space: CaseSpace; best: number; cut: number }[]): SearchSpace => {
  const users = [...new Set(parts.flatMap(({ space }) => space.users))];
  const rowOf = new Map(users.map((user, row) => [user, row]));
  const rows = parts.map(({ space }) => Int32Array.from(space.users, (user) => rowOf.get(user) as number));
  const times = new Float64Array(users.length);
  for (const row of rows.flatMap((one) => [...one])) times[row] = (times[row] as number) + 1;
  const cuts = [...new Set(parts.map(({ cut }) => cut))];
  return {
    worthOf(weights) {
      const byUser = new Float64Array(users.length);
      const byPart = parts.map(({ space, best }, part) => {
        const gains = space.ndcgOf(weights);
        for (const [place, gain] of gains.entries()) {
          const row = rows[part]?.[place] as number;
          byUser[row] = (byUser[row] as number) + gain / best / (times[row] as number);
        }
        return meanOf(gains) / best;
      });
      return { byUser, byCut: cuts.map((cut) => meanOf(byPart.filter((_, part) => parts[part]?.cut === cut))) };
    },
  };
};

/** By how much one must be worth more than another: in the mean, and in standard errors of that, users paired. */
export interface Margin {
  least: number;
  errors: number;
}

/** Whether one is worth more than the other by a margin. Less is noise. */
export const beats = (ours: Worth, theirs: Worth, { least, errors }: Margin): boolean => {
  const gains = ours.byUser.map((one, user) => one - (theirs.byUser[user] as number));
  const mean = meanOf(gains);
  if (mean <= least) return false;
  const variance = meanOf(gains.map((gain) => (gain - mean) ** 2));
  return mean > errors * Math.sqrt(variance / gains.length);
};

/** Whether one is worth more than the other on every cut. */
export const beatsEverywhere = (ours: Worth, theirs: Worth): boolean =>
  ours.byCut.every((one, cut) => one > (theirs.byCut[cut] as number));
