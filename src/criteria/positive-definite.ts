import { addProducts, type Tile } from './row-products.ts';

/**
 * Inverts a symmetric positive definite matrix in place: Cholesky factor L, its inverse, then their product
 * (LAPACK's potrf, trtri and lauum), by tiles that fit the nearest cache.
 *
 * All three phases multiply rows by rows, which lie in sequence in memory, so one kernel serves them. Memory: the
 * matrix and a few tiles. Work: n³ multiplications.
 */
const tileSize = 64;

/** Not positive definite, so no covariance: a fault of what was given. Blast radius: the fit. */
export class NotPositiveDefiniteError extends Error {
  override readonly name = 'NotPositiveDefiniteError';
}

/** Cholesky of one tile on the diagonal, lower triangle, in place. */
const factorTile = ({ values, at, stride }: Tile, size: number): void => {
  for (let column = 0; column < size; column++) {
    const top = at + column * stride;
    for (let row = column; row < size; row++) {
      const left = at + row * stride;
      let sum = values[left + column] as number;
      for (let k = 0; k < column; k++) sum -= (values[left + k] as number) * (values[top + k] as number);
      if (row > column) values[left + column] = sum / (values[top + column] as number);
      else if (sum > 0) values[top + column] = Math.sqrt(sum);
      else throw new NotPositiveDefiniteError('the matrix is not positive definite');
    }
  }
};

/** Solves X · Lᵀ = tile for X in place; L is the factored tile on the diagonal. */
const solveTile = (tile: Tile, factor: Tile, rows: number, columns: number): void => {
  const { values } = tile;
  const l = factor.values;
  for (let row = 0; row < rows; row++) {
    const x = tile.at + row * tile.stride;
    for (let column = 0; column < columns; column++) {
      const f = factor.at + column * factor.stride;
      let sum = values[x + column] as number;
      for (let k = 0; k < column; k++) sum -= (values[x + k] as number) * (l[f + k] as number);
      values[x + column] = sum / (l[f + column] as number);
    }
  }
};

const copyTile = (from: Tile, to: Tile, rows: number, columns: number): void => {
  for (let row = 0; row < rows; row++) {
    const start = from.at + row * from.stride;
    to.values.set(from.values.subarray(start, start + columns), to.at + row * to.stride);
  }
};

/** The diagonal and what is right of it. */
const copyUpper = (from: Tile, to: Tile, size: number): void => {
  for (let row = 0; row < size; row++) {
    const start = from.at + row * from.stride;
    to.values.set(from.values.subarray(start + row, start + size), to.at + row * to.stride + row);
  }
};

/** The inverse of Lᵀ of one tile on the diagonal, whole with its zeros, into `out`. */
const invertTile = (factor: Tile, size: number, out: Tile): void => {
  out.values.fill(0);
  for (let row = 0; row < size; row++) {
    out.values[row * tileSize + row] = 1;
  }
  solveTile(out, factor, size, size);
};

export const invertPositiveDefinite = (values: Float64Array, n: number): void => {
  const tile = (row: number, column: number): Tile => ({ values, at: row * n + column, stride: n });
  const spare: Tile = { values: new Float64Array(tileSize * tileSize), at: 0, stride: tileSize };
  const sums: Tile = { values: new Float64Array(tileSize * tileSize), at: 0, stride: tileSize };
  const sizeAt = (from: number): number => Math.min(tileSize, n - from);

  /** L into the lower triangle. */
  const factor = (): void => {
    for (let j = 0; j < n; j += tileSize) {
      const columns = sizeAt(j);
      for (let i = j; i < n; i += tileSize) {
        const rows = sizeAt(i);
        for (let k = 0; k < j; k += tileSize) {
          addProducts(tile(i, j), tile(i, k), tile(j, k), { rows, columns, depth: tileSize, sign: -1 });
        }
        if (i === j) factorTile(tile(j, j), columns);
        else solveTile(tile(i, j), tile(j, j), rows, columns);
      }
    }
  };

  /** V = L⁻ᵀ into the upper triangle, its diagonal included; of L only what is below the diagonal remains. */
  const invertFactor = (): void => {
    for (let j = 0; j < n; j += tileSize) {
      const rows = sizeAt(j);
      invertTile(tile(j, j), rows, spare);
      for (let i = j + tileSize; i < n; i += tileSize) {
        const columns = sizeAt(i);
        sums.values.fill(0);
        addProducts(sums, spare, tile(i, j), { rows, columns, depth: rows, sign: -1 });
        for (let k = j + tileSize; k < i; k += tileSize) {
          addProducts(sums, tile(j, k), tile(i, k), { rows, columns, depth: tileSize, sign: -1 });
        }
        solveTile(sums, tile(i, i), rows, columns);
        copyTile(sums, tile(j, i), rows, columns);
      }
      copyUpper(spare, tile(j, j), rows);
    }
  };

  /** V · Vᵀ into the lower triangle, tile row by tile row; each needs of V only what is right of its diagonal. */
  const multiply = (): void => {
    for (let i = 0; i < n; i += tileSize) {
      const rows = sizeAt(i);
      spare.values.fill(0);
      copyUpper(tile(i, i), spare, rows);
      for (let j = 0; j <= i; j += tileSize) {
        const columns = sizeAt(j);
        const other = i === j ? spare : tile(j, i);
        sums.values.fill(0);
        addProducts(sums, spare, other, { rows, columns, depth: rows, sign: 1 });
        for (let k = i + tileSize; k < n; k += tileSize) {
          addProducts(sums, tile(i, k), tile(j, k), { rows, columns, depth: sizeAt(k), sign: 1 });
        }
        copyTile(sums, tile(i, j), rows, columns);
      }
    }
  };

  factor();
  invertFactor();
  multiply();
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < row; column++) values[column * n + row] = values[row * n + column] as number;
  }
};
