import { addProducts, type Tile } from './row-products.ts';
import { factorSmall, solveBackward, solveForward } from './small-system.ts';

/** The factors of one side (users or items), row by row, and how the other side is found from them. */
export interface FactorSide {
  factors: Float32Array;
  dims: number;
  /** Weight of a pair that was not observed, against 1 for one that was. */
  unobserved: number;
  /** Regularisation, times (observed + unobserved · all) ^ exponent. */
  lambda: number;
  exponent: number;
}

/** What one user watched (or who watched one item): rows of the factors with their weights; negative: disliked. */
export interface Observed {
  member: Int32Array;
  weight: Float64Array;
  from: number;
  to: number;
}

const chunk = 64;
const panel = 16;

/** Adds Σ w · h hᵀ of gathered rows to the lower triangle of a dims × dims matrix. */
const createAccumulator = (factors: Float32Array, dims: number) => {
  /** Transposed: `gathered[k * chunk + c]` is value k of the c-th row. */
  const gathered = new Float64Array(dims * chunk);
  const left = { values: gathered, at: 0, stride: chunk };
  const right = { values: gathered, at: 0, stride: chunk };
  const out: Tile = { values: gathered, at: 0, stride: dims };
  return {
    gather(place: number, row: number, scale: number): void {
      const from = row * dims;
      for (let k = 0, to = place; k < dims; k++, to += chunk) gathered[to] = scale * (factors[from + k] as number);
    },
    addTo(matrix: Float64Array, depth: number): void {
      out.values = matrix;
      for (let row = 0; row < dims; row += panel) {
        const rows = Math.min(panel, dims - row);
        left.at = row * chunk;
        out.at = row * dims;
        addProducts(out, left, right, { rows, columns: row + rows, depth, sign: 1 });
      }
    },
  };
};

export const regularisationOf = ({ factors, dims, unobserved, lambda, exponent }: FactorSide, observed: number) =>
  lambda * (observed + (unobserved * factors.length) / dims) ** exponent;

/** unobserved · HᵀH, lower triangle: what every pair says, whoever is asked about. */
export const priorOf = ({ factors, dims, unobserved }: FactorSide): Float64Array => {
  const prior = new Float64Array(dims * dims);
  const sums = createAccumulator(factors, dims);
  const rows = factors.length / dims;
  const scale = Math.sqrt(unobserved);
  for (let first = 0; first < rows; first += chunk) {
    const depth = Math.min(chunk, rows - first);
    for (let c = 0; c < depth; c++) sums.gather(c, first + c, scale);
    sums.addTo(prior, depth);
  }
  return prior;
};

/**
 * Finds the factors w of one user from those of the items (or the other way round): implicit alternating least squares.
 *
 * Hu, Koren and Volinsky (2008), "Collaborative filtering for implicit feedback datasets", ICDM '08: w solves
 * (unobserved · HᵀH + Σ c hhᵀ + regularisation · I) w = Σ c h, c the weight of what was observed. A dislike counts as
 * observed and wanted to be 0. Work: rows · dims² / 2 + dims³ / 6.
 */
export const createFoldIn = (side: FactorSide, prior: Float64Array) => {
  const { factors, dims } = side;
  const system = new Float64Array(dims * dims);
  const sums = createAccumulator(factors, dims);
  const solution = new Float64Array(dims);

  const addObserved = ({ member, weight, from, to }: Observed): void => {
    for (let first = from; first < to; first += chunk) {
      const depth = Math.min(chunk, to - first);
      for (let c = 0; c < depth; c++) {
        const one = weight[first + c] as number;
        const row = member[first + c] as number;
        sums.gather(c, row, Math.sqrt(Math.abs(one)));
        if (one <= 0) continue;
        for (let k = 0; k < dims; k++)
          solution[k] = (solution[k] as number) + one * (factors[row * dims + k] as number);
      }
      sums.addTo(system, depth);
    }
  };

  return {
    /** After `solve`: the Cholesky factor of its system, lower triangle, for who said what. */
    system,
    /** The factors found, a view that the next call overwrites; `total`: how much was observed, for the regularisation. */
    solve(observed: Observed, total: number): Float64Array {
      system.set(prior);
      solution.fill(0);
      addObserved(observed);
      const ridge = regularisationOf(side, total);
      for (let k = 0; k < dims; k++) system[k * dims + k] = (system[k * dims + k] as number) + ridge;
      factorSmall(system, dims);
      solveForward(system, dims, solution);
      solveBackward(system, dims, solution);
      return solution;
    },
  };
};
