import type { Item } from '../contract/item.ts';
import type { Rules } from '../contract/plan.ts';

/** One that may be recommended, with the score it competes by. */
export interface Competitor {
  id: string;
  slot: number;
  key: number;
}

export interface Picking {
  /** Best first; walked only as far as needed. */
  field: Iterable<Competitor>;
  /** Places for those that need not be there. */
  free: number;
  /** Ids that are taken whatever their rank, in addition. */
  mustHave: ReadonlySet<string>;
  passes(id: string): boolean;
}

/** The best that fit, in order. */
export const pickInOrder = ({ field, free, mustHave, passes }: Picking): readonly Competitor[] => {
  const picked: Competitor[] = [];
  let left = free;
  let due = mustHave.size;
  for (const one of field) {
    if (left === 0 && due === 0) break;
    if (mustHave.has(one.id)) {
      picked.push(one);
      due -= 1;
    } else if (left > 0 && passes(one.id)) {
      picked.push(one);
      left -= 1;
    }
  }
  return picked;
};

export interface DiversePicking extends Picking {
  diversity: NonNullable<Rules['diversity']>;
  itemOf(id: string): Item | null | undefined;
}

interface Candidate extends Competitor {
  genres: readonly string[];
  /** 0 to 1 within the pool. */
  relevance: number;
  /** To the most similar item taken so far. */
  similarity: number;
}

/** How many competitors stand for each place when diversity chooses among them. */
const poolPerPlace = 5;
const smallestPool = 50;

const jaccard = (one: readonly string[], other: readonly string[]): number => {
  let common = 0;
  for (const genre of one) if (other.includes(genre)) common += 1;
  const union = one.length + other.length - common;
  return union === 0 ? 0 : common / union;
};

const poolOf = ({ field, free, mustHave, passes, itemOf }: DiversePicking): Candidate[] => {
  const size = Math.max(smallestPool, free * poolPerPlace);
  const pool = pickInOrder({ field, free: size, mustHave, passes });
  const high = pool.reduce((most, { key }) => Math.max(most, key), Number.NEGATIVE_INFINITY);
  const low = pool.reduce((least, { key }) => Math.min(least, key), Number.POSITIVE_INFINITY);
  const range = high > low ? high - low : 1;
  return pool.map((one) => ({
    ...one,
    genres: itemOf(one.id)?.genres ?? [],
    relevance: (one.key - low) / range,
    similarity: 0,
  }));
};

/** Where the cap used the pool up: the next of the field, in order, whose genres have room. */
const pickBeyond = (
  { field, passes, itemOf, diversity }: DiversePicking,
  known: ReadonlySet<string>,
  state: { left: number; taken: Map<string, number> },
): readonly Competitor[] => {
  const { maxPerGenre = Number.POSITIVE_INFINITY } = diversity;
  const picked: Competitor[] = [];
  for (const one of field) {
    if (picked.length === state.left) break;
    if (known.has(one.id) || !passes(one.id)) continue;
    const genres = itemOf(one.id)?.genres ?? [];
    if (!genres.every((genre) => (state.taken.get(genre) ?? 0) < maxPerGenre)) continue;
    picked.push(one);
    for (const genre of genres) state.taken.set(genre, (state.taken.get(genre) ?? 0) + 1);
  }
  return picked;
};

/**
 * Picks one after the other the item that is best by relevance less its likeness to what is picked (maximal marginal
 * relevance, Carbonell & Goldstein 1998; likeness = Jaccard index of the genres), and none whose genre is used up.
 *
 * Items that must be there are taken whatever genre they have, and count.
 */
export const pickDiverse = (picking: DiversePicking): readonly Competitor[] => {
  const { diversity, mustHave } = picking;
  const { mmrLambda, maxPerGenre = Number.POSITIVE_INFINITY } = diversity;
  const pool = poolOf(picking);
  const taken = new Map<string, number>();
  const picked: Candidate[] = [];
  let left = picking.free;

  const mayTake = (one: Candidate): boolean =>
    mustHave.has(one.id) || (left > 0 && one.genres.every((genre) => (taken.get(genre) ?? 0) < maxPerGenre));
  const value = (one: Candidate): number => mmrLambda * one.relevance - (1 - mmrLambda) * one.similarity;
  const best = (): Candidate | undefined => {
    let winner: Candidate | undefined;
    for (const one of pool) {
      if (mayTake(one) && (winner === undefined || value(one) > value(winner))) winner = one;
    }
    return winner;
  };
  const take = (one: Candidate): void => {
    pool.splice(pool.indexOf(one), 1);
    picked.push(one);
    if (!mustHave.has(one.id)) left -= 1;
    for (const genre of one.genres) taken.set(genre, (taken.get(genre) ?? 0) + 1);
    for (const other of pool) other.similarity = Math.max(other.similarity, jaccard(one.genres, other.genres));
  };

  for (let one = best(); one !== undefined; one = best()) take(one);
  return left > 0
    ? [...picked, ...pickBeyond(picking, new Set([...picked, ...pool].map(({ id }) => id)), { left, taken })]
    : picked;
};
