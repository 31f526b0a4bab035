import { createRandom } from './random.ts';

/** A mean difference between two ways to rank, and where it lies in 95 of 100 draws of the users. */
export interface Difference {
  mean: number;
  low: number;
  high: number;
  /** The interval lies on one side of 0. */
  significant: boolean;
}

export interface BootstrapOptions {
  draws?: number;
  seed?: number;
}

const { ceil, floor } = Math;

/**
 * Paired bootstrap (Efron 1979; Sakai 2006 for retrieval): users are drawn with replacement, each with both values.
 *
 * Paired, since users differ far more from one another than two rankers do. The interval is that of percentiles.
 */
export const bootstrapDifference = (
  ours: readonly number[],
  theirs: readonly number[],
  { draws = 2_000, seed = 1 }: BootstrapOptions = {},
): Difference => {
  const count = ours.length;
  const differences = Float64Array.from(ours, (one, user) => one - (theirs[user] ?? 0));
  const mean = differences.reduce((sum, one) => sum + one, 0) / count;
  const random = createRandom(seed);
  const means = Float64Array.from({ length: draws }, () => {
    let sum = 0;
    for (let draw = 0; draw < count; draw++) sum += differences[floor(random() * count)] as number;
    return sum / count;
  }).sort();
  const low = means[floor(0.025 * draws)] ?? mean;
  const high = means[ceil(0.975 * draws) - 1] ?? mean;
  return { mean, low, high, significant: low > 0 || high < 0 };
};
