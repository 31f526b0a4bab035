import { expect, test } from '@jest/globals';
import { createFoldIn, priorOf } from './fold-in.ts';

/** Three items of two dimensions. */
const side = { factors: Float32Array.of(1, 0, 0, 1, 1, 1), dims: 2, unobserved: 0.5, lambda: 0.1, exponent: 1 };

test('the prior is what all items say, times the weight of the unobserved', () => {
  // HᵀH = [[2, 1], [1, 2]].
  const [a, , b, c] = priorOf(side);
  expect(a).toBeCloseTo(1, 12);
  expect(b).toBeCloseTo(0.5, 12);
  expect(c).toBeCloseTo(1, 12);
});

/** (unobserved · HᵀH + Σ c hhᵀ + ridge · I) w = Σ c h, solved by Cramer's rule. */
const byHand = ([a, b, d]: [number, number, number], [x, y]: [number, number]): [number, number] => {
  const determinant = a * d - b * b;
  return [(x * d - b * y) / determinant, (a * y - b * x) / determinant];
};

test.each([
  ['one watched', [0], [1], byHand([1 + 1 + 0.25, 0.5, 1 + 0.25], [1, 0])],
  ['weights count', [0, 2], [0.5, 2], byHand([1 + 2.5 + 0.4, 0.5 + 2, 1 + 2 + 0.4], [2.5, 2])],
  ['a dislike is wanted to be 0', [0, 1], [1, -1], byHand([1 + 1 + 0.35, 0.5, 1 + 1 + 0.35], [1, 0])],
])('%s: the factors solve the normal equations', (_, member, weight, expected) => {
  const foldIn = createFoldIn(side, priorOf(side));
  const observed = { member: Int32Array.from(member), weight: Float64Array.from(weight), from: 0, to: member.length };
  const solved = foldIn.solve(
    observed,
    weight.reduce((sum, one) => sum + Math.abs(one), 0),
  );
  expect(solved[0]).toBeCloseTo(expected[0], 6);
  expect(solved[1]).toBeCloseTo(expected[1], 6);
});

test('more observations than one block of the kernel holds are all added', () => {
  const foldIn = createFoldIn(side, priorOf(side));
  const many = { member: new Int32Array(100), weight: new Float64Array(100).fill(1), from: 0, to: 100 };
  const solved = foldIn.solve(many, 100);
  const expected = byHand([1 + 100 + 0.1 * 101.5, 0.5, 1 + 0.1 * 101.5], [100, 0]);
  expect(solved[0]).toBeCloseTo(expected[0], 6);
  expect(solved[1]).toBeCloseTo(expected[1], 6);
});
