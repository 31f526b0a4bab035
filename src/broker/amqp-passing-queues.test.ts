import { expect, test } from '@jest/globals';
import type { ChannelModel } from 'amqplib';
import { createCountingMetrics } from '../../test/support/broker-fixture.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { createPassingQueues } from './amqp-passing-queues.ts';

const topology = {
  exchanges: [],
  queues: [{ name: 'mine', kind: 'classic' as const, expiresMs: 60_000 }],
  bindings: [{ queue: 'mine', exchange: 'control', key: 'plans' }],
};
const log = { debug() {}, info() {}, warn() {}, error() {} };
const ticks = async (): Promise<void> => {
  for (let at = 0; at < 20; at += 1) await Promise.resolve();
};

test('a queue whose node answers nothing is left after three seconds for one of another name, under the same keys', async () => {
  const clock = createFakeClock();
  const bound: string[][] = [];
  let silent = false;
  const channel = {
    on: () => channel,
    assertQueue: (name: string) => (silent && name === 'mine' ? new Promise(() => undefined) : Promise.resolve()),
    bindQueue: async (...binding: string[]) => void bound.push(binding),
    close: async () => undefined,
  };
  const model = { createChannel: async () => channel } as unknown as ChannelModel;
  const queues = createPassingQueues({ clock, log, metrics: createCountingMetrics() });
  await queues.declare(model, topology);
  silent = true;
  let name = '';
  const moved = queues.nameToday(model, 'mine').then((today) => {
    name = today;
  });
  await ticks();
  clock.advance(2_999);
  await ticks();
  expect(name).toBe('');
  clock.advance(1);
  await moved;
  expect(name).toBe('mine.g1');
  expect(bound.at(-1)).toEqual(['mine.g1', 'control', 'plans']);
});
