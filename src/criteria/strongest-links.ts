import { type Links, type LinkTriples, toLinks } from './links.ts';

/** Taken out of `Math` once: in hot loops under a test runner the look-up costs more than the arithmetic. */
const { abs, fround } = Math;

/** A bin is the upper 16 bits of a 32-bit float without its sign: at most 0.8 % wide, in order of size. */
const bins = 1 << 16;
const binShift = 15;

/** What every item keeps of its own links, so that a profile of rare films still has a voice. */
const leastPerSource = 10;

/** Keeps for each row its `most` greatest values by absolute value: so few that the least is found by looking at all. */
const createRowBest = (size: number, most: number) => {
  const target = new Int32Array(size * most);
  const strength = new Float32Array(size * most);
  /** What a value of a row must beat. */
  const bar = new Float32Array(size);
  const replaceLeast = (row: number, column: number, value: number): void => {
    let least = row * most;
    for (let at = row * most; at < (row + 1) * most; at++) {
      if (abs(strength[at] as number) < abs(strength[least] as number)) least = at;
    }
    strength[least] = value;
    target[least] = column;
    let next = Number.POSITIVE_INFINITY;
    for (let at = row * most; at < (row + 1) * most; at++) next = Math.min(next, abs(strength[at] as number));
    bar[row] = next;
  };
  return { most, target, strength, bar, replaceLeast };
};

/**
 * Takes a matrix one column at a time and keeps its `size · average` greatest values by absolute value, wherever they
 * are, and beside them the ten greatest of each row.
 *
 * One bar for the whole matrix instead of so many per column: the columns that are ever recommended have the greatest
 * values and need the most of them. Measured on MovieLens, EASE^R kept so loses about 1 % at 200 an item, where the 200
 * greatest of each column lose 2 to 4 %. Values are gathered until twice the budget is held, then a histogram
 * finds the bar. Memory: 24 bytes × budget, and 8 × budget for the rows made of it.
 */
export const createStrongestLinks = (size: number, average: number) => {
  const all = size * Math.max(0, size - 1);
  const budget = Math.min(size * average, all);
  const rowBest = createRowBest(size, Math.min(leastPerSource, average));
  /** Room for one more column, and for the best of the rows at the end. */
  const capacity = Math.min(2 * budget, all) + size * (rowBest.most + 1);
  const kept: LinkTriples = {
    count: 0,
    source: new Int32Array(capacity),
    target: new Int32Array(capacity),
    strength: new Float32Array(capacity),
  };
  const oneFloat = new Float32Array(1);
  const oneFloatBits = new Uint32Array(oneFloat.buffer);
  let barBin = 0;

  const binOf = (value: number): number => {
    oneFloat[0] = value;
    return ((oneFloatBits[0] as number) & 0x7fffffff) >>> binShift;
  };
  const leastOfBin = (bin: number): number => {
    oneFloatBits[0] = bin << binShift;
    return oneFloat[0] as number;
  };
  const push = (source: number, target: number, strength: number): void => {
    kept.source[kept.count] = source;
    kept.target[kept.count] = target;
    kept.strength[kept.count++] = strength;
  };

  /** Raises the bar so that the budget is left; of values in the bar's own bin the earlier ones stay. */
  const compact = (): void => {
    if (kept.count <= budget) return;
    const held = kept.count;
    const histogram = new Int32Array(bins);
    for (let at = 0; at < held; at++) {
      const bin = binOf(kept.strength[at] as number);
      histogram[bin] = (histogram[bin] as number) + 1;
    }
    let room = budget;
    barBin = bins - 1;
    while (room >= (histogram[barBin] as number)) room -= histogram[barBin--] as number;
    kept.count = 0;
    for (let at = 0; at < held; at++) {
      const bin = binOf(kept.strength[at] as number);
      if (bin > barBin || (bin === barBin && room-- > 0)) {
        push(kept.source[at] as number, kept.target[at] as number, kept.strength[at] as number);
      }
    }
  };

  /** Adds what the rows keep for themselves and the bar had cut. */
  const addRowBest = (): void => {
    const atBar = new Set<number>();
    for (let at = 0; at < kept.count; at++) {
      if (binOf(kept.strength[at] as number) === barBin) {
        atBar.add((kept.source[at] as number) * size + (kept.target[at] as number));
      }
    }
    for (let at = 0; at < rowBest.strength.length; at++) {
      const row = Math.floor(at / rowBest.most);
      const strength = rowBest.strength[at] as number;
      const bin = binOf(strength);
      const target = rowBest.target[at] as number;
      const isKept = bin > barBin || (bin === barBin && atBar.has(row * size + target));
      if (strength !== 0 && !isKept) push(row, target, strength);
    }
  };

  return {
    /** `column[i]`: what item i says for `target`; zeros and its own say are nothing. */
    add(target: number, column: Float64Array): void {
      if (kept.count + size * (rowBest.most + 1) > capacity) compact();
      const bar = leastOfBin(barBin);
      for (let item = 0; item < size; item++) {
        const strength = fround(column[item] as number);
        if (strength === 0 || item === target) continue;
        if (abs(strength) > (rowBest.bar[item] as number)) rowBest.replaceLeast(item, target, strength);
        if (abs(strength) >= bar) push(item, target, strength);
      }
    },
    finish(): Links {
      compact();
      addRowBest();
      return toLinks(size, kept);
    },
  };
};
