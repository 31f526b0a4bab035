import { groupByItem, type Interactions } from './interactions.ts';
import { invertPositiveDefinite } from './positive-definite.ts';

/**
 * EASE^R: the item-to-item matrix B with a zero diagonal that best rebuilds the user-item matrix X from itself.
 *
 * Steck, H. (2019), "Embarrassingly Shallow Autoencoders for Sparse Data", WWW '19: with P = (XᵀX + λI)⁻¹,
 * B = I − P · diag(1 / diag P). Where there are fewer users than items, P comes from the smaller K = XXᵀ + λI by the
 * Woodbury identity, P = (I − XᵀK⁻¹X) / λ, so that B[i][j] = xᵢᵀK⁻¹xⱼ / (1 − xⱼᵀK⁻¹xⱼ), block by block of columns j.
 * Neither way is B ever held whole. Memory: 8 bytes × min(users, items)², plus a block of columns.
 */
export interface EaseInput {
  interactions: Interactions;
  /** The entries of X, as those of `interactions`. */
  values: Float64Array;
  lambda: number;
}

/**
 * How much of its scores each item keeps: (who liked it) ^ −exponent; `start` as of `groupByItem`.
 *
 * The more like an item, the greater its whole column is, beyond what they say of the one who asks. Park, Yoon, Kim and
 * Lee (2025), "Why is Normalization Necessary for Linear Recommenders?", SIGIR '25.
 */
export const popularityScales = (start: Int32Array, exponent: number): Float64Array =>
  Float64Array.from({ length: start.length - 1 }, (_, item) => {
    return ((start[item + 1] as number) - (start[item] as number)) ** -exponent;
  });

/** Scales the columns on their way to a visitor. */
export const scaleColumns =
  (scales: Float64Array, visit: ColumnVisitor): ColumnVisitor =>
  (target, column) => {
    const scale = scales[target] as number;
    for (let item = 0; item < column.length; item++) column[item] = scale * (column[item] as number);
    visit(target, column);
  };

/** Is given the columns of B one after the other: `column[i]` is what item i says for `target`. Valid until it returns. */
export type ColumnVisitor = (target: number, column: Float64Array) => void;

const blockColumns = 64;

/** Adds xᵤ xᵤᵀ over the given groups (users' items, or items' users) to the lower triangle, then mirrors it; diagonal + λ. */
const gram = (size: number, groups: { start: Int32Array; member: Int32Array; value: Float64Array }, lambda: number) => {
  const { start, member, value } = groups;
  const matrix = new Float64Array(size * size);
  for (let group = 0; group + 1 < start.length; group++) {
    const end = start[group + 1] as number;
    for (let a = start[group] as number; a < end; a++) {
      const row = (member[a] as number) * size;
      for (let b = start[group] as number; b < end; b++) {
        const at = row + (member[b] as number);
        matrix[at] = (matrix[at] as number) + (value[a] as number) * (value[b] as number);
      }
    }
  }
  for (let i = 0; i < size; i++) matrix[i * size + i] = (matrix[i * size + i] as number) + lambda;
  return matrix;
};

const visitFromItems = ({ interactions, values, lambda }: EaseInput, visit: ColumnVisitor): void => {
  const items = interactions.ids.length;
  const p = gram(items, { start: interactions.start, member: interactions.item, value: values }, lambda);
  invertPositiveDefinite(p, items);
  const column = new Float64Array(items);
  for (let target = 0; target < items; target++) {
    const row = p.subarray(target * items, (target + 1) * items);
    const diagonal = row[target] as number;
    for (let item = 0; item < items; item++) column[item] = -(row[item] as number) / diagonal;
    column[target] = 0;
    visit(target, column);
  }
};

/** The fit by its users: B[i][j] = xᵢᵀ K⁻¹ xⱼ / (1 − xⱼᵀ K⁻¹ xⱼ), xⱼ the column of X of item j. */
export interface UserKernel {
  users: number;
  /** K⁻¹, symmetric, users × users. */
  inverse: Float64Array;
  /** X by item: `user[start[j]] …` with the values `value[start[j]] …`. */
  start: Int32Array;
  user: Int32Array;
  value: Float64Array;
}

export const fitUserKernel = ({ interactions, values, lambda }: EaseInput): UserKernel => {
  const { users } = interactions;
  const { start, user, entry } = groupByItem(interactions);
  const value = Float64Array.from(entry, (one) => values[one] as number);
  const inverse = gram(users, { start, member: user, value }, lambda);
  invertPositiveDefinite(inverse, users);
  return { users, inverse, start, user, value };
};

/** Visits every column of B. */
export const visitKernelColumns = (kernel: UserKernel, visit: ColumnVisitor): void => {
  const { users, inverse: k, start, user, value } = kernel;
  const items = start.length - 1;
  /** K⁻¹ of the block's columns of X, by user; then Xᵀ of that, by item. */
  const solved = new Float64Array(users * blockColumns);
  const solution = new Float64Array(users);
  const sums = new Float64Array(items * blockColumns);
  const column = new Float64Array(items);

  const solveColumn = (target: number): Float64Array => {
    solution.fill(0);
    for (let at = start[target] as number; at < (start[target + 1] as number); at++) {
      const row = (user[at] as number) * users;
      const x = value[at] as number;
      for (let u = 0; u < users; u++) solution[u] = (solution[u] as number) + x * (k[row + u] as number);
    }
    return solution;
  };
  const solveBlock = (first: number, columns: number): void => {
    for (let c = 0; c < columns; c++) {
      const one = solveColumn(first + c);
      for (let u = 0; u < users; u++) solved[u * blockColumns + c] = one[u] as number;
    }
  };
  const multiplyBlock = (): void => {
    sums.fill(0);
    for (let item = 0; item < items; item++) {
      const to = item * blockColumns;
      for (let at = start[item] as number; at < (start[item + 1] as number); at++) {
        const from = (user[at] as number) * blockColumns;
        const x = value[at] as number;
        for (let c = 0; c < blockColumns; c++) {
          sums[to + c] = (sums[to + c] as number) + x * (solved[from + c] as number);
        }
      }
    }
  };

  for (let first = 0; first < items; first += blockColumns) {
    const columns = Math.min(blockColumns, items - first);
    solveBlock(first, columns);
    multiplyBlock();
    for (let c = 0; c < columns; c++) {
      const target = first + c;
      const scale = 1 / (1 - (sums[target * blockColumns + c] as number));
      for (let item = 0; item < items; item++) column[item] = (sums[item * blockColumns + c] as number) * scale;
      column[target] = 0;
      visit(target, column);
    }
  }
};

const visitFromUsers = (input: EaseInput, visit: ColumnVisitor): void =>
  visitKernelColumns(fitUserKernel(input), visit);

/** Visits every column of B by the cheaper way; `from` forces one. */
export const visitEaseColumns = (
  input: EaseInput,
  visit: ColumnVisitor,
  from: 'users' | 'items' = input.interactions.users < input.interactions.ids.length ? 'users' : 'items',
): void => (from === 'users' ? visitFromUsers(input, visit) : visitFromItems(input, visit));
