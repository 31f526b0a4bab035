import { expect, test } from '@jest/globals';
import {
  newQueueEstimate,
  noteAsked,
  noteService,
  noteSlots,
  noteWaited,
  serviceMs,
  waitMs,
} from './queue-estimate.ts';

const deadlineMs = 1_000;
const callers = 128;

/** Rounds of requests that are asked together, answered together, and all waited so long; the longest wait expected. */
const longestExpected = (waits: (round: number) => number, serviceOf: (number: number) => number): number => {
  const queue = newQueueEstimate();
  noteSlots(queue, 1);
  let nowMs = 0;
  let longest = 0;
  for (let round = 0; round < 300; round += 1) {
    const askedMs = nowMs;
    const marks = Array.from({ length: callers }, () => noteAsked(queue, askedMs));
    longest = Math.max(longest, waitMs(queue, askedMs));
    const waitedMs = waits(round);
    nowMs += waitedMs + 1;
    for (const [at, mark] of marks.entries()) {
      noteService(queue, serviceOf(round * callers + at));
      noteWaited(queue, { askedMs, mark, deadlineMs }, waitedMs, nowMs);
    }
  }
  return longest;
};

test('waits of a small part of the deadline, as batches and busy machines make them, are never taken for a full scorer', () => {
  const service = (number: number): number => (number % 500 === 0 ? 30 : 0.03);
  expect(longestExpected((round) => 15 + (round % 4) * 10, service)).toBeLessThan(0.5 * deadlineMs);
});

test('waits of a good part of the deadline are', () => {
  expect(
    longestExpected(
      (round) => 200 + round,
      () => 5,
    ),
  ).toBeGreaterThan(0.8 * deadlineMs);
});

test('one measurement a thousand times the others, as a preempted scorer gives, hardly moves its service time', () => {
  const queue = newQueueEstimate();
  for (let number = 0; number < 50; number += 1) noteService(queue, 0.03);
  noteService(queue, 30);
  expect(serviceMs(queue)).toBeLessThan(0.2);
});

test('a scorer that became a thousand times slower is known for it within a few dozen requests', () => {
  const queue = newQueueEstimate();
  for (let number = 0; number < 50; number += 1) noteService(queue, 0.03);
  for (let number = 0; number < 40; number += 1) noteService(queue, 30);
  expect(serviceMs(queue)).toBeGreaterThan(20);
});
