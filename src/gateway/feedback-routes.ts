import { createHash } from 'node:crypto';
import type { Express } from 'express';
import { ProblemError } from '../contract/errors.ts';
import { feedbackEntrySchema, feedbackRequestSchema } from '../contract/http.ts';
import type { FeedbackEvent } from '../contract/item.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { FeedbackStore, StoredEvent } from '../store/port.ts';
import { endpoint, readJson } from './endpoint.ts';
import { type Fault, parseEach, parseInput, sentenceOf } from './parse-input.ts';

/** Clocks of callers are not exact; what lies further ahead would stay a user's newest event for as long. */
const clockSkewMs = 5 * 60_000;
const stars = { least: 0.5, most: 5 } as const;

/** What one event says by itself and the schema can't: none, or one fault. */
const faultOf = (event: FeedbackEvent, nowMs: number): (Omit<Fault, 'pointer'> & { field: string }) | undefined => {
  if (event.atMs !== undefined && event.atMs > nowMs + clockSkewMs) {
    return { field: 'atMs', detail: 'lies in the future; it is Unix time in milliseconds' };
  }
  if (event.type !== 'rate') return undefined;
  if (event.value === undefined) return { field: 'value', detail: 'a rating needs its stars' };
  if (event.value >= stars.least && event.value <= stars.most) return undefined;
  return { field: 'value', detail: `stars go from ${stars.least} to ${stars.most}` };
};

/** The same event sent twice without an id is one event. */
const idOf = (event: { user: string; item: string; type: string; atMs: number }): string =>
  createHash('sha256')
    .update(JSON.stringify([event.user, event.item, event.type, event.atMs]))
    .digest('hex')
    .slice(0, 32);

/** Events as kept. @throws ProblemError that names every bad one; then none is taken */
export const storedEvents = (values: readonly unknown[], nowMs: number): StoredEvent[] => {
  const events = parseEach(feedbackEntrySchema, values, '/events');
  const faults = events.flatMap((event, index) => {
    const fault = faultOf(event, nowMs);
    return fault === undefined ? [] : [{ pointer: `/events/${index}/${fault.field}`, detail: fault.detail }];
  });
  if (faults.length > 0) throw new ProblemError('invalid-body', sentenceOf(faults), { errors: faults });
  return events.map(({ id, user, item, type, value, atMs = nowMs }) => ({
    id: id ?? idOf({ user, item, type, atMs }),
    user,
    item,
    type,
    value: value ?? null,
    atMs,
  }));
};

export const addFeedbackRoutes = (
  app: Express,
  routes: { feedback: Pick<FeedbackStore, 'add'>; nowMs(): number; metrics: Metrics },
): void => {
  const { feedback, nowMs, metrics } = routes;
  const count = (result: string, by: number): void => {
    if (by > 0) metrics.count('medley_gateway_feedback_events_total', { result }, by);
  };

  endpoint(app, '/v1/feedback', {
    async POST(request, response) {
      const { events } = parseInput(feedbackRequestSchema, await readJson(request, response));
      try {
        const outcome = await feedback.add(storedEvents(events, nowMs()));
        count('added', outcome.added);
        count('duplicate', outcome.duplicates);
        response.json(outcome);
      } catch (error) {
        count(error instanceof ProblemError ? 'refused' : 'failed', events.length);
        throw error;
      }
    },
  });
};
