import { expect, test } from '@jest/globals';
import { createBackoff, fullJitterMs } from './backoff.ts';

test.each([
  [0, 100],
  [1, 200],
  [5, 3_200],
  [6, 5_000],
  [10_000, 5_000],
])('attempt %i waits less than %i ms', (attempt, boundMs) => {
  expect(fullJitterMs(attempt, () => 0)).toBe(0);
  expect(fullJitterMs(attempt, () => 0.5)).toBe(boundMs / 2);
  expect(fullJitterMs(attempt, () => 0.999999)).toBe(boundMs);
});

test('waits grow while successes do not last, and start again after one that did', () => {
  let now = 0;
  const backoff = createBackoff({ random: () => 0.5, monotonicMs: () => now });
  const waits = [backoff.nextDelayMs(), backoff.nextDelayMs()];
  backoff.succeeded();
  now += 4_999;
  waits.push(backoff.nextDelayMs());
  backoff.succeeded();
  now += 5_000;
  waits.push(backoff.nextDelayMs());
  expect(waits).toEqual([50, 100, 200, 50]);
});
