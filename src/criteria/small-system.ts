import { NotPositiveDefiniteError } from './positive-definite.ts';

/** Cholesky factor of a small symmetric positive definite matrix, n × n row by row, into its lower triangle. */
export const factorSmall = (matrix: Float64Array, n: number): void => {
  for (let row = 0; row < n; row++) {
    const left = row * n;
    for (let column = 0; column <= row; column++) {
      const top = column * n;
      let sum = matrix[left + column] as number;
      for (let k = 0; k < column; k++) sum -= (matrix[left + k] as number) * (matrix[top + k] as number);
      if (column < row) matrix[left + column] = sum / (matrix[top + column] as number);
      else if (sum > 0) matrix[left + row] = Math.sqrt(sum);
      else throw new NotPositiveDefiniteError('the matrix is not positive definite');
    }
  }
};

/** Solves L · y = x in place. */
export const solveForward = (factor: Float64Array, n: number, x: Float64Array): void => {
  for (let row = 0; row < n; row++) {
    let sum = x[row] as number;
    for (let k = 0; k < row; k++) sum -= (factor[row * n + k] as number) * (x[k] as number);
    x[row] = sum / (factor[row * n + row] as number);
  }
};

/** Solves Lᵀ · y = x in place. */
export const solveBackward = (factor: Float64Array, n: number, x: Float64Array): void => {
  for (let row = n - 1; row >= 0; row--) {
    const value = (x[row] as number) / (factor[row * n + row] as number);
    x[row] = value;
    for (let k = 0; k < row; k++) x[k] = (x[k] as number) - value * (factor[row * n + k] as number);
  }
};
