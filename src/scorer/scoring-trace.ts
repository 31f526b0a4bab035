import type { Clock } from '../contract/clock.ts';
import type { Tracer } from '../runtime/tracer.ts';
import type { Work } from './held-batch.ts';

/** The spans a scorer makes of a request that is traced. */
export interface ScoringTrace {
  /**
   * Once a request has its judgement: one span for the scorer, waiting included, and under it one for the scoring itself.
   *
   * @param begunAtMs Monotonic; null: it was never begun
   * @returns the scorer's span, for the partial to carry
   */
  judged(work: Work, outcome: string, begunAtMs: number | null): string | undefined;
}

export const createScoringTrace = (
  tracer: Tracer,
  criterion: string,
  clock: Pick<Clock, 'nowMs' | 'monotonicMs'>,
): ScoringTrace => ({
  judged({ request, lane, sentMs }, outcome, begunAtMs) {
    const parent = request.traceparent;
    if (parent === undefined) return undefined;
    const toWall = clock.nowMs() - clock.monotonicMs();
    const attributes = {
      'medley.criterion': criterion,
      'medley.lane': lane,
      'medley.round': request.round,
      'medley.outcome': outcome,
    };
    const span = tracer.begin(`scorer ${criterion}`, { kind: 'consumer', parent, atMs: sentMs + toWall, attributes });
    if (begunAtMs !== null) {
      tracer.begin('score', { kind: 'internal', parent: span.traceparent, atMs: begunAtMs + toWall }).end();
    }
    span.end({}, outcome === 'failed' ? 'scoring failed' : undefined);
    return span.traceparent;
  },
});
