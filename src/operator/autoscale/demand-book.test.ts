import { describe, expect, test } from '@jest/globals';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import type { Demand, DemandCounts } from '../../contract/demand.ts';
import { createDemandBook } from './demand-book.ts';
import { viewDemand } from './demand-view.ts';

type Counts = Partial<DemandCounts>;

const counts = (own: Counts): DemandCounts => ({
  ...{ criterion: 'history', lane: 'interactive', admitted: 0, refused: 0, full: 0, asleep: 0, late: 0 },
  ...{ messages: 0, requests: 0, served: 0, serviceMs: 0 },
  ...own,
});

const demand = (uptimeMs: number, own: Counts[], more: Partial<Demand> = {}): Demand => ({
  ...{ sender: 'gateway-a', role: 'gateway', startedAtMs: 1_000, uptimeMs, leaving: false, intake: 0 },
  counts: own.map(counts),
  ...more,
});

const setUp = () => {
  const clock = createFakeClock();
  const book = createDemandBook(clock);
  const view = (criterion = 'history') => viewDemand(book.senders(), criterion);
  /** Reports twice a second for so long, each total growing by its amount per second. */
  const report = (
    seconds: number,
    perSecond: Counts,
    more: Partial<Demand> & { fromMs?: number; has?: Counts } = {},
  ) => {
    const { fromMs = 100_000, has = {}, ...rest } = more;
    for (let half = 0; half <= seconds * 2; half += 1) {
      if (half > 0) clock.advance(500);
      const grown = Object.entries(perSecond).map(([key, value]) => [
        key,
        typeof value === 'number'
          ? ((has[key as keyof Counts] as number | undefined) ?? 0) + (value * half) / 2
          : value,
      ]);
      book.take(demand(fromMs + half * 500, [Object.fromEntries(grown) as Counts], rest));
    }
  };
  return { clock, book, view, report };
};

describe('offered', () => {
  test('is what was admitted, refused and skipped, on both lanes, from all who count', () => {
    const { book, clock, view } = setUp();
    for (let second = 0; second <= 10; second += 1) {
      clock.advance(1_000);
      const uptimeMs = 50_000 + second * 1_000;
      book.take(
        demand(uptimeMs, [
          { admitted: 10 * second, refused: 4 * second, full: second },
          { lane: 'durable', admitted: 2 * second },
        ]),
      );
      book.take(demand(uptimeMs, [{ asleep: 3 * second }], { sender: 'gateway-b' }));
      book.take(demand(uptimeMs, [{ admitted: 5 * second }], { sender: 'aggregator-0', role: 'aggregator' }));
    }
    expect(view().offered?.perSecond).toBeCloseTo(25);
    expect(view('unheard-of').offered?.perSecond).toBe(0);
    expect(view().isWhole).toBe(true);
  });

  test('goes by the time of who counted: messages that were held up change nothing', () => {
    const { book, clock, view } = setUp();
    for (let second = 0; second <= 10; second += 1)
      book.take(demand(second * 1_000 + 40_000, [{ admitted: 20 * second }]));
    clock.advance(10);
    expect(view().offered?.perSecond).toBeCloseTo(20);
  });

  test('is not known before a second of it was seen, and of a process just begun from its beginning on', () => {
    const { book, view } = setUp();
    expect(view()).toMatchObject({ offered: null, isWhole: false });
    book.take(demand(500_000, [{ admitted: 90_000 }]));
    expect(view()).toMatchObject({ offered: null, isWhole: false });
    book.take(demand(501_000, [{ admitted: 90_020 }]));
    expect(view()).toMatchObject({ offered: { perSecond: 20 }, isWhole: true });
    const young = setUp();
    young.book.take(demand(1_000, [{ admitted: 30 }]));
    expect(young.view()).toMatchObject({ offered: { perSecond: 30 }, isWhole: true });
  });

  test('goes on where a process began anew and counts from zero', () => {
    const { report, view } = setUp();
    report(10, { admitted: 20 });
    report(5, { admitted: 20 }, { fromMs: 0, startedAtMs: 2_000 });
    expect(view().offered?.perSecond).toBeCloseTo(20);
  });

  test('ignores what is older than what is known', () => {
    const { report, book, view } = setUp();
    report(10, { admitted: 20 });
    book.take(demand(90_000, [{ admitted: 1_000_000 }]));
    book.take(demand(900_000, [{ admitted: 1_000_000 }], { startedAtMs: 5 }));
    expect(view().offered?.perSecond).toBeCloseTo(20);
  });
});

