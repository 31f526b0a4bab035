import { expect, test } from '@jest/globals';
import { createRoundTimes } from './round-times.ts';

test('nothing is known at first, so no second round fits', () => {
  expect(createRoundTimes().p95('home')).toBe(Number.POSITIVE_INFINITY);
});

test('first rounds count while few second ones are known, each recommender for itself', () => {
  const times = createRoundTimes();
  for (let sample = 1; sample <= 100; sample += 1) times.observe('home', 0, sample);
  expect(times.p95('home')).toBe(95);
  expect(times.p95('more')).toBe(Number.POSITIVE_INFINITY);
  for (let sample = 1; sample <= 20; sample += 1) times.observe('home', 1, 10 * sample);
  expect(times.p95('home')).toBe(190);
});

test('only the last two hundred count', () => {
  const times = createRoundTimes();
  for (let sample = 0; sample < 200; sample += 1) times.observe('home', 1, 1_000);
  for (let sample = 0; sample < 200; sample += 1) times.observe('home', 1, 5);
  expect(times.p95('home')).toBe(5);
});
