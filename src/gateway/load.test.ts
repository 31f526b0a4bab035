import { expect, test } from '@jest/globals';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import type { CriterionCoverage } from '../contract/answer.ts';
import { skipReasonOf } from './admission.ts';
import { createLoad } from './load.ts';
import type { Mark } from './queue-estimate.ts';

const deadlineMs = 300;

const coverage = (overrides: Partial<CriterionCoverage>): CriterionCoverage => ({
  ...{ criterion: 'a', outcome: 'scored', weight: 1, required: false, elapsedMs: 12, waitMs: 0, serviceMs: 10 },
  ...overrides,
});

const setUp = (fleet: { replicas: number; concurrency: number } | null = { replicas: 1, concurrency: 1 }) => {
  const clock = createFakeClock();
  const load = createLoad(clock);
  if (fleet !== null) load.take({ criteria: [{ criterion: 'a', ...fleet }] });
  const ask = () => ({ askedMs: clock.monotonicMs(), mark: load.asked('a'), deadlineMs });
  const report = (asked: ReturnType<typeof ask>, overrides: Partial<CriterionCoverage> = {}): void =>
    load.report(coverage(overrides), asked);
  /** Five requests one after the other: the scorer's service time is known then. */
  const measure = (serviceMs: number): void => {
    for (let sample = 0; sample < 5; sample += 1) {
      const asked = ask();
      clock.advance(serviceMs + 2);
      report(asked, { serviceMs, elapsedMs: serviceMs + 2 });
    }
  };
  const reason = () => skipReasonOf(load.of('a'), deadlineMs);
  return { clock, load, ask, report, measure, reason };
};

test('of a scorer never asked nothing is assumed', () => {
  expect(setUp(null).load.of('a')).toEqual({ waitMs: 0, serviceMs: null, replicas: null });
});

test('a burst at a scorer whose service time is not known is asked whole', () => {
  const { ask, load } = setUp();
  for (let request = 0; request < 1_000; request += 1) ask();
  expect(load.of('a').waitMs).toBe(0);
});

test('a burst is admitted as far as it can be worked off in time, and no further', () => {
  const { measure, ask, reason } = setUp();
  measure(10);
  let admitted = 0;
  while (reason() === null && admitted < 1_000) {
    ask();
    admitted += 1;
  }
  expect(admitted).toBe(24);
});

test('replicas and their slots share the work', () => {
  const { measure, ask, load, reason } = setUp({ replicas: 4, concurrency: 2 });
  measure(100);
  for (let request = 0; request < 8; request += 1) {
    expect(load.of('a').waitMs).toBe(0);
    ask();
  }
  expect(load.of('a').waitMs).toBeCloseTo(12.5);
  expect(reason()).toBeNull();
});

test('what was admitted is worked off with time', () => {
  const { measure, ask, clock, load } = setUp();
  measure(10);
  for (let request = 0; request < 20; request += 1) ask();
  expect(load.of('a').waitMs).toBeCloseTo(200);
  clock.advance(150);
  expect(load.of('a').waitMs).toBeCloseTo(50);
  clock.advance(500);
  expect(load.of('a').waitMs).toBe(0);
});

test('a wait that is reported shows what other gateways asked', () => {
  const { measure, ask, clock, report, load, reason } = setUp();
  measure(10);
  const asked = ask();
  for (let request = 0; request < 20; request += 1) ask();
  clock.advance(212);
  expect(load.of('a').waitMs).toBe(0);
  report(asked, { waitMs: 200, elapsedMs: 212 });
  const waitMs = load.of('a').waitMs;
  expect(waitMs).toBeGreaterThan(250);
  expect(waitMs).toBeLessThan(270);
  expect(reason()).toBe('full');
  clock.advance(waitMs);
  expect(reason()).toBeNull();
});

test('a scorer that tells of hours, since its clock stepped or it lies, is not full for hours', () => {
  const { ask, clock, report, load, reason } = setUp();
  const hourMs = 3_600_000;
  for (let request = 0; request < 8; request += 1) {
    const asked = ask();
    clock.advance(12);
    report(asked, { outcome: 'scored', waitMs: hourMs, serviceMs: hourMs });
    report(ask(), { outcome: 'expired', waitMs: Number.MAX_VALUE, serviceMs: 0 });
  }
  expect(load.of('a').serviceMs).toBeLessThanOrEqual(12);
  clock.advance(300);
  expect(reason()).toBeNull();
});

test('a request that did not wait shows that the estimate was too high', () => {
  const { measure, ask, clock, report, load } = setUp();
  measure(10);
  const many = Array.from({ length: 20 }, ask);
  const last = many.at(-1);
  clock.advance(20);
  if (last !== undefined) report(last);
  expect(load.of('a').waitMs).toBe(0);
});

test('an older report does not undo a newer one', () => {
  const { measure, ask, clock, report, load } = setUp();
  measure(10);
  const early = ask();
  clock.advance(50);
  const late = ask();
  clock.advance(12);
  report(late);
  const before = load.of('a').waitMs;
  report(early, { waitMs: 900, elapsedMs: 910 });
  expect(load.of('a').waitMs).toBe(before);
});

test('a scorer that works on more at once than anybody said is soon believed', () => {
  const { measure, ask, clock, report, reason } = setUp();
  measure(40);
  let skipped = 0;
  for (let round = 0; round < 20; round += 1) {
    const asked: { askedMs: number; mark: Mark; deadlineMs: number }[] = [];
    for (let caller = 0; caller < 64; caller += 1) {
      if (reason() === null) asked.push(ask());
      else skipped += 1;
    }
    clock.advance(42);
    for (const one of asked) report(one, { serviceMs: 40, elapsedMs: 42 });
    if (round === 9) skipped = 0;
  }
  expect(skipped).toBe(0);
});

test('a turtle is asked about as often as it can work, and named full in between', () => {
  const { measure, ask, clock, reason } = setUp();
  measure(2_000);
  let asked = 0;
  for (let ms = 0; ms < 20_000; ms += 10) {
    if (reason() === null) {
      ask();
      asked += 1;
    }
    clock.advance(10);
  }
  expect(asked).toBe(10);
});

test('late answers in a row, of a scorer that is not slow, mean that requests wait', () => {
  const { measure, ask, clock, report, load } = setUp();
  measure(10);
  const many = Array.from({ length: 31 }, () => {
    clock.advance(10);
    return ask();
  });
  const late = { outcome: 'late', elapsedMs: null, waitMs: null, serviceMs: null } as const;
  for (const asked of many.slice(0, 2)) report(asked, late);
  expect(load.of('a').waitMs).toBeLessThanOrEqual(10);
  for (const asked of many.slice(2, 3)) report(asked, late);
  expect(load.of('a').waitMs).toBeGreaterThan(250);
});

test('an outcome that is no work teaches no service time', () => {
  const { ask, report, load } = setUp();
  for (const outcome of ['expired', 'failed', 'late', 'late', 'late', 'late'] as const) {
    report(ask(), { outcome, serviceMs: 0, elapsedMs: 5 });
  }
  expect(load.of('a').serviceMs).toBeNull();
});

test('the fleet says who sleeps, and what it no longer names is not known', () => {
  const { load } = setUp({ replicas: 0, concurrency: 1 });
  expect(load.of('a').replicas).toBe(0);
  load.take({ criteria: [] });
  expect(load.of('a').replicas).toBeNull();
});
