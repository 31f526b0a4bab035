import type { Item } from '../../src/contract/item.ts';
import type { TrainingData } from '../../src/criteria/training-data.ts';

/**
 * Made-up viewers and films of any number, with the lengths of history and the popularity of MovieLens latest small.
 *
 * Films belong to twenty shelves and every viewer prefers three, so that there is something to learn; which films of a
 * shelf he watches is chance, by popularity. The same numbers and seed give the same world.
 */
export interface World {
  times: number;
  users: number;
  items: number;
  seed: number;
}

/** Films watched by a user: the 41 quantiles 0, 1/40 … 1 of 610 users. */
const lengthQuantiles = [
  20, 21, 22, 23, 24, 26, 27, 29, 32, 34, 35, 37, 40, 43, 46, 50, 54, 56, 60, 65, 70, 77, 85, 93, 101, 111, 119, 129,
  140, 155, 168, 190, 216, 242, 279, 340, 400, 469, 613, 939, 2698,
];

/** Watches of a film: at the ranks 9,724 ^ (k / 40), k = 0 … 40, of 9,724 films. */
const popularityByRank = [
  329, 329, 317, 317, 307, 307, 279, 278, 251, 237, 220, 215, 203, 198, 188, 178, 164, 144, 135, 125, 113, 104, 93, 83,
  71, 62, 55, 46, 40, 34, 26, 21, 16, 12, 8, 6, 4, 3, 2, 1, 1,
];

const shelves = 20;
const preferred = 3;
const preferredShare = 0.7;
const minuteMs = 60_000;

/** What stands between the entries of a table, x from 0 to 1. */
const interpolate = (table: readonly number[], x: number): number => {
  const at = Math.min(table.length - 2, Math.floor(x * (table.length - 1)));
  const low = table[at] as number;
  return low + ((table[at + 1] as number) - low) * (x * (table.length - 1) - at);
};

const createRandom = (seed: number) => {
  let state = seed >>> 0;
  return (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
};

/** Draws places by weight: the running sums, searched by halves. */
const createDraw = (weights: readonly number[], random: () => number) => {
  const sums = new Float64Array(weights.length);
  let total = 0;
  for (const [at, weight] of weights.entries()) sums[at] = total += weight;
  return (): number => {
    const wanted = random() * total;
    let low = 0;
    for (let high = sums.length - 1; low < high; ) {
      const middle = (low + high) >> 1;
      if ((sums[middle] as number) > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
};

/** The world so many times the size of MovieLens latest small; films grow slower than watches, as they do. */
export const worldOf = (times: number): World => ({
  times,
  users: Math.round(610 * times),
  items: Math.round(9_724 * times ** 0.395),
  seed: 1,
});

export const generateData = ({ users, items, seed }: World): TrainingData => {
  const random = createRandom(seed);
  const popularity = Array.from({ length: items }, (_, rank) =>
    interpolate(popularityByRank, Math.log(rank + 1) / Math.log(items)),
  );
  // Film r stands on shelf r mod 20, at place r / 20.
  const draws = Array.from({ length: shelves }, (_, shelf) =>
    createDraw(
      popularity.filter((_, rank) => rank % shelves === shelf),
      random,
    ),
  );
  const drawShelf = createDraw(
    Array.from({ length: shelves }, () => 1),
    random,
  );
  // Nobody watches more than a third of a small catalogue: the last of it would take for ever to meet by chance.
  const most = Math.floor(items / 3);
  const lengths = Array.from({ length: users }, () =>
    Math.min(most, Math.round(interpolate(lengthQuantiles, random()))),
  );
  const count = lengths.reduce((sum, one) => sum + one, 0);
  const events = {
    users: Array.from({ length: users }, (_, user) => `u${user}`),
    items: Array.from({ length: items }, (_, item) => String(item + 1)),
    user: new Int32Array(count),
    item: new Int32Array(count),
    weight: new Float32Array(count),
    atMs: new Float64Array(count),
  };
  let at = 0;
  for (const [user, length] of lengths.entries()) {
    const own = Array.from({ length: preferred }, drawShelf);
    const seen = new Set<number>();
    while (seen.size < length) {
      const shelf = random() < preferredShare ? (own[Math.floor(random() * preferred)] as number) : drawShelf();
      seen.add((draws[shelf] as () => number)() * shelves + shelf);
    }
    for (const item of seen) {
      events.user[at] = user;
      events.item[at] = item;
      events.weight[at] = (1 + Math.floor(random() * 10)) / 6;
      events.atMs[at] = at * minuteMs;
      at++;
    }
  }
  const films = events.items.map(
    (id, rank): Item => ({ id, title: `Film ${id}`, genres: [`shelf ${rank % shelves}`], regions: [], year: 2000 }),
  );
  return { items: films, events, nowMs: at * minuteMs };
};
