import { createFoldIn, type FactorSide, type Observed, priorOf, regularisationOf } from './fold-in.ts';
import { groupByItem, type Interactions } from './interactions.ts';
import { invertPositiveDefinite } from './positive-definite.ts';
import { addProducts } from './row-products.ts';
import { factorSmall, solveBackward, solveForward } from './small-system.ts';

export interface AlsInput {
  interactions: Interactions;
  /** The weights of the entries of `interactions`, above 0. */
  values: Float64Array;
  dims: number;
  unobserved: number;
  lambda: number;
  exponent: number;
  /** Rounds, each solving for all users and then for all items. */
  epochs: number;
  /** Factors of the items to begin with, row by row. */
  items: Float32Array;
}

/** Few observations are solved for in their own number of dimensions, by the Woodbury identity. */
const createShortSolver = (side: FactorSide, prior: Float64Array, most: number) => {
  const { factors, dims } = side;
  const inverses = new Map<number, Float64Array>();
  /** What was observed, each times the root of its weight; then that times the inverse. */
  const rows = { values: new Float64Array(most * dims), at: 0, stride: dims };
  const spread = { values: new Float64Array(most * dims), at: 0, stride: dims };
  const small = new Float64Array(most * most);
  const answer = new Float64Array(most);
  const solution = new Float64Array(dims);

  /** (prior + regularisation · I)⁻¹, the same for all with so many observations. */
  const inverseFor = (observed: number): Float64Array => {
    const known = inverses.get(observed);
    if (known !== undefined) return known;
    const matrix = prior.slice();
    const ridge = regularisationOf(side, observed);
    for (let row = 0; row < dims; row++) {
      matrix[row * dims + row] = (matrix[row * dims + row] as number) + ridge;
      for (let column = row + 1; column < dims; column++) {
        matrix[row * dims + column] = prior[column * dims + row] as number;
      }
    }
    invertPositiveDefinite(matrix, dims);
    inverses.set(observed, matrix);
    return matrix;
  };

  const gather = ({ member, weight, from, to }: Observed): void => {
    for (let at = from, out = 0; at < to; at++) {
      const scale = Math.sqrt(weight[at] as number);
      answer[at - from] = scale;
      const h = (member[at] as number) * dims;
      for (let k = 0; k < dims; k++, out++) rows.values[out] = scale * (factors[h + k] as number);
    }
  };

  /** With R the rows gathered, M the inverse and r the roots of the weights: M Rᵀ (I + R M Rᵀ)⁻¹ r. */
  return (observed: Observed): Float64Array => {
    const n = observed.to - observed.from;
    const inverse = { values: inverseFor(n), at: 0, stride: dims };
    gather(observed);
    spread.values.fill(0);
    addProducts(spread, rows, inverse, { rows: n, columns: dims, depth: dims, sign: 1 });
    small.fill(0, 0, n * n);
    for (let c = 0; c < n; c++) small[c * n + c] = 1;
    addProducts({ values: small, at: 0, stride: n }, rows, spread, { rows: n, columns: n, depth: dims, sign: 1 });
    factorSmall(small, n);
    solveForward(small, n, answer);
    solveBackward(small, n, answer);
    solution.fill(0);
    for (let c = 0, at = 0; c < n; c++) {
      const share = answer[c] as number;
      for (let k = 0; k < dims; k++, at++) {
        solution[k] = (solution[k] as number) + share * (spread.values[at] as number);
      }
    }
    return solution;
  };
};

interface Groups {
  start: Int32Array;
  member: Int32Array;
  weight: Float64Array;
}

/** Solves for every row of one side from the factors of the other. */
const solveAll = (side: FactorSide, { start, member, weight }: Groups, out: Float32Array): void => {
  const prior = priorOf(side);
  const most = Math.floor(side.dims / 4);
  const foldIn = createFoldIn(side, prior);
  const solveShort = createShortSolver(side, prior, most);
  for (let row = 0; row + 1 < start.length; row++) {
    const observed = { member, weight, from: start[row] as number, to: start[row + 1] as number };
    const count = observed.to - observed.from;
    out.set(count <= most ? solveShort(observed) : foldIn.solve(observed, count), row * side.dims);
  }
};

/**
 * Factorises the user-item matrix by implicit alternating least squares; returns the factors of the items.
 *
 * Rendle, S., Krichene, W., Zhang, L. and Koren, Y. (2021), "Revisiting the performance of iALS on item recommendation
 * benchmarks": what decides is the weight of the unobserved, regularisation that grows with the number of observations,
 * and enough dimensions. Users are solved for first, so that the items' factors of an earlier fit are a warm start; those
 * of users are not kept, since every profile is folded in when it is asked about. Work of a round: 2 · entries · dims² / 2
 * and (users + items) · dims³ / 6, less for rows with few entries. Memory: 4 bytes × (users + items) × dims.
 */
export const factorise = (input: AlsInput): Float32Array => {
  const { interactions, values, dims, unobserved, lambda, exponent } = input;
  const items = input.items.slice();
  const users = new Float32Array(interactions.users * dims);
  const byItem = groupByItem(interactions);
  const ofUsers = { start: interactions.start, member: interactions.item, weight: values };
  const ofItems = {
    start: byItem.start,
    member: byItem.user,
    weight: Float64Array.from(byItem.entry, (one) => values[one] as number),
  };
  const sideOf = (factors: Float32Array): FactorSide => ({ factors, dims, unobserved, lambda, exponent });
  for (let epoch = 0; epoch < input.epochs; epoch++) {
    solveAll(sideOf(items), ofUsers, users);
    solveAll(sideOf(users), ofItems, items);
  }
  return items;
};
