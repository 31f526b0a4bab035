/** A stream of numbers in [0, 1), the same for the same seed. */
export type Random = () => number;

/** Looked up once: a global in a hot loop is slow inside the contexts tests run in. */
const { floor, imul } = Math;

/** Mulberry32 (Tommy Ettinger, public domain): 32 bits of state, ample for draws of users and films. */
export const createRandom = (seed: number): Random => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** Fisher and Yates, in place. */
export const shuffle = <T extends Int32Array | unknown[]>(values: T, random: Random): T => {
  for (let last = values.length - 1; last > 0; last--) {
    const other = floor(random() * (last + 1));
    [values[last], values[other]] = [values[other] as never, values[last] as never];
  }
  return values;
};
