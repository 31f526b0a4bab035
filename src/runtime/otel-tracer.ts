import { diag, ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { systemClock } from './clock.ts';
import type { Log } from './log.ts';
import { parseTraceparent, traceparentOf } from './traceparent.ts';
import type { Span, SpanOptions, Tracer } from './tracer.ts';

/** The only file that imports OpenTelemetry, and imported only where traces are sent (start-tracing.ts). */

type Env = Readonly<Record<string, string | undefined>>;

const kinds = {
  server: SpanKind.SERVER,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
} as const;

const ratioOf = (text: string | undefined): number => {
  const ratio = Number(text);
  return text !== undefined && ratio >= 0 && ratio <= 1 ? ratio : 1;
};

/** As OTEL_TRACES_SAMPLER names it; what is not known is the default, every trace. */
const samplerOf = (env: Env): Sampler => {
  const [, follows, name] = /^(parentbased_)?(.*)$/.exec(env.OTEL_TRACES_SAMPLER ?? 'parentbased_always_on') ?? [];
  const samplers: Readonly<Record<string, () => Sampler>> = {
    always_off: () => new AlwaysOffSampler(),
    traceidratio: () => new TraceIdRatioBasedSampler(ratioOf(env.OTEL_TRACES_SAMPLER_ARG)),
  };
  const root = samplers[name ?? '']?.() ?? new AlwaysOnSampler();
  return follows === undefined && name !== '' ? root : new ParentBasedSampler({ root });
};

const numberOf = (text: string | undefined, fallback: number): number =>
  text !== undefined && Number(text) > 0 ? Number(text) : fallback;

/** Spans are not worth a stop that takes longer, ms: a collector that does not answer is waited for ten seconds otherwise. */
const closeMs = 2_000;

/** Spans in batches over OTLP/HTTP (protobuf), as the OTEL_* variables say where to. */
export const createOtelTracer = (options: { env: Env; role: string; instance: string; log: Log }): Tracer => {
  const { env, role, instance, log } = options;
  const warn = (message: string): void => log.warn({ event: 'traces-not-sent', detail: message }, 'traces are lost');
  const silent = (): void => {};
  diag.setLogger({ error: warn, warn, info: silent, debug: silent, verbose: silent });
  const processor = new BatchSpanProcessor({
    exporter: new OTLPTraceExporter(),
    scheduledDelayMillis: numberOf(env.OTEL_BSP_SCHEDULE_DELAY, 5_000),
    maxQueueSize: numberOf(env.OTEL_BSP_MAX_QUEUE_SIZE, 2_048),
    maxExportBatchSize: numberOf(env.OTEL_BSP_MAX_EXPORT_BATCH_SIZE, 512),
  });
  const provider = new TracerProvider({
    sampler: samplerOf(env),
    resource: resourceFromAttributes({ 'service.name': `medley-${role}`, 'service.instance.id': instance }).merge(
      detectResources({ detectors: [envDetector] }),
    ),
    spanProcessors: [processor],
  });
  const tracer = provider.getTracer('medley');

  const contextOf = (parent: string | undefined) => {
    const above = parseTraceparent(parent);
    if (above === undefined) return ROOT_CONTEXT;
    const { traceId, spanId, sampled } = above;
    const traceFlags = sampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
    return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
  };

  return {
    begin(name, { kind, parent, atMs, attributes }: SpanOptions): Span {
      const spanOptions = {
        kind: kinds[kind],
        ...(atMs === undefined ? {} : { startTime: atMs }),
        ...(attributes === undefined ? {} : { attributes }),
      };
      const span = tracer.startSpan(name, spanOptions, contextOf(parent));
      const { traceId, spanId } = span.spanContext();
      return {
        traceparent: span.isRecording() ? traceparentOf({ traceId, spanId, sampled: true }) : undefined,
        end(more, error) {
          if (more !== undefined) span.setAttributes(more);
          if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
          span.end();
        },
      };
    },
    async close() {
      const { promise: overdue, resolve } = Promise.withResolvers<void>();
      const cancel = systemClock.setTimer(closeMs, () => {
        warn(`the last were not taken within ${closeMs} ms`);
        resolve();
      });
      await Promise.race([provider.shutdown().catch((error: unknown) => warn(String(error))), overdue]);
      cancel();
    },
  };
};
