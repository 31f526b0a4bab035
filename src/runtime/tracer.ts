/**
 * Traces, as the rooms see them: what OpenTelemetry makes of it is in otel-tracer.ts, loaded only where traces are sent.
 *
 * Off, there is no tracer (null): nobody asks the time, makes an object or loads a package for it. A request that is not
 * sampled has no `traceparent`, and whoever gets it makes no span.
 */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanOptions {
  kind: 'server' | 'producer' | 'consumer' | 'internal';
  /** The span above it, as a W3C traceparent; none, or one that can't be read: a new trace. */
  parent?: string | undefined;
  /** When it began, Unix ms; default now. */
  atMs?: number;
  attributes?: Attributes;
}

export interface Span {
  /** This span for those below it, in this process or another; undefined where the trace is not sampled. */
  readonly traceparent: string | undefined;
  /** @param error What went wrong, as a sentence */
  end(attributes?: Attributes, error?: string): void;
}

export interface Tracer {
  begin(name: string, options: SpanOptions): Span;
  /** Sends what is left; for the end of the process. Never rejects. */
  close(): Promise<void>;
}
