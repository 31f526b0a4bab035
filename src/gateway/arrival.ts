import type { RequestHandler, Response } from 'express';
import type { Clock } from '../contract/clock.ts';

/** When a request came in, from which its one deadline counts, and the id it is known by everywhere. */
export interface Arrival {
  /** 128 random bits as 32 lower-case hexadecimal digits. */
  id: string;
  /** Monotonic ms. */
  atMs: number;
  /** The span of this request, where it is traced. */
  traceparent?: string | undefined;
}

export const noteArrival =
  (clock: Clock, randomId: () => string): RequestHandler =>
  (_request, response, next) => {
    const arrival: Arrival = { id: randomId(), atMs: clock.monotonicMs() };
    response.locals.arrival = arrival;
    response.set('X-Request-Id', arrival.id);
    next();
  };

/** Undefined only where the request never came as far as `noteArrival`. */
export const arrivalOf = (response: Response): Arrival | undefined => response.locals.arrival as Arrival | undefined;
