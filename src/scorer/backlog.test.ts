import { describe, expect, test } from '@jest/globals';
import { createBacklog, type Load, planSlice } from './backlog.ts';

const load = (more: Partial<Load> = {}): Load => ({
  waiting: { interactive: 0, durable: 0 },
  serviceMs: { interactive: 1, durable: 1 },
  slots: 1,
  free: 1,
  durableSlots: 0,
  interactiveLately: false,
  sliceMs: 10,
  ...more,
});

const both = { interactive: 100, durable: 100 };
const onlyDurable = { interactive: 0, durable: 100 };
const at = (ms: number | null) => ({ interactive: ms, durable: ms });

describe('what is begun next', () => {
  test.each<[string, Partial<Load>, ReturnType<typeof planSlice>]>([
    ['nothing while nothing waits', {}, null],
    ['nothing while no place is free', { waiting: both, free: 0 }, null],
    ['interactive work before durable work', { waiting: both }, { lane: 'interactive', count: 10 }],
    ['durable work only while no interactive work waits', { waiting: onlyDurable }, { lane: 'durable', count: 10 }],
    [
      'one request while nothing was measured',
      { waiting: both, serviceMs: at(null) },
      { lane: 'interactive', count: 1 },
    ],
    ['one request where it fills a slice', { waiting: both, serviceMs: at(38) }, { lane: 'interactive', count: 1 }],
    [
      'as many fast requests as fit ten milliseconds',
      { waiting: both, serviceMs: at(0.25) },
      { lane: 'interactive', count: 40 },
    ],
    [
      'all that waits, when that is less',
      { waiting: { interactive: 3, durable: 0 } },
      { lane: 'interactive', count: 3 },
    ],
    [
      'only a share of what waits, when more places are free',
      { waiting: { interactive: 8, durable: 0 }, slots: 4, free: 4 },
      { lane: 'interactive', count: 2 },
    ],
    [
      'durable work in the last place, when it is short',
      { waiting: onlyDurable, slots: 2, durableSlots: 1, interactiveLately: true },
      { lane: 'durable', count: 10 },
    ],
    [
      'no long durable work in the last place while interactive requests come',
      { waiting: onlyDurable, slots: 2, durableSlots: 1, serviceMs: at(50), interactiveLately: true },
      null,
    ],
    [
      'long durable work in the last place when none came lately',
      { waiting: onlyDurable, slots: 2, durableSlots: 1, serviceMs: at(50) },
      { lane: 'durable', count: 1 },
    ],
    [
      'long durable work in the only place',
      { waiting: onlyDurable, serviceMs: at(50), interactiveLately: true },
      { lane: 'durable', count: 1 },
    ],
  ])('is %s', (_, more, slice) => {
    expect(planSlice(load(more))).toEqual(slice);
  });
});

const work = (id: number, lane: 'interactive' | 'durable', deadlineMs: number) => ({ id, lane, deadlineMs });
const ids = (works: readonly { id: number }[]) => works.map(({ id }) => id);

describe('a backlog', () => {
  test('hands out each lane first come, first served, and takes back to the front', () => {
    const backlog = createBacklog<ReturnType<typeof work>>();
    backlog.add([
      work(1, 'interactive', 9),
      work(2, 'durable', 9),
      work(3, 'interactive', 9),
      work(4, 'interactive', 9),
    ]);
    const { live } = backlog.take({ lane: 'interactive', count: 2 }, 0);
    expect(ids(live)).toEqual([1, 3]);
    backlog.putBack(live.slice(1));
    expect(ids(backlog.take({ lane: 'interactive', count: 9 }, 0).live)).toEqual([3, 4]);
    expect(backlog.waiting()).toEqual({ interactive: 0, durable: 1 });
  });

  test('does not count those that expired against the slice', () => {
    const backlog = createBacklog<ReturnType<typeof work>>();
    backlog.add([work(1, 'interactive', 5), work(2, 'interactive', 10), work(3, 'interactive', 11)]);
    const { live, expired } = backlog.take({ lane: 'interactive', count: 1 }, 10);
    expect([ids(live), ids(expired)]).toEqual([[3], [1, 2]]);
  });

  test('gives up all that expired, wherever it waits, and keeps the order of the rest', () => {
    const backlog = createBacklog<ReturnType<typeof work>>();
    backlog.add([
      work(1, 'interactive', 9),
      work(2, 'interactive', 3),
      work(3, 'durable', 3),
      work(4, 'interactive', 9),
    ]);
    expect(ids(backlog.takeExpired(3))).toEqual([2, 3]);
    expect(ids(backlog.clear())).toEqual([1, 4]);
    expect(backlog.waiting()).toEqual({ interactive: 0, durable: 0 });
  });
});
