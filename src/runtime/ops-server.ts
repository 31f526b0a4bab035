import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';

/** The port every process answers on beside its work: `/healthz`, `/readyz`, `/metrics`. */

export interface OpsStatus {
  ok: boolean;
  /** Anything worth telling a person; becomes JSON. */
  detail?: unknown;
}

export interface OpsServerOptions {
  /** 0 takes a free one. */
  port: number;
  /** Default: all interfaces, since kubelet and Prometheus come from outside. */
  host?: string;
  /** False: a restart would mend it. Never depends on the broker. */
  health: () => OpsStatus;
  /** False: send it no work for now. */
  ready: () => OpsStatus;
  /** More that is for the cluster alone: answers what is its own and says so, else leaves it. */
  also?: (path: string, request: IncomingMessage, response: ServerResponse) => Promise<boolean>;
  metrics: Metrics;
  log: Log;
}

export interface OpsServer {
  port: number;
  stop(): Promise<void>;
}

const answer = (response: ServerResponse, status: number, body: { type: string; text: string }): void => {
  response.writeHead(status, { 'content-type': body.type, 'cache-control': 'no-store' });
  response.end(body.text);
};

const answerStatus = (response: ServerResponse, { ok, detail }: OpsStatus): void =>
  answer(response, ok ? 200 : 503, { type: 'application/json', text: JSON.stringify({ ok, detail: detail ?? null }) });

/** Rejects when the port is taken. */
export const startOpsServer = async (options: OpsServerOptions): Promise<OpsServer> => {
  const { metrics, log } = options;
  const routes: Readonly<Record<string, (response: ServerResponse) => unknown>> = {
    '/healthz': (response) => answerStatus(response, options.health()),
    '/readyz': (response) => answerStatus(response, options.ready()),
    '/metrics': async (response) => answer(response, 200, { type: metrics.contentType, text: await metrics.text() }),
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    const readable = request.method === 'GET' || request.method === 'HEAD';
    if (!readable) return answer(response, 405, { type: 'text/plain', text: 'method not allowed\n' });
    if (route !== undefined) await route(response);
    else if (!(await options.also?.(path, request, response))) {
      answer(response, 404, { type: 'text/plain', text: 'not found\n' });
    }
  };

  const server = createServer((request, response) => {
    serve(request, response).catch((cause: unknown) => {
      log.error({ err: cause, path: request.url }, 'ops request failed');
      if (!response.headersSent) answer(response, 500, { type: 'text/plain', text: 'failed\n' });
      else response.end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: options.port, host: options.host }, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
