import type { Log } from './log.ts';
import type { Tracer } from './tracer.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Whether traces are sent: where an OTLP endpoint is set, unless they are turned off in a standard way.
 * The variables are those of the OpenTelemetry specification; docs/observability.md lists those that are heeded.
 */
export const isTracingOn = (env: Env): boolean => {
  const endpoint = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || env.OTEL_EXPORTER_OTLP_ENDPOINT || '';
  return endpoint !== '' && env.OTEL_SDK_DISABLED?.toLowerCase() !== 'true' && env.OTEL_TRACES_EXPORTER !== 'none';
};

/**
 * Null where traces are off: then no package of OpenTelemetry is loaded.
 *
 * @param process.role Names the service, `medley-gateway`, unless OTEL_SERVICE_NAME does
 * @param env What the exporter reads as well, which asks the process for it
 */
export const startTracing = async (
  process: { role: string; instance: string; log: Log },
  env: Env = globalThis.process.env,
): Promise<Tracer | null> => {
  if (!isTracingOn(env)) return null;
  const { createOtelTracer } = await import('./otel-tracer.ts');
  return createOtelTracer({ env, ...process });
};
