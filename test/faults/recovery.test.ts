import { describe, expect, test } from '@jest/globals';
import type { Call } from './callers.ts';
import { recoveredAfterS } from './recovery.ts';

/** Ten calls in each second; `bad` names the seconds in which some are not whole, and how many. */
const callsOf = (seconds: number, bad: Readonly<Record<number, number>> = {}, tookMs = 20): Call[] =>
  Array.from({ length: seconds * 10 }, (_, at) => {
    const startedMs = 5_000 + at * 100;
    const isBad = at % 10 < (bad[Math.floor(at / 10)] ?? 0);
    const verdict = isBad ? 'partial' : 'whole';
    return { door: 0, startedMs, endedMs: startedMs + tookMs, verdict, gatewayMs: 10, turnedAway: 0 };
  });

describe('recovery', () => {
  test('is at once where nothing was amiss', () => {
    expect(recoveredAfterS(callsOf(12), 5_000, 300)).toBe(0);
  });

  test('comes with the first second from which 99 of 100 calls are whole', () => {
    expect(recoveredAfterS(callsOf(20, { 0: 10, 1: 2, 2: 1 }), 5_000, 300)).toBe(2);
  });

  test('does not come before a relapse', () => {
    expect(recoveredAfterS(callsOf(30, { 0: 10, 9: 5 }), 5_000, 300)).toBe(10);
  });

  test('needs ten seconds to be seen', () => {
    expect(recoveredAfterS(callsOf(12, { 3: 10 }), 5_000, 300)).toBeNull();
  });

  test('counts an answer that comes too late as not whole', () => {
    expect(recoveredAfterS(callsOf(20, {}, 351), 5_000, 300)).toBeNull();
    expect(recoveredAfterS(callsOf(20, {}, 350), 5_000, 300)).toBe(0);
  });

  test('is not claimed of seconds in which nobody called', () => {
    const gap = callsOf(24).filter(({ startedMs }) => startedMs < 7_000 || startedMs >= 9_000);
    expect(recoveredAfterS(gap, 5_000, 300)).toBe(4);
  });
});
