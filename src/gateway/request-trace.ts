import type { Response } from 'express';
import type { Answer } from '../contract/answer.ts';
import type { Tracer } from '../runtime/tracer.ts';

/** The span of one HTTP request that recommends, from its caller's trace where it has one. */
export interface RequestTrace {
  readonly traceparent: string | undefined;
  /** Ends the span where it fails. */
  during<T>(act: () => Promise<T>): Promise<T>;
  answered(answer: Answer): void;
  accepted(id: string): void;
}

/** Null where traces are off. */
export const beginRequest = (tracer: Tracer | null, response: Response, recommender: string): RequestTrace | null => {
  if (tracer === null) return null;
  const { req: request } = response;
  const route = String(response.locals.route ?? '');
  const span = tracer.begin(`${request.method} ${route}`, {
    kind: 'server',
    parent: request.get('traceparent'),
    attributes: {
      'http.request.method': request.method,
      'http.route': route,
      'medley.recommender': recommender,
    },
  });
  return {
    traceparent: span.traceparent,
    async during(act) {
      try {
        return await act();
      } catch (error) {
        span.end({}, error instanceof Error ? error.message : String(error));
        throw error;
      }
    },
    answered({ requestId, source, complete, coverage, plan, timings }) {
      const missing = coverage.criteria
        .filter(({ outcome }) => outcome !== 'scored' && outcome !== 'abstained')
        .map(({ criterion, outcome }) => `${criterion}=${outcome}`);
      span.end({
        'http.response.status_code': 200,
        'medley.request_id': requestId,
        'medley.source': source,
        'medley.complete': complete,
        'medley.coverage': coverage.weight,
        'medley.missing': missing.join(','),
        'medley.plan_version': plan.version,
        'medley.deadline_ms': timings.deadlineMs,
      });
    },
    accepted(id) {
      span.end({ 'http.response.status_code': 202, 'medley.request_id': id });
    },
  };
};
