import { expect, test } from '@jest/globals';
import type { Measured } from './closed-loop.ts';
import { median, percentile } from './percentile.ts';
import { ratiosOf, renderTables, rowsOf } from './summary.ts';

const measured = (goodPerSecond: number, other: Readonly<Record<string, number>> = {}): Measured => ({
  callers: 1,
  good: goodPerSecond,
  other,
  goodPerSecond,
  p50Ms: 1,
  p95Ms: 2,
  p99Ms: 3,
  overSlowestMs: 0.5,
  cpuMs: 0.1,
});

const results = new Map([
  [
    '128 callers',
    new Map([
      ['medley', [measured(300), measured(100, { 'source popular': 2 }), measured(200, { 'source popular': 1 })]],
      ['http', [measured(100), measured(100), measured(100)]],
    ]),
  ],
]);

test('a percentile is the nearest rank', () => {
  const sorted = Array.from({ length: 100 }, (_, at) => at + 1);
  expect([0.5, 0.95, 0.99, 1].map((share) => percentile(sorted, share))).toEqual([50, 95, 99, 100]);
  expect(percentile([7], 0.5)).toBe(7);
  expect(percentile([], 0.5)).toBeNaN();
});

test('the median of an even number of values is the mean of the two in the middle', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNaN();
});

test('a row holds medians over the rounds, and what was not good apart', () => {
  expect(rowsOf(results)[0]).toMatchObject({
    system: 'medley',
    goodPerSecond: 200,
    spread: [0.5, 1.5],
    good: 600,
    other: { 'source popular': 3 },
  });
});

test('a ratio compares the two systems round by round', () => {
  expect(ratiosOf(results)).toEqual([
    { pass: '128 callers', of: 'medley', to: 'http', median: 2, lowest: 1, highest: 3 },
  ]);
});

test('the tables name what was not good', () => {
  expect(renderTables(rowsOf(results), ratiosOf(results))).toContain('3 × source popular');
});
