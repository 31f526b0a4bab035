import { expect, test } from '@jest/globals';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { createLastGood, type LastGoodLimits } from './last-good.ts';

const setUp = (limits: Partial<LastGoodLimits> = {}) => {
  const clock = createFakeClock();
  const lastGood = createLastGood(clock, { subjects: 100, items: 1_000, maxAgeMs: 60_000, ...limits });
  return { clock, lastGood };
};

const items = (...ids: string[]) => ids.map((id) => ({ id, score: 1 }));

test('the newest answer of a slot is recalled, and slots are kept apart', () => {
  const { lastGood } = setUp();
  lastGood.remember('user:1', 'home', items('a'));
  lastGood.remember('user:1', 'home', items('b'));
  lastGood.remember('user:1', 'similar', items('c'));
  expect(lastGood.recall('user:1', 'home')).toEqual(items('b'));
  expect(lastGood.recall('user:1', 'similar')).toEqual(items('c'));
  expect(lastGood.recall('user:1', 'other')).toEqual([]);
  expect(lastGood.recall('user:2', 'home')).toEqual([]);
});

test('an empty answer is no good answer', () => {
  const { lastGood } = setUp();
  lastGood.remember('user:1', 'home', items('a'));
  lastGood.remember('user:1', 'home', []);
  expect(lastGood.recall('user:1', 'home')).toEqual(items('a'));
});

test('subjects, items and slots are bounded: the oldest go first', () => {
  const few = setUp({ subjects: 2 }).lastGood;
  for (const user of ['1', '2', '3']) few.remember(`user:${user}`, 'home', items(user));
  expect(['1', '2', '3'].map((user) => few.recall(`user:${user}`, 'home').length)).toEqual([0, 1, 1]);
  const small = setUp({ items: 10 }).lastGood;
  small.remember('user:1', 'home', items('a', 'b', 'c', 'd', 'e'));
  small.remember('user:2', 'home', items('a', 'b', 'c', 'd', 'e'));
  expect(small.recall('user:1', 'home')).toEqual([]);
  const { lastGood } = setUp();
  for (let slot = 0; slot < 5; slot += 1) lastGood.remember('user:1', `slot${slot}`, items('a'));
  expect([0, 1, 4].map((slot) => lastGood.recall('user:1', `slot${slot}`).length)).toEqual([0, 1, 1]);
});

test('an answer grows too old to be good', () => {
  const { clock, lastGood } = setUp();
  clock.advance(5);
  lastGood.remember('user:1', 'home', items('a'));
  clock.advance(60_000);
  expect(lastGood.recall('user:1', 'home')).toEqual(items('a'));
  clock.advance(2);
  expect(lastGood.recall('user:1', 'home')).toEqual([]);
});

test('a forgotten subject is gone, and answers still on their way do not bring him back', () => {
  const { clock, lastGood } = setUp();
  clock.advance(5);
  lastGood.remember('user:1', 'home', items('a'));
  lastGood.forget('user:1');
  lastGood.remember('user:1', 'home', items('a'));
  expect(lastGood.recall('user:1', 'home')).toEqual([]);
  clock.advance(61_000);
  lastGood.remember('user:1', 'home', items('b'));
  expect(lastGood.recall('user:1', 'home')).toEqual(items('b'));
});

test('an item that left the catalogue is in no answer, until it is back', () => {
  const { clock, lastGood } = setUp();
  clock.advance(5);
  lastGood.remember('user:1', 'home', items('a', 'b'));
  lastGood.withdraw('a');
  expect(lastGood.recall('user:1', 'home')).toEqual(items('b'));
  lastGood.restore('a');
  expect(lastGood.recall('user:1', 'home')).toEqual(items('a', 'b'));
});
