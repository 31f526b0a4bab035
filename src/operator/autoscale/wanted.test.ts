import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Load, wantedReplicas } from './wanted.ts';

const settings = { targetUtilisation: 0.8, drainSeconds: 10 };
const none = { interactive: 0, durable: 0 };
const base: Load = {
  offeredPerSecond: 0,
  offeredError: 0,
  backlog: none,
  serviceMs: 40,
  concurrency: 1,
  deadlineMs: 1_000,
};

test.each<{ name: string; load: Partial<Load>; wanted: number }>([
  { name: 'nothing offered, nothing waiting', load: {}, wanted: 0 },
  { name: 'a single request now and then', load: { offeredPerSecond: 0.01 }, wanted: 1 },
  { name: 'just what one can do', load: { offeredPerSecond: 20 }, wanted: 1 },
  { name: 'a tenth more than the target is not worth another', load: { offeredPerSecond: 21.9 }, wanted: 1 },
  { name: 'more than that is', load: { offeredPerSecond: 22.1 }, wanted: 2 },
  {
    name: 'more than that by chance is not',
    load: { offeredPerSecond: 22.5, offeredError: 1 },
    wanted: 1,
  },
  { name: 'a single one, however uncertain', load: { offeredPerSecond: 1, offeredError: 2 }, wanted: 1 },
  { name: 'ten times as much', load: { offeredPerSecond: 200 }, wanted: 10 },
  { name: 'four side by side in each', load: { offeredPerSecond: 200, concurrency: 4 }, wanted: 3 },
  { name: 'durable work alone', load: { backlog: { interactive: 0, durable: 1_000 } }, wanted: 5 },
  {
    name: 'durable work beside what is offered',
    load: { offeredPerSecond: 20, backlog: { interactive: 0, durable: 1_000 } },
    wanted: 6,
  },
  {
    name: 'what is being worked on is no backlog',
    load: { offeredPerSecond: 20, backlog: { interactive: 0.8, durable: 0 } },
    wanted: 1,
  },
  {
    name: 'interactive work that can only expire',
    load: { offeredPerSecond: 20, backlog: { interactive: 20_000, durable: 0 } },
    wanted: 1,
  },
  {
    name: 'service time unknown, something waits',
    load: { serviceMs: null, backlog: { interactive: 0, durable: 1 } },
    wanted: 1,
  },
  { name: 'service time unknown, something is offered', load: { serviceMs: null, offeredPerSecond: 500 }, wanted: 1 },
  {
    name: 'offered unknown: what waits on the durable lane is there',
    load: { offeredPerSecond: null, backlog: { interactive: 900, durable: 1_000 } },
    wanted: 5,
  },
  { name: 'backlog unknown: what is offered is known', load: { offeredPerSecond: 200, backlog: null }, wanted: 10 },
  { name: 'nothing known', load: { offeredPerSecond: null, backlog: null, serviceMs: null }, wanted: 0 },
])('$name: $wanted', ({ load, wanted }) => {
  expect(wantedReplicas({ ...base, ...load }, settings).least).toBe(wanted);
});

const amount = fc.double({ min: 0, max: 10_000, noNaN: true });
const load = fc.record({
  offeredPerSecond: fc.option(amount),
  offeredError: fc.constant(0),
  backlog: fc.option(fc.record({ interactive: amount, durable: amount })),
  serviceMs: fc.option(fc.double({ min: 0.01, max: 60_000, noNaN: true })),
  concurrency: fc.integer({ min: 1, max: 256 }),
  deadlineMs: fc.integer({ min: 10, max: 30_000 }),
});

test('more durable work never wants fewer', () => {
  fc.assert(
    fc.property(load, amount, (one, more) => {
      if (one.backlog === null) return;
      const heavier = { ...one, backlog: { ...one.backlog, durable: one.backlog.durable + more } };
      expect(wantedReplicas(heavier, settings).most).toBeGreaterThanOrEqual(wantedReplicas(one, settings).most);
    }),
  );
});

test('what waits for a caller never wants more than twice what is offered does, however much of it there is', () => {
  fc.assert(
    fc.property(load, amount, (one, interactive) => {
      const { offeredPerSecond } = one;
      if (offeredPerSecond === null || one.serviceMs === null) return;
      const drainSeconds = Math.max(settings.drainSeconds, one.deadlineMs / 1_000);
      const own = { ...settings, drainSeconds };
      const calm = wantedReplicas({ ...one, backlog: none }, own).most;
      const crowded = wantedReplicas({ ...one, backlog: { interactive, durable: 0 } }, own).most;
      expect(crowded).toBeLessThanOrEqual(Math.max(1, 2 * calm));
    }),
  );
});

test('what only chance may ask for is not the least, and the least is never more than the most', () => {
  expect(wantedReplicas({ ...base, offeredPerSecond: 200, offeredError: 3 }, settings)).toEqual({ least: 9, most: 10 });
  fc.assert(
    fc.property(load, amount, (one, offeredError) => {
      const { least, most } = wantedReplicas({ ...one, offeredError }, settings);
      expect(least).toBeLessThanOrEqual(most);
    }),
  );
});
