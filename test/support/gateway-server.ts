import { request as httpRequest } from 'node:http';
import type { Answer } from '../../src/contract/answer.ts';
import { ProblemError } from '../../src/contract/errors.ts';
import type { RecommendationRequest } from '../../src/contract/http.ts';
import { createApp } from '../../src/gateway/http-app.ts';
import { listen } from '../../src/gateway/http-server.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { createSqliteStore } from '../../src/store/sqlite-store.ts';
import { answerTo, bookOf, createCountingMetrics, sampleCoverage } from './gateway-parts.ts';
import { requestId, samplePlan } from './gathering-samples.ts';

/** The gateway's HTTP on a real port over a store in memory, with an asker that answers everything. */

export interface RawResponse {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: string;
}

/** What `fetch` would not let a test send: odd methods, headers and paths, exactly as given. */
export interface RawRequest {
  method?: string;
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | Buffer;
}

export const startGatewayServer = async () => {
  const store = await createSqliteStore({ path: ':memory:', clock: systemClock, log: silentLog });
  const metrics = createCountingMetrics();
  const asked: RecommendationRequest[] = [];
  const accepted: { request: RecommendationRequest; id: string }[] = [];
  const forgotten: string[] = [];
  const state = { notReady: null as string | null };
  let ids = 0;
  const answer = (request: RecommendationRequest, id: string): Answer =>
    answerTo(
      { ask: { id, recommender: request.recommender, subject: { kind: 'user', id: request.user ?? '-' } } as never },
      {
        coverage: {
          weight: 0.5,
          criteria: [
            sampleCoverage(),
            sampleCoverage({ criterion: 'turtle', outcome: 'late', elapsedMs: null, waitMs: null, serviceMs: null }),
          ],
        },
      },
    );
  const app = createApp({
    asker: {
      async ask(request, arrival) {
        asked.push(request);
        if (request.recommender === 'nobody') throw new ProblemError('unknown-recommender', 'There is none.');
        if (request.recommender === 'busy') throw new ProblemError('overloaded', 'Too many.', { retryAfterS: 7 });
        if (request.recommender === 'broken') throw new TypeError('a secret of the house');
        return answer(request, arrival.id);
      },
    },
    durable: {
      async accept(request, id) {
        accepted.push({ request, id });
        if (request.k === 66) throw new ProblemError('idempotency-conflict', 'Another body.');
        return { id, state: 'pending', acceptedAtMs: 1, deadlineAtMs: 2 };
      },
    },
    store,
    plans: bookOf(samplePlan()),
    forgetUser: (id) => void forgotten.push(id),
    notReady: () => state.notReady,
    clock: systemClock,
    log: silentLog,
    metrics,
    randomId: () => {
      ids += 1;
      return requestId(ids);
    },
  });
  const server = await listen(app, { host: '127.0.0.1', port: 0 });
  const send = ({ method = 'GET', path, headers = {}, body }: RawRequest): Promise<RawResponse> =>
    new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: server.port, method, path, headers, agent: false };
      const outgoing = httpRequest(options, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('end', () =>
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        );
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  const sendJson = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const json = { 'content-type': 'application/json', ...headers };
    const text = body === undefined ? undefined : JSON.stringify(body);
    const response = await send({ method, path, headers: json, ...(text === undefined ? {} : { body: text }) });
    return { ...response, json: response.body === '' ? undefined : (JSON.parse(response.body) as unknown) };
  };
  return {
    ...{ store, metrics, asked, accepted, forgotten, state, server, send, sendJson },
    async stop() {
      await server.stop(1_000);
      await store.close();
    },
  };
};

export type GatewayServer = Awaited<ReturnType<typeof startGatewayServer>>;
