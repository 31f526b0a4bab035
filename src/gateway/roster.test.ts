import { expect, test } from '@jest/globals';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import type { AggregatorAnnouncement } from '../contract/control.ts';
import { createRoster } from './roster.ts';

const setUp = () => {
  const clock = createFakeClock();
  const counts: number[] = [];
  const roster = createRoster({ clock, onCount: (count) => counts.push(count) });
  const announce = (ordinal: number, overrides: Partial<AggregatorAnnouncement> = {}): void =>
    roster.observe({
      aggregator: `aggregator-${ordinal}`,
      ordinal,
      sentAtMs: clock.nowMs(),
      leaving: false,
      openGroups: 0,
      capacity: 100,
      plans: { home: 1 },
      ...overrides,
    });
  return { clock, roster, announce, counts };
};

const users = Array.from({ length: 3_000 }, (_, user) => `user:${user}`);

test('users spread evenly over the ordinals, and each keeps his', () => {
  const { roster, announce } = setUp();
  for (const ordinal of [0, 1, 2]) announce(ordinal);
  const first = users.map((user) => roster.choose(user, 'home'));
  for (const ordinal of [0, 1, 2]) {
    expect(first.filter((one) => one === ordinal).length).toBeGreaterThan(900);
  }
  expect(users.map((user) => roster.choose(user, 'home'))).toEqual(first);
});

test('when an ordinal leaves, only its own users move', () => {
  const { roster, announce } = setUp();
  for (const ordinal of [0, 1, 2]) announce(ordinal);
  const before = users.map((user) => roster.choose(user, 'home'));
  announce(1, { leaving: true });
  const after = users.map((user) => roster.choose(user, 'home'));
  for (const [index, ordinal] of before.entries()) {
    if (ordinal === 1) expect(after[index]).not.toBe(1);
    else expect(after[index]).toBe(ordinal);
  }
});

test('an ordinal silent for more than 700 ms is dropped, and taken up again when it speaks', () => {
  const { clock, roster, announce } = setUp();
  const chosen = (): unknown[] => [...new Set(users.map((user) => roster.choose(user, 'home')))].sort();
  announce(0);
  clock.advance(700);
  announce(1);
  expect(chosen()).toEqual([0, 1]);
  clock.advance(50);
  expect(chosen()).toEqual([1]);
  announce(0);
  expect(chosen()).toEqual([0, 1]);
});

test('all silent at once are asked for two seconds: it is the broker that pauses', () => {
  const { clock, roster, announce } = setUp();
  announce(0);
  announce(1, { leaving: true });
  clock.advance(2_000);
  expect(roster.choose('user:1', 'home')).toBe(0);
  clock.advance(50);
  expect(roster.choose('user:1', 'home')).toBe('none');
});

test('one that is silent is asked no more while another speaks, though that one has no plan of the recommender', () => {
  const { clock, roster, announce } = setUp();
  announce(0);
  announce(1, { plans: {} });
  clock.advance(750);
  expect(roster.choose('user:1', 'home')).toBe(0);
  announce(1, { plans: {} });
  expect(roster.choose('user:1', 'home')).toBe('none');
});

test('while this process hangs it hears nobody, and that says nothing of them', () => {
  let nowMs = 0;
  const timers: (() => void)[] = [];
  const setTimer = (_: number, fire: () => void): (() => void) => {
    timers.push(fire);
    return () => {};
  };
  const roster = createRoster({ clock: { nowMs: () => nowMs, monotonicMs: () => nowMs, setTimer } });
  const announcement = { aggregator: 'a', ordinal: 0, sentAtMs: 0, leaving: false, openGroups: 0, capacity: 1 };
  roster.observe({ ...announcement, plans: { home: 1 } });
  nowMs = 60_000;
  timers.shift()?.();
  expect(roster.choose('user:1', 'home')).toBe(0);
  for (let beat = 0; beat < 40; beat += 1) timers.shift()?.();
  expect(roster.choose('user:1', 'home')).toBe('none');
});

test('an announcement that waited in a queue is as old as it is', () => {
  const { clock, roster, announce } = setUp();
  announce(0);
  const sentAtMs = clock.nowMs();
  clock.advance(2_050);
  announce(0, { sentAtMs });
  expect(roster.choose('user:1', 'home')).toBe('none');
});

test('who does not work by a plan of the recommender is not chosen for it', () => {
  const { roster, announce } = setUp();
  announce(0, { plans: {} });
  announce(1);
  expect(new Set(users.map((user) => roster.choose(user, 'home')))).toEqual(new Set([1]));
  expect(roster.choose('user:1', 'other')).toBe('none');
});

test('a full ordinal passes its users on, and when all are full the roster says so', () => {
  const { roster, announce } = setUp();
  announce(0, { openGroups: 100 });
  announce(1);
  expect(new Set(users.map((user) => roster.choose(user, 'home')))).toEqual(new Set([1]));
  announce(1, { openGroups: 101 });
  expect(roster.choose('user:1', 'home')).toBe('full');
});

test('what this gateway opened since the last announcement counts on top of it', () => {
  const { roster, announce } = setUp();
  announce(0, { openGroups: 98 });
  roster.opened(0);
  expect(roster.choose('user:1', 'home')).toBe(0);
  roster.opened(0);
  expect(roster.choose('user:1', 'home')).toBe('full');
  roster.closed(0);
  expect(roster.choose('user:1', 'home')).toBe(0);
});

test('the farewell of an old process does not drop the one that took its ordinal', () => {
  const { roster, announce } = setUp();
  announce(0, { aggregator: 'old' });
  announce(0, { aggregator: 'new' });
  announce(0, { aggregator: 'old', leaving: true });
  expect(roster.choose('user:1', 'home')).toBe(0);
  announce(0, { aggregator: 'new', leaving: true });
  expect(roster.choose('user:1', 'home')).toBe('none');
  announce(0, { aggregator: 'newer' });
  expect(roster.choose('user:1', 'home')).toBe(0);
});

test('how many may be sent to is told at first and when it changes: one that leaves or falls silent counts no more', async () => {
  const { clock, roster, announce, counts } = setUp();
  for (const ordinal of [0, 1, 1]) announce(ordinal);
  announce(0, { leaving: true });
  await clock.advance(2_000);
  roster.stop();
  expect(counts).toEqual([0, 1, 2, 1, 0]);
});
