import { expect, test } from '@jest/globals';
import { NotPositiveDefiniteError } from './positive-definite.ts';
import { factorSmall, solveBackward, solveForward } from './small-system.ts';

test('a system is solved by its factor, whatever stands above the diagonal', () => {
  // [[4, 2], [2, 5]] x = [8, 12]: x = [1, 2].
  const matrix = Float64Array.of(4, 99, 2, 5);
  const x = Float64Array.of(8, 12);
  factorSmall(matrix, 2);
  solveForward(matrix, 2, x);
  solveBackward(matrix, 2, x);
  expect([...x]).toEqual([1, 2]);
});

test('a matrix that is not positive definite is refused', () => {
  expect(() => factorSmall(Float64Array.of(1, 0, 2, 1), 2)).toThrow(NotPositiveDefiniteError);
});
