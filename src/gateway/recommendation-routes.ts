import type { Express, Request, Response } from 'express';
import type { Answer } from '../contract/answer.ts';
import { ProblemError } from '../contract/errors.ts';
import { type RecommendationRequest, recommendationRequestSchema } from '../contract/http.ts';
import { entityIdSchema, requestIdSchema } from '../contract/primitives.ts';
import type { Tracer } from '../runtime/tracer.ts';
import type { AnswerStore } from '../store/port.ts';
import { arrivalOf } from './arrival.ts';
import type { Asker } from './asker.ts';
import { type Durable, idOfKey } from './durable.ts';
import { endpoint, pathText, readJson } from './endpoint.ts';
import { parseInput } from './parse-input.ts';
import { requestFromQuery } from './query-request.ts';
import { beginRequest } from './request-trace.ts';
import { serverTimingOf } from './server-timing.ts';

export interface RecommendationRoutes {
  asker: Pick<Asker, 'ask'>;
  durable: Durable;
  answers: Pick<AnswerStore, 'get'>;
  nowMs(): number;
  /** Null: traces are off. */
  tracer: Tracer | null;
}

const maxKeyLength = 255;

const wantsAsync = (request: Request): boolean =>
  (request.get('Prefer') ?? '').split(/[,;]/).some((one) => one.trim().toLowerCase() === 'respond-async');

const keyOf = (request: Request): string | undefined => {
  const key = request.get('Idempotency-Key');
  if (key === undefined || (key.length > 0 && key.length <= maxKeyLength)) return key;
  const detail = `Idempotency-Key must have 1 to ${maxKeyLength} characters.`;
  throw new ProblemError('invalid-parameter', detail, { errors: [{ pointer: '/Idempotency-Key', detail }] });
};

/** An id in the path, as the catalogue has it. */
export const idInPath = (request: Request): string =>
  parseInput(entityIdSchema, pathText(request, 'id'), 'invalid-parameter', '/id');

/** What recommends: at once, or later under an address of its own. */
export const addRecommendationRoutes = (app: Express, routes: RecommendationRoutes): void => {
  const answer = async (response: Response, request: RecommendationRequest): Promise<void> => {
    const arrival = arrivalOf(response);
    if (arrival === undefined) throw new TypeError('the arrival was not noted');
    const trace = beginRequest(routes.tracer, response, request.recommender);
    if (trace === null) {
      sendAnswer(response, await routes.asker.ask(request, arrival));
      return;
    }
    const given = await trace.during(() => routes.asker.ask(request, { ...arrival, traceparent: trace.traceparent }));
    sendAnswer(response, given);
    trace.answered(given);
  };

  const accept = async (request: Request, response: Response, body: RecommendationRequest): Promise<void> => {
    const key = keyOf(request);
    const id = key === undefined ? (arrivalOf(response)?.id ?? '') : idOfKey(key);
    const trace = beginRequest(routes.tracer, response, body.recommender);
    const accepting = (): ReturnType<Durable['accept']> => routes.durable.accept(body, id, trace?.traceparent);
    const status = await (trace === null ? accepting() : trace.during(accepting));
    trace?.accepted(id);
    response
      .status(202)
      .set({ Location: `/v1/answers/${id}`, 'Preference-Applied': 'respond-async', 'X-Request-Id': id })
      .json(status);
  };

  endpoint(app, '/v1/recommendations', {
    async POST(request, response) {
      const body = parseInput(recommendationRequestSchema, await readJson(request, response));
      await (wantsAsync(request) ? accept(request, response, body) : answer(response, body));
    },
  });
  endpoint(app, '/v1/users/:id/recommendations', {
    GET: (request, response) => answer(response, requestFromQuery(request.query, { user: idInPath(request) })),
  });
  endpoint(app, '/v1/items/:id/similar', {
    GET: (request, response) =>
      answer(response, requestFromQuery(request.query, { item: idInPath(request), recommender: 'more-like-this' })),
  });
  endpoint(app, '/v1/answers/:id', {
    async GET(request, response) {
      const id = parseInput(requestIdSchema, pathText(request, 'id'), 'invalid-parameter', '/id');
      const status = await routes.answers.get(id, routes.nowMs());
      if (status === null) throw new ProblemError('unknown-answer', `No request was accepted under ${id}.`);
      if (status.state === 'pending') response.set('Retry-After', '1');
      response.json(status);
    },
  });
};

const sendAnswer = (response: Response, answer: Answer): void => {
  response.set('Server-Timing', serverTimingOf(answer)).json(answer);
};
