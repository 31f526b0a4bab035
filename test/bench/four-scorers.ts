/**
 * The four scorers that every measured system runs: a top ten each, for users known by number.
 *
 * Nothing of Medley in here: a function of a number that returns ids and scores. Tables come from a fixed seed, so
 * every process that loads this file scores alike, and a caller can compute the answer it should get.
 */

/** Users are numbered from 0. */
export const userCount = 512;
export const itemCount = 768;
export const listLength = 10;
const width = 16;

export interface List {
  items: readonly string[];
  /** As long as `items`, best first. */
  scores: readonly number[];
}

/** A small generator of fixed pseudo-random numbers in [0, 1): mulberry32. */
const createRandom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

const table = (rows: number, columns: number, seed: number): Float32Array => {
  const random = createRandom(seed);
  return Float32Array.from({ length: rows * columns }, random);
};

const ids: readonly string[] = Array.from({ length: itemCount }, (_, item) => `item-${item}`);

/** The ten best of one row of scores, by insertion into a short sorted list. */
const topOf = (scores: Float32Array): List => {
  const items: number[] = [];
  const best: number[] = [];
  for (let item = 0; item < itemCount; item += 1) {
    const score = scores[item] ?? 0;
    if (best.length === listLength && score <= (best[listLength - 1] ?? 0)) continue;
    let at = best.length;
    while (at > 0 && (best[at - 1] ?? 0) < score) at -= 1;
    best.splice(at, 0, score);
    items.splice(at, 0, item);
    if (best.length <= listLength) continue;
    best.pop();
    items.pop();
  }
  return { items: items.map((item) => ids[item] ?? ''), scores: best };
};

type Fill = (user: number, into: Float32Array) => void;

/** Like the taste of the user: dot products. */
const byTaste = (): Fill => {
  const users = table(userCount, width, 1);
  const items = table(itemCount, width, 2);
  return (user, into) => {
    for (let item = 0; item < itemCount; item += 1) {
      let sum = 0;
      for (let at = 0; at < width; at += 1) sum += (users[user * width + at] ?? 0) * (items[item * width + at] ?? 0);
      into[item] = sum;
    }
  };
};

/** Near to where the user is: Euclidean distances. */
const byDistance = (): Fill => {
  const users = table(userCount, width, 3);
  const items = table(itemCount, width, 4);
  return (user, into) => {
    for (let item = 0; item < itemCount; item += 1) {
      let sum = 0;
      for (let at = 0; at < width; at += 1) {
        const gap = (users[user * width + at] ?? 0) - (items[item * width + at] ?? 0);
        sum += gap * gap;
      }
      into[item] = 1 / (1 + Math.sqrt(sum));
    }
  };
};

/** Popular lately, as the user counts it: decayed counts over four periods. */
const byPopularity = (): Fill => {
  const patience = table(userCount, 1, 5);
  const counts = table(itemCount, width, 6);
  return (user, into) => {
    const decay = 0.5 + (patience[user] ?? 0) / 2;
    for (let item = 0; item < itemCount; item += 1) {
      let sum = 0;
      for (let at = 0; at < width; at += 1) sum = sum * decay + (counts[item * width + at] ?? 0);
      into[item] = sum;
    }
  };
};

/** Of genres the user likes: cosine similarity with lengths worked out anew. */
const byGenre = (): Fill => {
  const users = table(userCount, width, 7);
  const items = table(itemCount, width, 8);
  return (user, into) => {
    for (let item = 0; item < itemCount; item += 1) {
      let sum = 0;
      let length = 0;
      for (let at = 0; at < width; at += 1) {
        const genre = items[item * width + at] ?? 0;
        sum += (users[user * width + at] ?? 0) * genre;
        length += genre * genre;
      }
      into[item] = sum / Math.sqrt(length || 1);
    }
  };
};

const fills = { taste: byTaste, distance: byDistance, popularity: byPopularity, genre: byGenre } as const;

export type Criterion = keyof typeof fills;
export const criteria = Object.keys(fills) as Criterion[];

export type Score = (user: number) => List;

/**
 * `looked-up`: every list was worked out at the start and is only taken from a table, about a microsecond, so that what
 * is measured is the way of the question and not the scoring. `computed`: some 20 µs of typed-array work each time.
 */
export type Scoring = 'looked-up' | 'computed';

/** One scorer with its tables. */
export const createScore = (criterion: Criterion, scoring: Scoring): Score => {
  const fill = fills[criterion]();
  const scores = new Float32Array(itemCount);
  const compute: Score = (user) => {
    fill(user, scores);
    return topOf(scores);
  };
  if (scoring === 'computed') return compute;
  const lists = Array.from({ length: userCount }, (_, user) => compute(user));
  return (user) => lists[user] as List;
};

/** What the four lists make together: every list scaled by its best, then added up. The ids of the ten best. */
export const combine = (lists: readonly List[]): string[] => {
  const sums = new Map<string, number>();
  for (const { items, scores } of lists) {
    const best = scores[0] || 1;
    for (const [at, item] of items.entries()) sums.set(item, (sums.get(item) ?? 0) + (scores[at] ?? 0) / best);
  }
  return [...sums]
    .sort(([a, ofA], [b, ofB]) => ofB - ofA || (a < b ? -1 : 1))
    .slice(0, listLength)
    .map(([item]) => item);
};
