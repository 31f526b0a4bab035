import { expect, test } from '@jest/globals';
import { parseTraceparent, traceparentOf } from './traceparent.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';

test.each([
  [`00-${traceId}-${spanId}-01`, { traceId, spanId, sampled: true }],
  [`00-${traceId}-${spanId}-00`, { traceId, spanId, sampled: false }],
  [`00-${traceId}-${spanId}-03`, { traceId, spanId, sampled: true }],
  [`cc-${traceId}-${spanId}-01-what.the-future-will-be-like`, { traceId, spanId, sampled: true }],
  [`ff-${traceId}-${spanId}-01`, undefined],
  [`00-${traceId}-${spanId}-01-more`, undefined],
  [`00-${'0'.repeat(32)}-${spanId}-01`, undefined],
  [`00-${traceId}-${'0'.repeat(16)}-01`, undefined],
  [`00-${traceId.toUpperCase()}-${spanId}-01`, undefined],
  [`00-${traceId}-${spanId}`, undefined],
  ['', undefined],
  [undefined, undefined],
])('%s is read as the standard says', (text, expected) => {
  expect(parseTraceparent(text)).toEqual(expected);
});

test('what is written is read back', () => {
  for (const sampled of [true, false]) {
    expect(parseTraceparent(traceparentOf({ traceId, spanId, sampled }))).toEqual({ traceId, spanId, sampled });
  }
});
