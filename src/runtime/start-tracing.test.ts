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

/** What a process loads that has every role in it and starts its traces, by the packages of OpenTelemetry. */
const loadedWith = (env: Record<string, string>): string[] => {
  const src = new URL('../', import.meta.url).href;
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
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', script];
  const output = execFileSync(process.execPath, args, {
    env: { ...env, PATH: process.env.PATH },
    cwd: fileURLToPath(new URL('../../', import.meta.url)),
    encoding: 'utf8',
  });
  return JSON.parse(output) as string[];
};

test('off, no package of OpenTelemetry is loaded; on, they are', () => {
  // prom-client asks for the interfaces by itself.
  expect(loadedWith({})).toEqual(['@opentelemetry/api']);
  expect(loadedWith(endpoint)).toContain('@opentelemetry/sdk-trace');
}, 60_000);
