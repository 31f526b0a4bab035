import type { Answer } from '../contract/answer.ts';
import type { Clock } from '../contract/clock.ts';
import type { Partial as ScorerPartial } from '../contract/partial-batch.ts';
import type { Span, Tracer } from '../runtime/tracer.ts';
import type { HeldGroup } from './gathering.ts';

/** The spans an aggregator makes of a request that is traced; of any other it makes none. */
export interface GatherTrace {
  /** A partial came, whatever became of it: `late` after the answer, which is where a turtle is seen. */
  partial(criterion: string, partial: ScorerPartial, result: string): void;
  /** A group is closed: the span of its gathering, from its request's receipt until now. */
  closed(group: HeldGroup): void;
  fuse(group: HeldGroup): Span | undefined;
  /** An answer is on its way to its gateway. */
  answer(group: HeldGroup, answer: Answer): Span | undefined;
}

const missingOf = ({ criteria, request, arrivals }: HeldGroup): string =>
  criteria.filter((_, bit) => (request.mask & (1 << bit)) !== 0 && arrivals[bit] === undefined).join(',');

export const createGatherTrace = (tracer: Tracer, clock: Pick<Clock, 'nowMs' | 'monotonicMs'>): GatherTrace => ({
  partial(criterion, { traceparent: parent, outcome, waitMs, serviceMs, round }, result) {
    if (parent === undefined) return;
    const attributes = {
      'medley.criterion': criterion,
      'medley.outcome': outcome,
      'medley.result': result,
      'medley.round': round,
      'medley.wait_ms': waitMs,
      'medley.service_ms': serviceMs,
    };
    tracer.begin(`partial ${criterion}`, { kind: 'consumer', parent, attributes }).end();
  },
  closed(group) {
    const { traceparent: parent, round } = group.request;
    if (parent === undefined) return;
    const atMs = clock.nowMs() - (clock.monotonicMs() - group.receivedAtMs);
    const attributes = { 'medley.missing': missingOf(group), 'medley.round': round };
    tracer.begin('gather', { kind: 'consumer', parent, atMs, attributes }).end();
  },
  fuse({ request: { traceparent: parent, round } }) {
    if (parent === undefined) return undefined;
    return tracer.begin('fuse', { kind: 'internal', parent, attributes: { 'medley.round': round } });
  },
  answer({ request: { traceparent: parent } }, { source, coverage }) {
    if (parent === undefined) return undefined;
    const attributes = { 'medley.source': source, 'medley.coverage': coverage.weight };
    return tracer.begin('answer', { kind: 'producer', parent, attributes });
  },
});
