import { describe, expect, test } from '@jest/globals';
import type { Call } from './callers.ts';
import { type Blow, isNear, tally, untilWholeMs } from './drill-report.ts';

const call = (startedMs: number, endedMs: number, more: Partial<Call> = {}): Call => ({
  ...{ door: 0, startedMs, endedMs, verdict: 'whole', gatewayMs: endedMs - startedMs, turnedAway: 0 },
  ...more,
});
const blow = (atMs: number, more: Partial<Blow> = {}): Blow => ({
  ...{ role: 'aggregator', name: 'aggregator-0', door: null, atMs, backMs: atMs + 2_000 },
  ...more,
});

describe('a call is near a blow', () => {
  test.each([
    ['ended just before', 800, 999, false],
    ['open at the moment', 900, 1_100, true],
    ['begun within a second', 1_999, 2_300, true],
    ['begun later', 2_001, 2_300, false],
  ])('%s', (_, startedMs, endedMs, near) => {
    expect(isNear(call(startedMs, endedMs), [blow(1_000)])).toBe(near);
  });
});

describe('the tally', () => {
  test('counts verdicts, and late what took longer than the deadline and the margin', () => {
    const calls = [
      call(0, 350),
      call(0, 351),
      call(0, 500, { verdict: 'popular', gatewayMs: 325 }),
      call(0, 10, { verdict: '429', gatewayMs: null }),
    ];
    const found = tally(calls, [], 300);
    expect(found).toMatchObject({ calls: 4, late: 2, mostLateMs: 150, lateAtGateway: 1, ownGatewayDown: 0 });
    expect(found.verdicts).toMatchObject({ whole: 2, popular: 1, 429: 1, cut: 0 });
  });

  test('keeps those apart whose own gateway was down, and no others', () => {
    const down = blow(1_000, { role: 'gateway', door: 1 });
    const calls = [call(900, 1_000, { door: 1, verdict: 'cut' }), call(900, 1_000), call(3_100, 3_200, { door: 1 })];
    const found = tally(calls, [down], 300);
    expect(found).toMatchObject({ calls: 2, ownGatewayDown: 1 });
    expect(found.verdicts.cut).toBe(0);
  });
});

test('it is whole again after the last call that was not, before the next blow', () => {
  const calls = [
    call(1_050, 1_375, { verdict: 'popular' }),
    call(1_100, 1_500),
    call(1_600, 1_700),
    call(8_900, 9_200, { verdict: 'last-good' }),
  ];
  expect(untilWholeMs(calls, [blow(1_000), blow(5_000), blow(9_000)], 300)).toEqual([500, 0, 200]);
});
