import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createRandom } from '../../../test/support/elasticity/trace.ts';
import { steadyRate } from './steady-rate.ts';

const repeat = (count: number, times: number): number[] => Array.from({ length: times }, () => count);

test.each([
  { name: 'nothing known', perSecond: [], rate: null },
  { name: 'one second known', perSecond: [7], rate: 7 },
  { name: 'silence', perSecond: repeat(0, 30), rate: 0 },
  { name: 'the same each second', perSecond: repeat(20, 30), rate: 20 },
  { name: 'a step up, one second ago', perSecond: [200, ...repeat(20, 29)], rate: 200 },
  { name: 'a step up, half a second before the last whole one', perSecond: [200, 110, ...repeat(20, 28)], rate: 200 },
  { name: 'a step down, one second ago', perSecond: [20, ...repeat(200, 29)], rate: 20 },
  {
    name: 'a step down that has left its last traces in the oldest second',
    perSecond: [...repeat(20, 22), 150],
    rate: 20,
  },
  { name: 'a second held up, told of with the next', perSecond: [400, 0, ...repeat(200, 28)], rate: 200 },
  { name: 'three seconds held up', perSecond: [760, 20, 10, 10, ...repeat(200, 26)], rate: 200 },
  { name: 'a step that begins with a pause', perSecond: [200, 200, 10, ...repeat(20, 27)], rate: 200 },
  { name: 'a first request after long silence', perSecond: [1, ...repeat(0, 29)], rate: 1 / 30 },
])('$name', ({ perSecond, rate }) => {
  if (rate === null) expect(steadyRate(perSecond)).toBeNull();
  else expect(steadyRate(perSecond)?.perSecond).toBeCloseTo(rate, 5);
});

test('jobs that send sixty-four at a time are taken for their mean, not for their bursts', () => {
  const bursts = Array.from({ length: 30 }, (_, second) => (second % 3 === 0 ? 64 : 0));
  expect(steadyRate(bursts)?.perSecond).toBeCloseTo(64 / 3, 0);
});

test('the rate is never outside of what single seconds showed', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1_000), { minLength: 1, maxLength: 30 }), (perSecond) => {
      const rate = steadyRate(perSecond)?.perSecond;
      expect(rate).toBeGreaterThanOrEqual(Math.min(...perSecond) - 1e-9);
      expect(rate).toBeLessThanOrEqual(Math.max(...perSecond) + 1e-9);
    }),
  );
});

test('arrivals by chance look like their mean, and a step among them is seen at once', () => {
  const rateOf = (counts: readonly number[]): number => steadyRate(counts)?.perSecond ?? Number.NaN;
  const random = createRandom(11);
  /** Poisson, by counting how many exponential gaps fit a second. */
  const poisson = (mean: number): number => {
    let count = 0;
    for (let sum = 0; ; count += 1) {
      sum -= Math.log(1 - random()) / mean;
      if (sum > 1) return count;
    }
  };
  const runs = 500;
  let [far, unseen] = [0, 0];
  for (let run = 0; run < runs; run += 1) {
    const steady = Array.from({ length: 30 }, () => poisson(20));
    if (Math.abs(rateOf(steady) - 20) > 2.5) far += 1;
    if (rateOf([poisson(200), ...steady.slice(1)]) < 150) unseen += 1;
  }
  expect(far).toBeLessThan(runs * 0.03);
  expect(unseen).toBe(0);
});

test('the longer a rate holds, the less it may be off by chance', () => {
  expect(steadyRate(repeat(25, 1))).toEqual({ perSecond: 25, error: 5 });
  expect(steadyRate(repeat(25, 16))).toEqual({ perSecond: 25, error: 1.25 });
});
