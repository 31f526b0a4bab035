import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createClockOffsets, localDeadlineMs } from './deadline.ts';

describe('the deadline on this clock', () => {
  const cases: readonly { name: string; skewMs: number; transitMs: number; offsetMs: number; expected: number }[] = [
    {
      name: 'clocks agree and the message is quick: the instant',
      skewMs: 0,
      transitMs: 2,
      offsetMs: 2,
      expected: 1302,
    },
    {
      name: 'clocks agree and the message waited: the instant, not receipt + remaining',
      skewMs: 0,
      transitMs: 200,
      offsetMs: 2,
      expected: 1302,
    },
    {
      name: "the sender's clock is an hour ahead",
      skewMs: -3_600_000,
      transitMs: 200,
      offsetMs: -3_599_998,
      expected: -3_598_698,
    },
    {
      name: "the sender's clock is an hour behind",
      skewMs: 3_600_000,
      transitMs: 200,
      offsetMs: 3_600_002,
      expected: 3_601_302,
    },
    {
      name: 'the first message ever waited: receipt + remaining',
      skewMs: 0,
      transitMs: 200,
      offsetMs: 200,
      expected: 1500,
    },
    {
      name: 'an offset that is believed too large never wins over receipt + remaining',
      skewMs: 0,
      transitMs: 5,
      offsetMs: 900,
      expected: 1305,
    },
  ];

  test.each(cases)('$name', ({ skewMs, transitMs, offsetMs, expected }) => {
    const sentAtMs = 1_000;
    const deadline = { deadlineAtMs: sentAtMs + 300, remainingMs: 300 };
    expect(localDeadlineMs(deadline, sentAtMs + skewMs + transitMs, offsetMs)).toBe(expected);
  });

  test('whatever the skew and the waits, it is never before the true one, and after it by the quickest transit at most', () => {
    const message = fc.record({
      transitMs: fc.integer({ min: 0, max: 5_000 }),
      gapMs: fc.integer({ min: 0, max: 500 }),
    });
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.array(message, { minLength: 1 }), (skewMs, sent) => {
        const offsets = createClockOffsets();
        let trueMs = 2e12;
        let quickestMs = Number.POSITIVE_INFINITY;
        for (const { transitMs, gapMs } of sent) {
          trueMs += gapMs;
          quickestMs = Math.min(quickestMs, transitMs);
          const deadline = { deadlineAtMs: trueMs + skewMs + 300, remainingMs: 300 };
          const receivedAtMs = trueMs + transitMs;
          const offsetMs = offsets.observe('gateway-1', trueMs + skewMs, receivedAtMs);
          const lateMs = localDeadlineMs(deadline, receivedAtMs, offsetMs) - (trueMs + 300);
          expect(lateMs).toBeGreaterThanOrEqual(0);
          expect(lateMs).toBeLessThanOrEqual(quickestMs);
        }
      }),
    );
  });
});

describe('the offset of a sender', () => {
  test('is the smallest seen, each sender on its own', () => {
    const offsets = createClockOffsets();
    expect(offsets.observe('a', 1_000, 1_040)).toBe(40);
    expect(offsets.observe('a', 2_000, 2_003)).toBe(3);
    expect(offsets.observe('a', 3_000, 3_500)).toBe(3);
    expect(offsets.observe('b', 9_000, 3_600)).toBe(-5_400);
    expect(offsets.observe('a', 4_000, 4_010)).toBe(3);
  });

  test('outlasts a backlog that is shorter than the window', () => {
    const offsets = createClockOffsets(10, 1_000);
    offsets.observe('a', 0, 2);
    for (let ms = 100; ms <= 1_900; ms += 100) expect(offsets.observe('a', ms, ms + 90)).toBe(2);
  });

  test('is forgotten after two windows, so that a clock that was set back is believed again', () => {
    const offsets = createClockOffsets(10, 1_000);
    offsets.observe('a', 10_000, 10_002);
    const believed = [11, 12, 13].map((s) => offsets.observe('a', s * 1_000 - 5_000, s * 1_000 + 2));
    expect(believed).toEqual([2, 5_002, 5_002]);
  });

  test('survives this clock being set back', () => {
    const offsets = createClockOffsets(10, 1_000);
    offsets.observe('a', 10_000, 10_002);
    expect(offsets.observe('a', 10_100, 5_102)).toBe(-4_998);
    expect(offsets.observe('a', 10_200, 5_204)).toBe(-4_998);
  });

  test('is kept of so many senders, and the one heard of first is forgotten', () => {
    const offsets = createClockOffsets(2);
    offsets.observe('first', 0, 1);
    offsets.observe('second', 0, 1);
    offsets.observe('third', 0, 1);
    expect(offsets.observe('second', 0, 50)).toBe(1);
    expect(offsets.observe('first', 0, 50)).toBe(50);
  });
});
