import type { Partial as ScorerPartial } from '../contract/partial-batch.ts';
import type { Lane } from '../contract/primitives.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { DemandLedger } from '../scatter/demand-ledger.ts';
import type { ServiceTimes } from '../scatter/service-times.ts';

/** Counts what became of partials and requests, and learns from partials what a request costs each scorer. */
export interface PartialCounter {
  count(criterion: string, result: string): void;
  countRequest(result: 'duplicate' | 'expired' | 'refused'): void;
  /** What a partial that came in time says of what a request costs. */
  observeService(lane: Lane, criterion: string, partial: ScorerPartial): void;
  /** One that came late: the scorer was busy with it all the same. */
  observeLate(lane: Lane, criterion: string, partial: ScorerPartial): void;
}

/** Anyone may name any criterion: only one that was asked becomes a label. */
export const createPartialCounter = (
  metrics: Metrics,
  serviceTimes: ServiceTimes,
  demand: Pick<DemandLedger, 'served'>,
): PartialCounter => {
  const served = (lane: Lane, criterion: string, { outcome, serviceMs }: ScorerPartial): void => {
    if (outcome !== 'expired') demand.served(lane, criterion, serviceMs);
  };
  const asked = new Set<string>();
  return {
    count(criterion, result) {
      if (result === 'counted' || result === 'late') asked.add(criterion);
      metrics.count('medley_aggregator_partials_total', {
        criterion: asked.has(criterion) ? criterion : 'other',
        result,
      });
    },
    countRequest: (result) => metrics.count('medley_aggregator_requests_dropped_total', { reason: result }),
    observeLate: served,
    observeService(lane, criterion, partial) {
      const { outcome, serviceMs } = partial;
      served(lane, criterion, partial);
      if (outcome === 'scored' || outcome === 'abstained') serviceTimes.observe(criterion, serviceMs);
    },
  };
};
