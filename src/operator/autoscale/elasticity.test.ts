import { expect, test } from '@jest/globals';
import { simulate } from '../../../test/support/elasticity/simulate.ts';
import { step } from '../../../test/support/elasticity/trace.ts';

/** The recorded step, by arithmetic: pods that start within 3 s unless told. */

test('the step is met: at most 5 % late, at most 1,500 pod-seconds, back at one pod', () => {
  const { lateShare, podSeconds, pods } = simulate({});
  expect(lateShare).toBeLessThanOrEqual(0.05);
  expect(podSeconds).toBeLessThanOrEqual(1_500);
  expect(pods).toBe(1);
});

test('a part of what the step wants is asked for within a second of it, nearly all within two', () => {
  const { changes } = simulate({});
  const wantedBy = (atMs: number): number => changes.findLast((change) => change.atMs <= atMs)?.to ?? 1;
  expect(wantedBy(step.fromMs + 1_000)).toBeGreaterThanOrEqual(3);
  expect(wantedBy(step.fromMs + 2_000)).toBeGreaterThanOrEqual(8);
  expect(Math.max(...changes.map(({ to }) => to))).toBe(10);
});

test('chance alone changes nothing: no change but those the steps make', () => {
  const { changes } = simulate({});
  const isNear = (atMs: number, ofMs: number): boolean => atMs >= ofMs && atMs <= ofMs + 8_000;
  const stabilised = step.toMs + 20_000;
  expect(changes.filter(({ atMs }) => !isNear(atMs, step.fromMs) && !isNear(atMs, stabilised))).toEqual([]);
});

test('pods that take ten seconds to come cost what they must, and no more pods than the load wants', () => {
  const { lateShare, changes } = simulate({ podStartMs: 10_000 });
  expect(lateShare).toBeLessThanOrEqual(0.1);
  expect(Math.max(...changes.map(({ to }) => to))).toBeLessThanOrEqual(12);
});

test('while nobody tells of demand for two minutes, replicas hold; afterwards they follow again', () => {
  const isDeaf = (atMs: number): boolean => atMs > 60_000 && atMs < 180_000;
  const { changes, pods } = simulate({ isDeaf });
  // And for a whole window from then on, since nobody can say what was wanted before.
  expect(changes.filter(({ atMs }) => atMs > 50_000 && atMs < 200_000)).toEqual([]);
  expect(pods).toBe(2);
});
