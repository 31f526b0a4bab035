/** How long the rounds of each recommender take, ms, so that a second one is begun only where it fits. */
export interface RoundTimes {
  observe(recommender: string, round: 0 | 1, ms: number): void;
  /** The 95th percentile of its last second rounds; of its first ones while few second ones are known. Infinite: nothing is known. */
  p95(recommender: string): number;
}

const samplesKept = 200;
const enough = 10;
/** Sorting is done once for so many new samples. */
const sortEvery = 10;

interface Window {
  observe(ms: number): void;
  count(): number;
  p95(): number;
}

const createWindow = (): Window => {
  const samples: number[] = [];
  let next = 0;
  let sinceSorted = sortEvery;
  let p95 = Number.POSITIVE_INFINITY;
  return {
    observe(ms) {
      samples[next] = ms;
      next = (next + 1) % samplesKept;
      sinceSorted += 1;
    },
    count: () => samples.length,
    p95() {
      if (samples.length === 0) return Number.POSITIVE_INFINITY;
      if (sinceSorted < sortEvery && samples.length > sortEvery) return p95;
      const sorted = samples.toSorted((a, b) => a - b);
      p95 = sorted[Math.ceil(sorted.length * 0.95) - 1] as number;
      sinceSorted = 0;
      return p95;
    },
  };
};

export const createRoundTimes = (): RoundTimes => {
  const windows = new Map<string, readonly [Window, Window]>();
  const windowsOf = (recommender: string): readonly [Window, Window] => {
    const found = windows.get(recommender) ?? [createWindow(), createWindow()];
    windows.set(recommender, found);
    return found;
  };
  return {
    observe: (recommender, round, ms) => windowsOf(recommender)[round].observe(ms),
    p95(recommender) {
      const [first, second] = windowsOf(recommender);
      return second.count() >= enough ? second.p95() : first.p95();
    },
  };
};
