/**
 * The rate of arrivals now, from counts per second: over the longest window that nothing newer contradicts. Pure.
 *
 * A long window is steady and a short one quick. A step shows in the last second as far more than chance allows, and then
 * only what came since counts; without one, chance alone must not look like demand. Chance is that of arrivals that know
 * nothing of each other (Poisson: variance = mean), or worse where the seconds before were uneven too, as with jobs that
 * send by the hundred.
 */

/** Deviations beyond so many standard deviations are no chance. */
const significant = 4;
/** Fewer seconds say nothing of how uneven arrivals are. */
const enoughSeconds = 8;
/** Each window is about half as long again as the one before, so that a step is never mixed with much of what was before. */
const windowsS = [1, 2, 3, 4, 6, 8, 12, 16, 23, 30] as const;

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

/** The median of χ² with one degree of freedom: what turns a median of squares into a variance. */
const medianOfSquares = 0.455;

/**
 * Variance ÷ mean of the counts per second: 1 for Poisson arrivals, more for those in bursts.
 *
 * By the median of squared differences of neighbours, which a step or two leaves as it is: a step is no unevenness.
 */
const dispersionOf = (perSecond: readonly number[]): number => {
  if (perSecond.length < enoughSeconds) return 1;
  const mean = sumOf(perSecond) / perSecond.length;
  if (mean === 0) return 1;
  const squares = perSecond.slice(1).map((count, at) => (count - (perSecond[at] as number)) ** 2 / 2);
  const median = squares.sort((a, b) => a - b)[squares.length >> 1] as number;
  return Math.max(1, median / medianOfSquares / mean);
};

const agrees = (count: number, seconds: number, than: { rate: number; dispersion: number }): boolean => {
  const expected = than.rate * seconds;
  return Math.abs(count - expected) <= significant * Math.sqrt(Math.max(expected, 1) * than.dispersion);
};

/** Seconds before a pause that tell whether it was one, and the longest pause that is made up for, s. */
const beforePauseS = 4;
const longestPauseS = 3;

/**
 * How many of the newest seconds belong together. A sender that was held up tells of next to nothing and then of all that
 * came meanwhile at once: over all of it that is the rate there was, in the newest second alone it would be a step.
 */
const newestSeconds = (perSecond: readonly number[], dispersion: number): number => {
  for (let pauseS = longestPauseS; pauseS > 0; pauseS--) {
    const before = perSecond.slice(1 + pauseS, 1 + pauseS + beforePauseS);
    if (before.length < beforePauseS) continue;
    const rate = sumOf(before) / before.length;
    const isPause = (count: number): boolean => count < rate && !agrees(count, 1, { rate, dispersion });
    if ((perSecond[0] as number) > rate && perSecond.slice(1, 1 + pauseS).every(isPause)) return 1 + pauseS;
  }
  return 1;
};

/** Arrivals per second, and by how much that may be off by chance (one standard error). */
export interface Rate {
  perSecond: number;
  error: number;
}

/**
 * @param perSecond Arrivals in each second, the newest first; as many as are known
 * @returns null where not one second is known
 */
export const steadyRate = (perSecond: readonly number[]): Rate | null => {
  if (perSecond.length === 0) return null;
  const dispersion = dispersionOf(perSecond);
  const countOf = (from: number, to: number): number => sumOf(perSecond.slice(from, to));
  let length = newestSeconds(perSecond, dispersion);
  const shortest = length;
  let rate = countOf(0, length) / length;
  for (const window of windowsS) {
    if (window > perSecond.length) break;
    if (window <= length) continue;
    const longer = countOf(0, window) / window;
    const isContinued = agrees(countOf(length, window), window - length, { rate, dispersion });
    const agreesWith = (seconds: number): boolean => agrees(countOf(0, seconds), seconds, { rate: longer, dispersion });
    if (!isContinued || !windowsS.every((seconds) => seconds < shortest || seconds >= window || agreesWith(seconds)))
      break;
    rate = longer;
    length = window;
  }
  return { perSecond: rate, error: Math.sqrt((rate * dispersion) / length) };
};
