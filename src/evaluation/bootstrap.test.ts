import { expect, test } from '@jest/globals';
import { bootstrapDifference } from './bootstrap.ts';
import { createRandom, shuffle } from './random.ts';

const random = createRandom(7);
const theirs = Array.from({ length: 200 }, () => random());

test('a gain that every user has is one, however much users differ', () => {
  const difference = bootstrapDifference(
    theirs.map((one) => one + 0.01),
    theirs,
  );
  expect(difference.mean).toBeCloseTo(0.01, 12);
  expect(difference.low).toBeCloseTo(0.01, 12);
  expect(difference.significant).toBe(true);
});

test('noise is no gain, and its interval is as wide as the theory of means says', () => {
  const noise = theirs.map((one) => one + (random() - 0.5));
  const { low, high, significant } = bootstrapDifference(noise, theirs);
  expect(significant).toBe(false);
  // ± 1.96 · √(1/12) / √200
  expect((high - low) / 2).toBeCloseTo(0.04, 2);
});

test('the same seed draws the same users', () => {
  const ours = theirs.map((one, user) => one + (user % 3) * 0.1);
  expect(bootstrapDifference(ours, theirs, { seed: 3 })).toEqual(bootstrapDifference(ours, theirs, { seed: 3 }));
  expect(bootstrapDifference(ours, theirs, { seed: 4 })).not.toEqual(bootstrapDifference(ours, theirs, { seed: 3 }));
});

test('draws are spread evenly, and a shuffle loses nothing', () => {
  const counts = new Map<number, number>();
  for (let draw = 0; draw < 10_000; draw++) {
    const tenth = Math.floor(random() * 10);
    counts.set(tenth, (counts.get(tenth) ?? 0) + 1);
  }
  for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  const shuffled = shuffle([1, 2, 3, 4, 5, 6], createRandom(1));
  expect(shuffled).not.toEqual([1, 2, 3, 4, 5, 6]);
  expect(shuffled.toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
});
