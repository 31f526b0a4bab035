import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { type AdmissionQuestion, admit, type CriterionLoad, skipReasonOf } from './admission.ts';

const idle: CriterionLoad = { waitMs: 0, serviceMs: 10, replicas: 1 };
const full: CriterionLoad = { waitMs: 2_400, serviceMs: 10, replicas: 1 };
const asleep: CriterionLoad = { waitMs: 0, serviceMs: null, replicas: 0 };

test.each<[string, CriterionLoad, number, 'full' | 'asleep' | null]>([
  ['idle', idle, 300, null],
  ['nothing is known of it', { waitMs: 0, serviceMs: null, replicas: null }, 300, null],
  ['a wait that leaves room for the work', { waitMs: 180, serviceMs: 50, replicas: 2 }, 300, null],
  ['a wait that leaves no room for the work', { waitMs: 200, serviceMs: 80, replicas: 2 }, 300, 'full'],
  ['a wait is known, the service time is not', { waitMs: 280, serviceMs: null, replicas: null }, 300, 'full'],
  ['an idle turtle, so that its late partials come', { waitMs: 0, serviceMs: 2_000, replicas: 1 }, 300, null],
  ['a turtle at work', { waitMs: 5, serviceMs: 2_000, replicas: 1 }, 300, 'full'],
  ['no process is ready', asleep, 300, 'asleep'],
  ['no process is ready, whatever waited', { ...full, replicas: 0 }, 300, 'asleep'],
  ['an idle scorer at an overdue request', idle, 0, null],
])('a scorer is asked or skipped: %s', (_, load, remainingMs, reason) => {
  expect(skipReasonOf(load, remainingMs)).toBe(reason);
});

const question = (
  loads: Readonly<Record<string, CriterionLoad>>,
  overrides: Partial<AdmissionQuestion> = {},
): AdmissionQuestion => ({
  criteria: Object.keys(loads).map((criterion) => ({ criterion, weight: 1, required: false })),
  minimumCoverage: 0,
  remainingMs: 300,
  loadOf: (criterion) => loads[criterion] ?? idle,
  ...overrides,
});

test('who can answer is asked, who can not is named', () => {
  expect(admit(question({ a: idle, b: full, c: asleep }))).toEqual({
    kind: 'admit',
    chosen: ['a'],
    skipped: { b: 'full', c: 'asleep' },
  });
});

test('a request is refused only where the minimum coverage is out of reach', () => {
  const loads = { a: idle, b: full, c: idle, d: idle };
  expect(admit(question(loads, { minimumCoverage: 0.75 }))).toMatchObject({ kind: 'admit' });
  expect(admit(question(loads, { minimumCoverage: 0.76 }))).toMatchObject({
    kind: 'refuse',
    because: 'only 75 % of the weight can be asked, and 76 % is needed',
  });
});

test('the weights in force decide the reach, and a shadow criterion counts nothing', () => {
  const criteria = [
    { criterion: 'a', weight: 3, required: false },
    { criterion: 'b', weight: 1, required: false },
    { criterion: 'shadow', weight: 0, required: false },
  ];
  const loads = { a: idle, b: idle, shadow: full };
  expect(admit(question(loads, { criteria, minimumCoverage: 1 }))).toMatchObject({ kind: 'admit' });
  expect(admit(question({ ...loads, b: full }, { criteria, minimumCoverage: 0.75 }))).toMatchObject({ kind: 'admit' });
});

test('a required criterion out of reach refuses the request whatever the coverage', () => {
  const criteria = [
    { criterion: 'a', weight: 1, required: false },
    { criterion: 'b', weight: 1, required: true },
  ];
  expect(admit(question({ a: idle, b: full }, { criteria }))).toMatchObject({
    kind: 'refuse',
    because: 'the required criterion b is full',
  });
});

test('when everybody is full there is nobody to ask, whatever the minimum', () => {
  expect(admit(question({ a: full, b: full }))).toMatchObject({ kind: 'refuse', because: 'no criterion can be asked' });
});

test('when scorers sleep, waiting at the door would not help: no refusal', () => {
  expect(admit(question({ a: asleep, b: asleep }))).toMatchObject({ kind: 'asleep' });
  expect(admit(question({ a: asleep, b: idle }, { minimumCoverage: 0.6 }))).toMatchObject({ kind: 'asleep' });
});

test.each([
  [2_400, 3],
  [270, 1],
  [10_270, 11],
])('after a wait of %i ms a caller is told to come again in %i s', (waitMs, retryAfterS) => {
  const load = { waitMs, serviceMs: 10, replicas: 1 };
  expect(admit(question({ a: load }))).toMatchObject({ kind: 'refuse', retryAfterS });
});

const anyLoad = fc.record({
  waitMs: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 5_000, noNaN: true })),
  serviceMs: fc.option(fc.double({ min: 0, max: 5_000, noNaN: true })),
  replicas: fc.option(fc.integer({ min: 0, max: 10 })),
});

test('an idle system is never refused, however slow its scorers are', () => {
  void fc.assert(
    fc.property(
      fc.array(anyLoad, { minLength: 1, maxLength: 8 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1_000, noNaN: true }),
      (loads, minimumCoverage, remainingMs) => {
        const awake = loads.map((load) => ({ ...load, waitMs: 0, replicas: load.replicas === 0 ? 1 : load.replicas }));
        const named = Object.fromEntries(awake.map((load, index) => [`c${index}`, load]));
        expect(admit(question(named, { minimumCoverage, remainingMs })).kind).toBe('admit');
      },
    ),
  );
});

test('every criterion is either asked or named, never both', () => {
  void fc.assert(
    fc.property(fc.array(anyLoad, { minLength: 1, maxLength: 8 }), (loads) => {
      const named = Object.fromEntries(loads.map((load, index) => [`c${index}`, load]));
      const admission = admit(question(named));
      const chosen = admission.kind === 'admit' ? admission.chosen : [];
      const all = [...chosen, ...Object.keys(admission.skipped)];
      expect(new Set(all).size).toBe(all.length);
      if (admission.kind === 'admit') expect(all.sort()).toEqual(Object.keys(named).sort());
    }),
  );
});
