import { expect, test } from '@jest/globals';
import { invertPositiveDefinite, NotPositiveDefiniteError } from './positive-definite.ts';

test('a matrix of two by two is inverted as by hand', () => {
  const matrix = Float64Array.of(4, 2, 2, 3);
  invertPositiveDefinite(matrix, 2);
  for (const [at, value] of [3 / 8, -2 / 8, -2 / 8, 4 / 8].entries()) expect(matrix[at]).toBeCloseTo(value, 14);
});

/** A · Aᵀ + I of a matrix of a repeatable sequence: positive definite. */
const example = (n: number): Float64Array => {
  let state = 1;
  const next = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647 - 0.5;
  };
  const a = Float64Array.from({ length: n * n }, next);
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = i === j ? 1 : 0;
      for (let k = 0; k < n; k++) sum += (a[i * n + k] as number) * (a[j * n + k] as number);
      matrix[i * n + j] = sum;
    }
  }
  return matrix;
};

test.each([0, 1, 3, 63, 64, 65, 130, 193])('a matrix of %i rows times its inverse is one, to 1e-9', (n) => {
  const matrix = example(n);
  const inverse = matrix.slice();
  invertPositiveDefinite(inverse, n);
  let worst = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = i === j ? -1 : 0;
      for (let k = 0; k < n; k++) sum += (matrix[i * n + k] as number) * (inverse[k * n + j] as number);
      worst = Math.max(worst, Math.abs(sum));
    }
  }
  expect(worst).toBeLessThan(1e-9);
});

test('what is not positive definite is refused', () => {
  expect(() => invertPositiveDefinite(Float64Array.of(1, 2, 2, 1), 2)).toThrow(NotPositiveDefiniteError);
});
