import { expect, test } from '@jest/globals';
import { createCountingMetrics } from '../../test/support/broker-fixture.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import type { QueueSpec } from '../contract/topology.ts';
import { createMemoryHub } from './memory-hub.ts';

const open = async (...queues: Omit<QueueSpec, 'kind'>[]) => {
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const broker = createMemoryHub({ clock: createFakeClock(), metrics: createCountingMetrics(), log }).connect('test');
  await broker.declare({
    exchanges: [{ name: 'x', kind: 'direct' }],
    queues: queues.map((queue) => ({ kind: 'classic', ...queue })),
    bindings: queues.map(({ name }) => ({ queue: name, exchange: 'x', key: name })),
  });
  const publisher = await broker.createPublisher();
  const send = (queue: string): Promise<void> =>
    publisher.publish({ exchange: 'x', routingKey: queue, type: 't', body: Buffer.from('x'), persistent: false });
  return { broker, send };
};

test('a full queue whose dead letters come back to it drops them instead of turning for ever', async () => {
  const { broker, send } = await open({ name: 'a', maxMessages: 1, deadLetter: { exchange: 'x', key: 'a' } });
  for (let at = 0; at < 3; at += 1) await send('a');
  expect(await broker.depth('a')).toBe(1);
});

test('two full queues that are each other’s dead letters come to rest', async () => {
  const { broker, send } = await open(
    { name: 'a', maxMessages: 1, deadLetter: { exchange: 'x', key: 'b' } },
    { name: 'b', maxMessages: 1, deadLetter: { exchange: 'x', key: 'a' } },
  );
  for (let at = 0; at < 5; at += 1) await send('a');
  expect(await broker.depth('a')).toBe(1);
  expect(await broker.depth('b')).toBe(1);
});

test('connections of one hub share its queues, and one closed leaves the others open', async () => {
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const hub = createMemoryHub({ clock: createFakeClock(), metrics: createCountingMetrics(), log });
  const [one, two] = [hub.connect('one'), hub.connect('two')];
  await one.declare({ exchanges: [], queues: [{ name: 'a', kind: 'classic' }], bindings: [] });
  await one.close();
  expect(await two.depth('a')).toBe(0);
  await expect(one.declare({ exchanges: [], queues: [], bindings: [] })).rejects.toThrow('closed');
});
