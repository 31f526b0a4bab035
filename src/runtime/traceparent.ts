/** A span as W3C Trace Context writes it: version, trace, span, flags. https://www.w3.org/TR/trace-context/#traceparent-header */
export interface SpanId {
  traceId: string;
  spanId: string;
  sampled: boolean;
}

const pattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const sampledFlag = 1;
const isZero = (id: string): boolean => /^0+$/.test(id);

/** Undefined where it can't be read: a trace is never worth a refusal. Later versions may have more at their end. */
export const parseTraceparent = (text: string | undefined): SpanId | undefined => {
  const [, version, traceId, spanId, flags, more] = pattern.exec(text ?? '') ?? [];
  if (version === undefined || traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  if (isZero(traceId) || isZero(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & sampledFlag) !== 0 };
};

export const traceparentOf = ({ traceId, spanId, sampled }: SpanId): string =>
  `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
