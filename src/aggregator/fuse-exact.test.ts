import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Fusion } from '../contract/plan.ts';
import { type Fused, fuse } from './fuse.ts';
import { isProvablyTop } from './fuse-exact.ts';
import type { RankedList } from './fuse-scale.ts';

const list = (scores: Readonly<Record<string, number>>, floor: number | null): RankedList => ({
  criterion: 'any',
  weight: 1,
  items: Object.keys(scores),
  scores: Object.values(scores),
  floor,
});

const topSlots = (fused: Fused, k: number): number[] =>
  fused.ids
    .map((_, slot) => slot)
    .sort((a, b) => (fused.totals[b] as number) - (fused.totals[a] as number))
    .slice(0, k);

const isExact = (lists: readonly RankedList[], fusion: Fusion, k: number): boolean => {
  const fused = fuse(lists, fusion);
  const top = topSlots(fused, k);
  return isProvablyTop({ fused, top, k, mayCompete: () => true, boostOf: () => 1, outsideBoost: 1 });
};

const weighted: Fusion = { kind: 'weighted-sum', normalise: 'max' };

describe('the top k is proven', () => {
  test('where every list is complete: no floor, nothing below', () => {
    expect(isExact([list({ a: 10, b: 9 }, null), list({ c: 10 }, null)], weighted, 2)).toBe(true);
  });

  test('where no item listed in part, and none unlisted, can reach the worst of it', () => {
    expect(isExact([list({ a: 10, b: 8, c: 1 }, 1), list({ b: 10, a: 9, d: 2 }, 2)], weighted, 2)).toBe(true);
  });

  test('not where an item listed in part may still beat it', () => {
    expect(isExact([list({ a: 10, b: 8, c: 7 }, 7), list({ a: 10, d: 9 }, 9)], weighted, 2)).toBe(false);
  });

  test('not where an unlisted item may still beat it', () => {
    expect(isExact([list({ a: 10, b: 6 }, 6), list({ a: 10, b: 6 }, 6)], weighted, 2)).toBe(true);
    expect(isExact([list({ a: 10, b: 6 }, 8), list({ a: 10, b: 6 }, 8)], weighted, 2)).toBe(false);
  });

  test('with fewer than k items only where nothing unlisted has a score', () => {
    expect(isExact([list({ a: 1 }, null)], weighted, 3)).toBe(true);
    expect(isExact([list({ a: 1 }, 0.1)], weighted, 3)).toBe(false);
  });

  test('not where a boosted item that no list has may beat it', () => {
    const fused = fuse([list({ a: 10, b: 9 }, 8)], weighted);
    const question = { fused, top: [0, 1], k: 2, mayCompete: () => true, boostOf: () => 1 };
    expect(isProvablyTop({ ...question, outsideBoost: 1 })).toBe(true);
    expect(isProvablyTop({ ...question, outsideBoost: 1.5 })).toBe(false);
  });

  test('where the only rival may not be recommended', () => {
    const fused = fuse([list({ a: 10, c: 9.5 }, 9.5), list({ b: 10, a: 9 }, 9)], weighted);
    const question = { fused, top: [0], k: 1, boostOf: () => 1, outsideBoost: 1 };
    expect(isProvablyTop({ ...question, mayCompete: () => true })).toBe(false);
    expect(isProvablyTop({ ...question, mayCompete: (slot) => fused.ids[slot] !== 'b' })).toBe(true);
  });

  test('after a second round by the floors of the first', () => {
    const second = { ...list({ a: 10, b: 6 }, null), outsideFloor: 7 };
    const fused = fuse([second], weighted);
    const question = { fused, mayCompete: () => true, boostOf: () => 1, outsideBoost: 1 };
    expect(isProvablyTop({ ...question, top: [0], k: 1 })).toBe(true);
    expect(isProvablyTop({ ...question, top: [0, 1], k: 2 })).toBe(false);
  });

  test('by z-score and by raw values only where the top is listed everywhere', () => {
    const everywhere = [list({ a: 10, b: 1 }, 1), list({ a: 10, c: 1 }, 1)];
    const partly = [list({ a: 10, b: 1 }, 1), list({ c: 10, d: 1 }, 1)];
    for (const normalise of ['z-score', 'none'] as const) {
      expect(isExact(everywhere, { kind: 'weighted-sum', normalise }, 1)).toBe(true);
      expect(isExact(partly, { kind: 'weighted-sum', normalise }, 1)).toBe(false);
    }
  });
});

/** Complete lists over a small catalogue, and the same cut to their top n with the floor said truthfully. */
const catalogue = fc.array(fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 8, maxLength: 8 }), {
  minLength: 1,
  maxLength: 3,
});

const complete = (scores: readonly number[]): RankedList => {
  const entries = scores.map((score, item) => ({ id: `i${item}`, score })).sort((a, b) => b.score - a.score);
  return {
    criterion: 'any',
    weight: 1,
    items: entries.map(({ id }) => id),
    scores: entries.map(({ score }) => score),
    floor: null,
  };
};
const cut = (whole: RankedList, n: number): RankedList => ({
  ...whole,
  items: whole.items.slice(0, n),
  scores: whole.scores.slice(0, n),
  floor: whole.scores[n] ?? null,
});

test('what is called exact is the top k of the complete lists, whatever was cut off', () => {
  let proven = 0;
  const fusions: readonly Fusion[] = [weighted, { kind: 'reciprocal-rank', normalise: 'max' }];
  const relative: readonly Fusion[] = [
    ...fusions,
    { kind: 'max', normalise: 'max' },
    { kind: 'sum', normalise: 'none' },
  ];
  fc.assert(
    fc.property(
      catalogue,
      fc.integer({ min: 2, max: 8 }),
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom(...relative),
      (all, n, k, fusion) => {
        const whole = all.map(complete);
        const short = whole.map((one) => cut(one, n));
        if (!isExact(short, fusion, k)) return;
        proven += 1;
        const fused = fuse(short, fusion);
        const truth = fuse(whole, fusion);
        const trueScore = (id: string): number => truth.totals[truth.slotOf.get(id) as number] as number;
        const chosen = topSlots(fused, k).map((slot) => fused.ids[slot] as string);
        const worst = Math.min(...chosen.map(trueScore));
        const others = truth.ids.filter((id) => !chosen.includes(id));
        expect(Math.max(...others.map(trueScore), Number.NEGATIVE_INFINITY)).toBeLessThanOrEqual(worst + 1e-9);
      },
    ),
    { numRuns: 2_000 },
  );
  expect(proven).toBeGreaterThan(100);
});
