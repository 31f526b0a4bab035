import type { DemandCounts } from '../contract/demand.ts';
import { limits } from '../contract/limits.ts';
import { type Lane, lanes } from '../contract/primitives.ts';

/**
 * What one process has counted of each scorer since it began: autoscaling is told by it.
 *
 * Bounded: a criterion beyond `limits.demandCounts` is not counted.
 */
export interface DemandLedger {
  /** Something became of one request of a criterion. */
  count(lane: Lane, criterion: string, what: Counted): void;
  /** A batch was published: `messages` go by its criteria, `requests` by those each request asks. */
  sent(batch: SentBatch): void;
  /** A scorer worked on a request, ms. */
  served(lane: Lane, criterion: string, serviceMs: number): void;
  /** A durable request went into the intake queue. */
  accepted(): void;
  report(): { intake: number; counts: DemandCounts[] };
}

export type Counted = 'admitted' | 'refused' | 'full' | 'asleep' | 'late';

export interface SentBatch {
  lane: Lane;
  /** Whose queues it went to. */
  criteria: readonly string[];
  requests: readonly { criteria: readonly { criterion: string }[] }[];
}

const zero = (criterion: string, lane: Lane): DemandCounts => ({
  ...{ criterion, lane, admitted: 0, refused: 0, full: 0, asleep: 0, late: 0 },
  ...{ messages: 0, requests: 0, served: 0, serviceMs: 0 },
});

/** Longer than any request lives, ms: a scorer that tells of more has a clock that stepped. */
const mostServiceMs = limits.durableDeadlineMs;

export const createDemandLedger = (): DemandLedger => {
  const byLane = new Map(lanes.map((lane) => [lane, new Map<string, DemandCounts>()]));
  let known = 0;
  let intake = 0;

  const of = (lane: Lane, criterion: string): DemandCounts => {
    const counts = byLane.get(lane) as Map<string, DemandCounts>;
    let one = counts.get(criterion);
    if (one !== undefined) return one;
    one = zero(criterion, lane);
    if (known >= limits.demandCounts) return one;
    known += 1;
    counts.set(criterion, one);
    return one;
  };

  return {
    count(lane, criterion, what) {
      of(lane, criterion)[what] += 1;
    },
    sent({ lane, criteria, requests }) {
      for (const criterion of criteria) of(lane, criterion).messages += 1;
      for (const request of requests) for (const { criterion } of request.criteria) of(lane, criterion).requests += 1;
    },
    served(lane, criterion, serviceMs) {
      const counts = of(lane, criterion);
      counts.served += 1;
      counts.serviceMs += Math.min(serviceMs, mostServiceMs);
    },
    accepted() {
      intake += 1;
    },
    report: () => ({
      intake,
      counts: [...byLane.values()].flatMap((counts) => [...counts.values()].map((one) => ({ ...one }))),
    }),
  };
};
