import { expect, test } from '@jest/globals';
import { createSenderName } from './sender-name.ts';

const setUp = (process = 'gateway-1') => {
  const times = { wallMs: 1_700_000_000_000, monotonicMs: 0 };
  const name = createSenderName(process, { nowMs: () => times.wallMs, monotonicMs: () => times.monotonicMs });
  const pass = (ms: number, steppedMs = 0): void => {
    times.monotonicMs += ms;
    times.wallMs += ms + steppedMs;
  };
  return { name, pass };
};

test('a process has one name as long as its clock goes on, or is set ahead', () => {
  const { name, pass } = setUp();
  pass(1_000, 0.4);
  pass(1_000, -0.4);
  expect(name()).toBe('gateway-1');
  pass(1_000, 3_600_000);
  expect(name()).toBe('gateway-1');
});

test('each time its clock is set back it has another, no longer than a name may be', () => {
  const { name, pass } = setUp('g'.repeat(128));
  pass(1_000, -2_000);
  const second = name();
  expect(second).toBe(`${'g'.repeat(126)}~1`);
  pass(1_000);
  expect(name()).toBe(second);
  pass(1_000, 500);
  expect(name()).toBe(second);
  pass(1_000, -500);
  expect(name()).toBe(`${'g'.repeat(126)}~2`);
});
