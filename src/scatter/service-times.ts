/**
 * What one request costs each scorer, ms: a moving average of the service times that come back with partials.
 *
 * A scorer not yet heard of counts as `unknownMs`, so that first batches to it are small.
 */
export interface ServiceTimes {
  observe(criterion: string, serviceMs: number): void;
  of(criterion: string): number;
}

const smoothing = 0.1;

export const createServiceTimes = (unknownMs = 10): ServiceTimes => {
  const averages = new Map<string, number>();
  return {
    observe(criterion, serviceMs) {
      const before = averages.get(criterion);
      averages.set(criterion, before === undefined ? serviceMs : before + smoothing * (serviceMs - before));
    },
    of: (criterion) => averages.get(criterion) ?? unknownMs,
  };
};
