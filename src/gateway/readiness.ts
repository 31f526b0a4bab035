import type { Clock } from '../contract/clock.ts';
import type { PlanBook } from '../scatter/plan-book.ts';
import type { Roster } from './roster.ts';

/** Null: ready for callers. Else why not yet. */
export type Readiness = () => string | null;

/** How long a gateway that just started waits to hear of aggregators before it serves fallbacks instead, ms. */
const patienceMs = 5_000;

/**
 * Whether a gateway that just started can ask anybody: plans are known, and for each an aggregator is announced. That there
 * is no plan is known as well once it was said: an installation without Recommenders waits for them, and is up.
 *
 * Once ready it stays so: later a broker or an aggregator that is away is a reason to give, not one to refuse connections.
 */
export const createReadiness = (options: {
  plans: Pick<PlanBook, 'all' | 'known'>;
  roster: Pick<Roster, 'choose'>;
  clock: Pick<Clock, 'monotonicMs'>;
}): Readiness => {
  const { plans, roster, clock } = options;
  const startedMs = clock.monotonicMs();
  let wasReady = false;
  return () => {
    if (wasReady) return null;
    if (!plans.known()) return 'no plan is known yet';
    const missing = plans.all().find(({ recommender }) => roster.choose('', recommender) === 'none');
    if (missing !== undefined && clock.monotonicMs() - startedMs < patienceMs)
      return `no aggregator is announced yet for ${missing.recommender}`;
    wasReady = true;
    return null;
  };
};
