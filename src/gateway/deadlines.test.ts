import { expect, test } from '@jest/globals';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { createDeadlines } from './deadlines.ts';

const setUp = () => {
  const clock = createFakeClock();
  const fired: [string, number][] = [];
  const deadlines = createDeadlines<string>(clock, (entry) => fired.push([entry, clock.monotonicMs()]));
  return { clock, fired, deadlines };
};

test('entries fire in order of their moments, whatever order they came in', () => {
  const { clock, fired, deadlines } = setUp();
  for (const dueMs of [300, 100, 200, 50]) deadlines.add(dueMs, String(dueMs));
  clock.advance(1_000);
  expect(fired.map(([entry]) => entry)).toEqual(['50', '100', '200', '300']);
});

test('an entry never fires before its moment and at most one bucket after it', () => {
  const { clock, fired, deadlines } = setUp();
  for (let dueMs = 10; dueMs < 60; dueMs += 0.7) deadlines.add(dueMs, String(dueMs));
  clock.advance(100);
  expect(fired).toHaveLength(72);
  for (const [entry, firedMs] of fired) {
    expect(firedMs - Number(entry)).toBeGreaterThanOrEqual(0);
    expect(firedMs - Number(entry)).toBeLessThanOrEqual(2);
  }
});

test('thousands of entries of a few moments need one timer', () => {
  const { clock, deadlines } = setUp();
  for (let entry = 0; entry < 5_000; entry += 1) deadlines.add(300 + (entry % 7) * 10, `${entry}`);
  expect(clock.pendingTimers()).toBe(1);
});

test('what was removed does not fire, and removing it twice is no fault', () => {
  const { clock, fired, deadlines } = setUp();
  deadlines.add(100, 'gone');
  deadlines.add(100, 'there');
  deadlines.remove(100, 'gone');
  deadlines.remove(100, 'gone');
  deadlines.remove(5_000, 'never there');
  clock.advance(200);
  expect(fired.map(([entry]) => entry)).toEqual(['there']);
});

test('an entry added while others fire gets its turn', () => {
  const clock = createFakeClock();
  const fired: number[] = [];
  const deadlines = createDeadlines<number>(clock, (entry) => {
    fired.push(entry);
    if (entry < 3) deadlines.add(clock.monotonicMs() + 10, entry + 1);
  });
  deadlines.add(10, 1);
  clock.advance(100);
  expect(fired).toEqual([1, 2, 3]);
});

test('a moment that has passed fires at once, and after a stop nothing does', () => {
  const { clock, fired, deadlines } = setUp();
  clock.advance(50);
  deadlines.add(10, 'overdue');
  clock.advance(0);
  expect(fired).toEqual([['overdue', 50]]);
  deadlines.add(100, 'never');
  deadlines.stop();
  clock.advance(100);
  expect(fired).toHaveLength(1);
  expect(clock.pendingTimers()).toBe(0);
});
