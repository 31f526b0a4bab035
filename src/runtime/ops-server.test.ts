import { afterEach, describe, expect, test } from '@jest/globals';
import { silentLog } from './log.ts';
import { createMetrics, noMetrics } from './metrics.ts';
import { type OpsServer, type OpsServerOptions, startOpsServer } from './ops-server.ts';

const servers: OpsServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

const setUp = async (options: Partial<OpsServerOptions> = {}) => {
  const server = await startOpsServer({
    port: 0,
    host: '127.0.0.1',
    health: () => ({ ok: true }),
    ready: () => ({ ok: false, detail: 'waits for facts to be published' }),
    metrics: noMetrics,
    log: silentLog,
    ...options,
  });
  servers.push(server);
  return { get: (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${server.port}${path}`, init) };
};

describe('the ops server', () => {
  test('answers 200 when healthy and 503 with the reason while not ready', async () => {
    const { get } = await setUp();
    expect((await get('/healthz')).status).toBe(200);
    const ready = await get('/readyz');
    expect(ready.status).toBe(503);
    expect(await ready.json()).toEqual({ ok: false, detail: 'waits for facts to be published' });
  });

  test('shows the metrics of the process', async () => {
    const metrics = createMetrics({ processMetrics: false });
    metrics.count('medley_scorer_split_requests_total', { criterion: 'genres' }, 3);
    const response = await (await setUp({ metrics })).get('/metrics');
    expect(response.headers.get('content-type')).toBe(metrics.contentType);
    expect(await response.text()).toContain('medley_scorer_split_requests_total{criterion="genres"} 3');
  });

  test.each([
    ['/', undefined, 404],
    ['/constructor', undefined, 404],
    ['/metrics', { method: 'POST' }, 405],
  ])('refuses %s %j', async (path, init, status) => {
    expect((await (await setUp()).get(path, init)).status).toBe(status);
  });

  test('leaves what is not its own to the process, and is 404 where that does not know it either', async () => {
    const also: OpsServerOptions['also'] = async (path, _request, response) => {
      if (path === '/internal/more') response.end('more');
      return path === '/internal/more';
    };
    const { get } = await setUp({ also });
    expect(await (await get('/internal/more')).text()).toBe('more');
    expect((await get('/internal/other')).status).toBe(404);
  });

  test('answers 500 and lives on when the metrics fail', async () => {
    const metrics = { ...noMetrics, text: () => Promise.reject(new Error('no')) };
    const { get } = await setUp({ metrics });
    expect((await get('/metrics')).status).toBe(500);
    expect((await get('/healthz')).status).toBe(200);
  });
});
