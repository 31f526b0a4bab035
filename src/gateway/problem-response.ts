import type { ErrorRequestHandler, Response } from 'express';
import { type ProblemCode, ProblemError, problems } from '../contract/errors.ts';
import type { Problem } from '../contract/http.ts';
import { limits } from '../contract/limits.ts';
import type { Log } from '../runtime/log.ts';
import { StoreUnavailableError } from '../store/port.ts';
import { arrivalOf } from './arrival.ts';

/** Errors as RFC 9457 problem details. */
export const problemOf = (error: ProblemError, requestId: string | undefined): Problem => {
  const { status, title } = problems[error.code];
  return {
    type: `/docs/errors#${error.code}`,
    code: error.code,
    title,
    status,
    detail: error.message,
    ...(error.errors.length === 0 ? {} : { errors: [...error.errors] }),
    ...(requestId === undefined ? {} : { requestId }),
  };
};

export const sendProblem = (response: Response, error: ProblemError): void => {
  const problem = problemOf(error, arrivalOf(response)?.id);
  if (error.retryAfterS !== undefined) response.set('Retry-After', String(error.retryAfterS));
  response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
};

/** What the body parser and the router say, by the `type` or status of their errors. */
const foreign: Readonly<Record<string, readonly [ProblemCode, string]>> = {
  'entity.too.large': ['body-too-large', `The body has more than ${limits.bodyBytes} bytes.`],
  'encoding.unsupported': ['unsupported-media-type', 'The body has a Content-Encoding that is not taken.'],
  'charset.unsupported': ['unsupported-media-type', 'The body must be UTF-8.'],
  'request.size.invalid': ['invalid-json', 'The body is not as long as its Content-Length says.'],
};

const asProblem = (error: unknown): ProblemError | undefined => {
  if (error instanceof ProblemError) return error;
  if (error instanceof StoreUnavailableError) {
    return new ProblemError('store-unavailable', 'The store does not answer; try again.', {
      retryAfterS: 1,
      cause: error,
    });
  }
  if (!(error instanceof Error)) return undefined;
  const { type, status } = error as Error & { type?: string; status?: number };
  const known = type === undefined ? undefined : foreign[type];
  if (known !== undefined) return new ProblemError(known[0], known[1], { cause: error });
  if (type === 'entity.parse.failed') return new ProblemError('invalid-json', `${error.message}.`, { cause: error });
  if (status !== undefined && status >= 400 && status < 500) {
    return new ProblemError('invalid-parameter', `${error.message}.`, { cause: error });
  }
  return undefined;
};

/** The last handler: every error leaves as a problem; what nobody expected is logged and says nothing of itself. */
export const problemHandler =
  (log: Log): ErrorRequestHandler =>
  (error, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const problem = asProblem(error);
    if (problem === undefined)
      log.error({ event: 'request-failed', requestId: arrivalOf(response)?.id, err: error }, 'unexpected error');
    sendProblem(response, problem ?? new ProblemError('internal', 'The log of this gateway has the cause.'));
  };
