import type { Partial as ScorerPartial } from '../contract/partial-batch.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { ServiceTimes } from '../scatter/service-times.ts';

/** Counts what became of partials and requests, and learns from partials what a request costs each scorer. */
export interface PartialCounter {
  count(criterion: string, result: string): void;
  countRequest(result: 'duplicate' | 'expired' | 'refused'): void;
  observeService(criterion: string, partial: ScorerPartial): void;
}

/** Anyone may name any criterion: only one that was asked becomes a label. */
export const createPartialCounter = (metrics: Metrics, serviceTimes: ServiceTimes): PartialCounter => {
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
    observeService(criterion, { outcome, serviceMs }) {
      if (outcome === 'scored' || outcome === 'abstained') serviceTimes.observe(criterion, serviceMs);
    },
  };
};
