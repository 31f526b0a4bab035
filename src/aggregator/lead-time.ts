/**
 * How long before a deadline closing begins: so long as it takes to compose all the answers that may be due at once,
 * and at most `maxMs`. Nothing while little is open.
 */
export interface LeadTime {
  observe(composeMs: number): void;
  /** For so many open groups, ms. */
  of(openGroups: number): number;
}

const smoothing = 0.05;
const firstGuessMs = 0.2;

export const createLeadTime = (maxMs: number): LeadTime => {
  let meanMs = firstGuessMs;
  return {
    observe(composeMs) {
      // One pause of the process says nothing of the next hundred answers.
      meanMs += smoothing * (Math.min(composeMs, 5) - meanMs);
    },
    of: (openGroups) => Math.min(maxMs, openGroups * meanMs),
  };
};