describe('who is heard', () => {
  test('a gateway that fell silent makes demand unknown, until it is forgotten while others tell', () => {
    const { report, clock, view } = setUp();
    report(5, { admitted: 20 }, { sender: 'gateway-b' });
    report(5, { admitted: 10 });
    expect(view().isWhole).toBe(false);
    expect(view().offered?.perSecond).toBeCloseTo(30);
    clock.advance(1);
    report(60, { admitted: 10 }, { fromMs: 105_500, has: { admitted: 50 } });
    expect(view().isWhole).toBe(true);
    expect(view().offered?.perSecond).toBeCloseTo(10);
  });

  test('one that said it leaves is missed by nobody', () => {
    const { report, book, view } = setUp();
    report(5, { admitted: 20 }, { sender: 'gateway-b' });
    book.take(demand(106_000, [], { sender: 'gateway-b', leaving: true }));
    report(5, { admitted: 10 });
    expect(view().isWhole).toBe(true);
    expect(view().offered?.perSecond).toBeCloseTo(10);
  });

  test('with no gateway left nothing is known, whatever aggregators tell', () => {
    const { report, clock, view } = setUp();
    report(5, { admitted: 20 });
    clock.advance(61_000);
    report(5, { served: 1, serviceMs: 40 }, { sender: 'aggregator-0', role: 'aggregator' });
    expect(view()).toMatchObject({ offered: null, isWhole: false, serviceMs: 40 });
  });
});

describe('service time', () => {
  const aggregator = { sender: 'aggregator-0', role: 'aggregator' } as const;

  test('is the mean of the last half minute, not of all time', () => {
    const { report, view } = setUp();
    report(40, { served: 10, serviceMs: 400 }, aggregator);
    report(
      35,
      { served: 10, serviceMs: 900 },
      { ...aggregator, fromMs: 140_500, has: { served: 400, serviceMs: 16_000 } },
    );
    expect(view().serviceMs).toBeCloseTo(90);
  });

  test('where nothing was served lately, that of all that is known; null where that is nothing', () => {
    const { book, view } = setUp();
    expect(view().serviceMs).toBeNull();
    for (const uptimeMs of [500_000, 501_000]) book.take(demand(uptimeMs, [{ served: 4, serviceMs: 100 }], aggregator));
    expect(view().serviceMs).toBe(25);
  });
});

test('requests per message go by lane, and are one where nothing was published', () => {
  const { report, view } = setUp();
  expect(view().requestsPerMessage).toEqual({ interactive: 1, durable: 1 });
  report(5, { messages: 2, requests: 128 });
  expect(view().requestsPerMessage).toEqual({ interactive: 64, durable: 1 });
});

test('durable requests are open until they were worked on, each by the counts of who asked', () => {
  const { book, view } = setUp();
  const tell = (sender: string, requests: number, served: number) => {
    const counted = [{ lane: 'durable' as const, requests, served }, { requests: 500 }];
    book.take(demand(100_000, counted, { sender, role: 'aggregator' }));
  };
  tell('aggregator-0', 80, 16);
  expect(view().openDurable).toBe(64);
  // What one began anew hears of was asked before.
  tell('aggregator-1', 0, 30);
  expect(view().openDurable).toBe(64);
});

test('of the intake queue a criterion is owed what part of the accepted requests ask it', () => {
  const { book, view } = setUp();
  expect(view().intakeShare).toBe(1);
  for (const intake of [0, 40]) {
    book.take(demand(100_000 + intake, [{ lane: 'durable', admitted: intake / 4 }], { intake }));
  }
  expect(view().intakeShare).toBe(0.25);
  expect(view('unasked').intakeShare).toBe(0);
});

test('missed is what was refused, skipped or late, in a second of the last ten', () => {
  const { report, view } = setUp();
  report(20, { admitted: 20, refused: 3, full: 2, asleep: 1, late: 4 });
  expect(view().missedPerSecond).toBeCloseTo(10);
});

test('however many reports come, only the last half minute is kept', () => {
  const { report, book } = setUp();
  report(300, { admitted: 20 });
  expect(book.senders()[0]?.reports.length).toBeLessThanOrEqual(62);
});
