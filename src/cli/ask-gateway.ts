import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../contract/answer.ts';
import type { Problem } from '../contract/http.ts';

/** Asks a running gateway over HTTP, as any client would. */

/** A gateway that can't be reached, or that refuses; the message is a sentence. Blast radius: the question. */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
}

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Longer than any interactive deadline: what takes so long is no gateway. */
const patienceMs = 40_000;

const refusalOf = (status: number, text: string): GatewayError => {
  try {
    const { code, detail, errors = [] } = JSON.parse(text) as Problem;
    const places = errors.map((one) => `\n  - ${one.pointer === '' ? '/' : one.pointer}: ${one.detail}`).join('');
    return new GatewayError(`${status} ${code}: ${detail}${places}`);
  } catch {
    return new GatewayError(`${status}: ${text.slice(0, 200)}`);
  }
};

const reasonOf = (cause: unknown): string => {
  if (!(cause instanceof Error)) return String(cause);
  if (cause.name === 'TimeoutError') return `nothing came for ${patienceMs / 1_000} s`;
  const inner = cause.cause;
  return inner instanceof Error && inner.message !== '' ? inner.message : cause.message;
};

const exchange = async (request: { base: string; path: string; init?: RequestInit }, fetch: Fetch): Promise<Answer> => {
  const { base, path, init = {} } = request;
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${base}${path}`, { ...init, signal: AbortSignal.timeout(patienceMs) });
    text = await response.text();
  } catch (cause) {
    throw new GatewayError(`no gateway answers at ${base} (${reasonOf(cause)}); is medley up running there?`, {
      cause,
    });
  }
  if (!response.ok) throw refusalOf(response.status, text);
  try {
    return JSON.parse(text) as Answer;
  } catch (cause) {
    throw new GatewayError(`what answers at ${base} is no gateway of Medley: it sent no JSON`, { cause });
  }
};

/**
 * Posts a recommendation request.
 *
 * @throws GatewayError with the problem's code and detail where the gateway refuses, or nobody answers
 */
export const askGateway = (base: string, body: object, fetch: Fetch = globalThis.fetch): Promise<Answer> => {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  return exchange({ base, path: '/v1/recommendations', init }, fetch);
};

/** Asks for a user as a browser would. @throws GatewayError as `askGateway` */
export const askForUser = (
  base: string,
  question: { user: string; recommender: string; k: number },
  fetch: Fetch = globalThis.fetch,
): Promise<Answer> => {
  const query = new URLSearchParams({ recommender: question.recommender, k: String(question.k) });
  const path = `/v1/users/${encodeURIComponent(question.user)}/recommendations?${query}`;
  return exchange({ base, path }, fetch);
};

const isWhole = ({ complete, source }: Answer): boolean => complete && source === 'fresh';

/** Asks until an answer is fresh and whole (scorers may still be loading their models), or the patience is over. */
export const firstWholeAnswer = async (
  ask: () => Promise<Answer>,
  options: {
    tries: number;
    pauseMs: number;
    pause?: (ms: number) => Promise<unknown>;
    isOver?: () => boolean;
    /** Whether an answer ends the asking; absent: fresh and whole ones do. */
    enough?: (answer: Answer) => boolean;
  },
): Promise<Answer> => {
  const { tries, pauseMs, pause = sleep, isOver = () => false, enough = isWhole } = options;
  let last: { answer: Answer } | { error: unknown } = { error: new Error('never asked') };
  for (let turn = 0; turn < tries && !isOver(); turn += 1) {
    if (turn > 0) await pause(pauseMs);
    last = await ask().then(
      (answer) => ({ answer }),
      (error: unknown) => ({ error }),
    );
    if ('answer' in last && enough(last.answer)) break;
  }
  if ('error' in last) throw last.error;
  return last.answer;
};
