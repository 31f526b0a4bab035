import { describe, expect, test } from '@jest/globals';
import { createFakeBroker } from '../../test/support/fake-broker.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { silentLog } from '../runtime/log.ts';
import { createLaneIntake } from './lane-intake.ts';
import { wantedPrefetch } from './prefetch.ts';

describe('how many messages a scorer takes ahead', () => {
  test.each([
    ['two per place while nothing was measured', null, 1, 2],
    ['two per place when it is slow, so that replicas share the load', 38, 4, 8],
    ['two per place when a message fills what may be held', 10, 1, 2],
    ['about ten milliseconds of work when it is faster', 2, 1, 6],
    ['no more than memory allows when it is very fast', 0.01, 2, 64],
  ])('is %s', (_, messageMs, slots, expected) => {
    expect(wantedPrefetch({ messageMs, slots, aheadMs: 10, mostPerSlot: 32 })).toBe(expected);
  });
});

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

const setUp = async (prefetch: number | 'auto') => {
  const broker = createFakeBroker();
  const clock = createFakeClock();
  const told: number[] = [];
  const intake = createLaneIntake({
    broker,
    queue: 'q',
    handle: () => 'ack',
    prefetch,
    slots: 1,
    mostPerSlot: 32,
    aheadMs: 10,
    clock,
    log: silentLog,
    onPrefetch: (messages) => told.push(messages),
  });
  await intake.start();
  const observe = (messageMs: number, times: number) => {
    for (let time = 0; time < times; time += 1) intake.observe(messageMs);
  };
  return { broker, clock, intake, told, observe };
};

describe('the intake of a lane', () => {
  test('subscribes anew with a larger prefetch when messages prove fast, before it ends the old subscription', async () => {
    const { broker, clock, intake, told, observe } = await setUp('auto');
    observe(0.1, 20);
    clock.advance(1_000);
    await turns();
    expect(broker.subscriptions).toEqual([
      { queue: 'q', prefetch: 2, stopped: true },
      { queue: 'q', prefetch: 32, stopped: false },
    ]);
    expect([told, intake.active()]).toEqual([[2, 32], true]);
    await intake.stop();
    expect(broker.subscriptions.every(({ stopped }) => stopped)).toBe(true);
  });

  test.each([
    ['too little was measured', 0.1, 19, 'auto' as const],
    ['what it measured changes little', 4, 50, 'auto' as const],
    ['it was told a number', 0.1, 50, 2],
  ])('stays as it is when %s', async (_, messageMs, times, prefetch) => {
    const { broker, clock, intake, observe } = await setUp(prefetch);
    observe(messageMs, times);
    clock.advance(5_000);
    await turns();
    expect(broker.subscriptions).toHaveLength(1);
    await intake.stop();
  });

  test('takes nothing after it was stopped, even when it is started only then', async () => {
    const { broker, intake } = await setUp('auto');
    await intake.stop();
    await intake.start();
    expect(broker.subscriptions).toMatchObject([{ stopped: true }]);
    expect(intake.active()).toBe(false);
  });
});
