import { expect, test } from '@jest/globals';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import type { CriterionCoverage } from '../contract/answer.ts';
import type { Clock } from '../contract/clock.ts';
import { skipReasonOf } from './admission.ts';
import { createLoad, type Load } from './load.ts';

/** Admission against a scorer simulated in exact time: so many slots, a queue, and a way there and back. */

const deadlineMs = 300;

interface Scorer {
  slots: number;
  serviceMs: number;
  wayMs: number;
}

interface Simulated {
  send(dueMs: number, done: (waitMs: number) => void): void;
  /** Null: as before. */
  setSlots(slots: number | null): void;
}

/** Works requests off in their order; what is overdue is dropped unbegun, as scorers and broker do. */
const createScorer = (scorer: Scorer, clock: Clock): Simulated => {
  const queue: { arrivedMs: number; dueMs: number; done: (waitMs: number) => void }[] = [];
  let { slots } = scorer;
  let busy = 0;
  const next = (): void => {
    while (busy < slots && queue.length > 0) {
      const one = queue.shift();
      if (one === undefined || clock.monotonicMs() > one.dueMs) continue;
      busy += 1;
      const waitMs = clock.monotonicMs() - one.arrivedMs;
      clock.setTimer(scorer.serviceMs, () => {
        busy -= 1;
        clock.setTimer(scorer.wayMs, () => one.done(waitMs));
        next();
      });
    }
  };
  return {
    send: (dueMs, done) =>
      void clock.setTimer(scorer.wayMs, () => {
        queue.push({ arrivedMs: clock.monotonicMs(), dueMs, done });
        next();
      }),
    setSlots(count) {
      slots = count ?? slots;
      next();
    },
  };
};

type Outcome = 'scored' | 'late' | 'full';
type Tally = Record<Outcome, number>;

/** One request through a gateway: skipped, or answered when the scorer is done or at the deadline. */
const createDoor = (load: Load, send: Simulated['send'], options: { clock: Clock; serviceMs: number }) => {
  const { clock, serviceMs } = options;
  const base = { criterion: 'a', weight: 1, required: false } as const;
  return (count: (outcome: Outcome) => void): void => {
    if (skipReasonOf(load.of('a'), deadlineMs) !== null) {
      count('full');
      return;
    }
    const asked = { askedMs: clock.monotonicMs(), mark: load.asked('a'), deadlineMs };
    let open = true;
    const answer = (
      outcome: 'scored' | 'late',
      times: Pick<CriterionCoverage, 'elapsedMs' | 'waitMs' | 'serviceMs'>,
    ) => {
      open = false;
      cancel();
      load.report({ ...base, outcome, ...times }, asked);
      count(outcome);
    };
    const cancel = clock.setTimer(deadlineMs, () => answer('late', { elapsedMs: null, waitMs: null, serviceMs: null }));
    send(asked.askedMs + deadlineMs, (waitMs) => {
      if (open) answer('scored', { elapsedMs: clock.monotonicMs() - asked.askedMs, waitMs, serviceMs });
    });
  };
};

interface Offer {
  scorer?: Scorer;
  perSecond: number;
  gateways?: number;
  /** What the gateways are told there is; absent: the truth; null: nothing. */
  fleet?: { replicas: number; concurrency: number } | null;
  /** Changes the scorer's slots at these seconds. */
  slotsAt?: Readonly<Record<number, number>>;
}

/** Ten seconds of evenly spaced requests, after two to warm up; what became of those asked in each second. */
const offer = ({ scorer = usual, perSecond, gateways = 1, slotsAt = {}, ...told }: Offer): Tally[] => {
  const { fleet = { replicas: scorer.slots, concurrency: 1 } } = told;
  const clock = createFakeClock();
  const simulated = createScorer(scorer, clock);
  const doors = Array.from({ length: gateways }, () => {
    const load = createLoad(clock);
    if (fleet !== null) load.take({ criteria: [{ criterion: 'a', ...fleet }] });
    return createDoor(load, simulated.send, { clock, serviceMs: scorer.serviceMs });
  });
  const tallies = Array.from({ length: 12 }, (): Tally => ({ scored: 0, late: 0, full: 0 }));
  for (const [second, tally] of tallies.entries()) {
    simulated.setSlots(slotsAt[second] ?? null);
    for (let request = 0; request < perSecond; request += 1) {
      doors[request % gateways]?.((outcome) => {
        tally[outcome] += 1;
      });
      clock.advance(1_000 / perSecond);
    }
  }
  clock.advance(1_000);
  return tallies.slice(2);
};

const sum = (tallies: readonly Tally[], outcome: Outcome): number =>
  tallies.reduce((all, tally) => all + tally[outcome], 0);

/** 100 requests a second, 45 ms each when nothing waits. */
const usual: Scorer = { slots: 4, serviceMs: 40, wayMs: 5 };

test.each<[string, Offer]>([
  ['at six tenths of the capacity', { perSecond: 60 }],
  ['at 95 % of it', { perSecond: 95 }],
  ['when the fleet is said to be a quarter of what it is', { perSecond: 90, fleet: { replicas: 1, concurrency: 1 } }],
  ['when nobody said how large the fleet is', { perSecond: 90, fleet: null }],
  ['with four gateways', { perSecond: 90, gateways: 4 }],
])('nobody is skipped or late %s', (_, options) => {
  const tallies = offer(options);
  expect([sum(tallies, 'full'), sum(tallies, 'late')]).toEqual([0, 0]);
});

test.each<[string, Offer, number]>([
  ['twice the capacity', { perSecond: 200 }, 1_000],
  ['eight times the capacity', { perSecond: 800 }, 1_000],
  [
    'eight times the capacity, through four gateways that know nothing of each other',
    { perSecond: 800, gateways: 4 },
    850,
  ],
  [
    'eight times the capacity, when the fleet is said to be four times what it is',
    { perSecond: 800, fleet: { replicas: 16, concurrency: 1 } },
    900,
  ],
  [
    'a scorer that takes two thirds of the deadline',
    { scorer: { slots: 2, serviceMs: 200, wayMs: 5 }, perSecond: 100 },
    75,
  ],
  ['a fast scorer', { scorer: { slots: 1, serviceMs: 1, wayMs: 3 }, perSecond: 1_500 }, 9_900],
])('under overload the work goes into answers in time: %s', (_, options, atLeast) => {
  const tallies = offer(options);
  expect(sum(tallies, 'scored')).toBeGreaterThanOrEqual(atLeast);
  expect(sum(tallies, 'late')).toBeLessThan(sum(tallies, 'scored') / 8);
});

test('the size of the fleet is found out where nobody says it', () => {
  const tallies = offer({ perSecond: 800, gateways: 4 });
  expect(sum(tallies.slice(5), 'scored')).toBeGreaterThan(400);
  expect(sum(tallies.slice(5), 'late')).toBeLessThan(50);
});

test('when three of four processes die unannounced, most of what is left is still in time; when they are back, all is', () => {
  const tallies = offer({ perSecond: 90, slotsAt: { 4: 1, 9: 4 } });
  expect(sum(tallies.slice(4, 7), 'scored')).toBeGreaterThan(50);
  expect(sum(tallies.slice(9), 'scored')).toBe(90);
});

test('a scorer that hangs for a second is asked again as soon as it works', () => {
  const tallies = offer({ perSecond: 90, slotsAt: { 5: 0, 6: 4 } });
  expect(sum(tallies.slice(3, 4), 'late')).toBeGreaterThan(20);
  expect(sum(tallies.slice(5), 'scored')).toBeGreaterThanOrEqual(440);
});
