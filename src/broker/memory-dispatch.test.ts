import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { realClock } from '../../test/support/broker-fixture.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import type { Clock } from '../contract/clock.ts';
import { createMemoryDispatch, type Slot } from './memory-dispatch.ts';
import { createMemoryQueue } from './memory-queue.ts';

const open = (clock: Clock = createFakeClock()) => {
  const dispatch = createMemoryDispatch(clock);
  const taken: string[] = [];
  const slot = (name: string, kind: 'classic' | 'quorum', onTake: () => void = () => {}): Slot => {
    const queue = createMemoryQueue({ name, kind }, clock, () => {});
    const take = (): void => {
      taken.push(name);
      onTake();
    };
    return { name, queue, takers: [{ free: () => true, take }] };
  };
  const put = (into: Slot, count: number): void => {
    for (let at = 0; at < count; at += 1) {
      into.queue?.enqueue(
        { exchange: '', routingKey: '', type: 't', body: Buffer.alloc(1), persistent: false },
        '',
        {},
      );
    }
    dispatch.wake(into);
  };
  return { dispatch, slot, put, taken };
};

test('nothing is delivered before the present turn ends', async () => {
  const { slot, put, taken } = open();
  put(slot('a', 'classic'), 1);
  await Promise.resolve();
  expect(taken).toEqual([]);
  await turn();
  expect(taken).toEqual(['a']);
});

test('interactive queues come first, and durable ones are not starved', async () => {
  const { slot, put, taken } = open();
  put(slot('durable', 'quorum'), 10);
  put(slot('interactive', 'classic'), 1_000);
  await turn();
  expect(taken.indexOf('durable')).toBeGreaterThanOrEqual(100);
  expect(taken.filter((name) => name === 'durable')).toHaveLength(1);
  for (let at = 0; at < 20; at += 1) await turn();
  expect(taken).toHaveLength(1_010);
});

test('queues of one lane take turns', async () => {
  const { slot, put, taken } = open();
  put(slot('a', 'classic'), 64);
  put(slot('b', 'classic'), 64);
  await turn();
  expect(taken.slice(0, 32).filter((name) => name === 'b').length).toBe(16);
});

test('a flood of messages that make messages leaves timers and sockets their turn', async () => {
  const { slot, put, taken } = open(realClock);
  const endless: Slot = slot('endless', 'classic', () => put(endless, 1));
  put(endless, 50);
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(taken.length).toBeGreaterThan(50);
  endless.takers.length = 0;
});

test('confirmations of one turn come together, before the deliveries of the next', async () => {
  const { dispatch, slot, put, taken } = open();
  const seen: number[] = [];
  put(slot('a', 'classic'), 1);
  for (let at = 0; at < 3; at += 1) dispatch.nextTurn(() => seen.push(taken.length));
  expect(seen).toEqual([]);
  await turn();
  expect(seen).toEqual([0, 0, 0]);
});
