import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { isTracingOn } from './start-tracing.ts';

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };

test.each([
  ['nothing is set', {}, false],
  ['an endpoint is set', endpoint, true],
  ['one of traces alone is set', { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4318/v1/traces' }, true],
  ['it is set and empty', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }, false],
  ['the SDK is disabled', { ...endpoint, OTEL_SDK_DISABLED: 'TRUE' }, false],
  ['traces go nowhere', { ...endpoint, OTEL_TRACES_EXPORTER: 'none' }, false],
])('where %s', (_, env, expected) => {
  expect(isTracingOn(env)).toBe(expected);
});

const src = new URL('../', import.meta.url).href;
/** What a script says, in a process of its own. */
const run = (script: string, env: Record<string, string>): unknown => {
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', script];
  const output = execFileSync(process.execPath, args, {
    env: { ...env, PATH: process.env.PATH },
    cwd: fileURLToPath(new URL('../../', import.meta.url)),
    encoding: 'utf8',
  });
  return JSON.parse(output);
};

/** What a process loads that has every role in it and starts its traces, by the packages of OpenTelemetry. */
const loadedWith = (env: Record<string, string>): string[] => {
  const script = `
    import { registerHooks } from 'node:module';
    const loaded = new Set();
    registerHooks({ resolve(name, context, next) { if (name.startsWith('@opentelemetry/')) loaded.add(name); return next(name, context); } });
    for (const role of ['gateway', 'aggregator', 'scorer']) await import('${src}' + role + '/' + role + '-process.ts');
    const { startTracing } = await import('${src}runtime/start-tracing.ts');
    const tracer = await startTracing({ role: 'test', instance: 'test', log: console });
    await tracer?.close();
    console.log(JSON.stringify([...loaded]));
  `;
  return run(script, env) as string[];
};

test('off, no package of OpenTelemetry is loaded; on, they are', () => {
  // prom-client asks for the interfaces by itself.
  expect(loadedWith({})).toEqual(['@opentelemetry/api']);
  expect(loadedWith(endpoint)).toContain('@opentelemetry/sdk-trace');
}, 60_000);

test('a collector that takes spans and never answers does not hold up the end of a process', () => {
  const script = `
    import { createServer } from 'node:net';
    const { startTracing } = await import('${src}runtime/start-tracing.ts');
    const server = createServer(() => {});
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = 'http://127.0.0.1:' + server.address().port;
    const said = [];
    const tracer = await startTracing({ role: 'test', instance: 'test', log: { warn: (about) => said.push(about.detail) } });
    tracer.begin('one', { kind: 'internal' }).end();
    const beganMs = performance.now();
    await tracer.close();
    console.log(JSON.stringify({ tookMs: performance.now() - beganMs, said }));
    process.exit(0);
  `;
  const { tookMs, said } = run(script, {}) as { tookMs: number; said: string[] };
  expect(tookMs).toBeLessThan(6_000);
  expect(said).toEqual(['the last were not taken within 2000 ms']);
}, 60_000);
