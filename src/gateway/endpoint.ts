import express, { type Express, type Request, type Response } from 'express';
import { ProblemError } from '../contract/errors.ts';
import { limits } from '../contract/limits.ts';

export type Handle = (request: Request, response: Response) => Promise<void> | void;
type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/**
 * Puts one address on the app with the methods it takes; every other method is a 405 that names them.
 *
 * @param path as express writes it; it is the label of the metrics as well
 */
export const endpoint = (app: Express, path: string, methods: Partial<Record<Method, Handle>>): void => {
  const allowed = Object.keys(methods).flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  app.all(path, (request, response) => {
    response.locals.route = path;
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const handle = Object.hasOwn(methods, method) ? methods[method as Method] : undefined;
    if (handle !== undefined) return handle(request, response);
    response.set('Allow', allowed.join(', '));
    throw new ProblemError('method-not-allowed', `${path} takes ${allowed.join(', ')}.`);
  });
};

const parseJson = express.json({ limit: limits.bodyBytes, strict: false, type: () => true });

const hasBody = (request: Request): boolean =>
  request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;

/** No body that means anything has more; checking hundreds of thousands of names would hold up every other caller. */
const mostFields = 1_000;
const mostDepth = 64;

const isModest = (value: unknown, depth = 0): boolean => {
  if (typeof value !== 'object' || value === null) return true;
  if (depth === mostDepth) return false;
  if (Array.isArray(value)) return value.every((inner) => isModest(inner, depth + 1));
  const fields = Object.values(value);
  return fields.length <= mostFields && fields.every((inner) => isModest(inner, depth + 1));
};

/**
 * The body as JSON; `undefined` where there is none. Read by the handlers that take one, so that a wrong address says so first.
 *
 * @throws ProblemError `unsupported-media-type`, `invalid-body` where it has no end in breadth or depth, and what the body
 * parser throws
 */
export const readJson = async (request: Request, response: Response): Promise<unknown> => {
  if (!hasBody(request)) return undefined;
  if (!request.is('application/json')) {
    const given = request.headers['content-type'] ?? 'no Content-Type';
    throw new ProblemError('unsupported-media-type', `The body has ${given}; send it as application/json.`);
  }
  await new Promise<void>((resolve, reject) => {
    parseJson(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(error)));
  });
  if (isModest(request.body)) return request.body;
  const detail = `No object may have more than ${mostFields} fields, and nothing lie ${mostDepth} levels deep.`;
  throw new ProblemError('invalid-body', detail);
};

/** A path parameter: exactly one text. */
export const pathText = (request: Request, name: string): string => {
  const value = request.params[name];
  return typeof value === 'string' ? value : '';
};
