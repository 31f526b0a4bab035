import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import type { Verdict } from '../../src/broker/port.ts';
import { gather, message } from './broker-fixture.ts';
import type { World } from './broker-world.ts';
import { until } from './until.ts';

/** What consuming does on every broker, and what becomes of messages nobody acknowledged. */
export const testConsuming = (world: () => World): void => {
  test('messages of one queue arrive in order', async () => {
    const { declare, broker, publisher, scene } = world();
    const [queue = ''] = await declare({ name: 'a' });
    const texts = Array.from({ length: 500 }, (_, at) => String(at));
    await Promise.all(texts.map((text) => publisher.publish(message(scene, queue, text))));
    const seen = await gather(broker, queue, { prefetch: 50 });
    await until('all arrive', () => seen.messages.length === 500);
    expect(seen.texts()).toEqual(texts);
  });

  test('no more than the prefetch is held at once, and settling one brings the next', async () => {
    const { declare, broker, send, depthIs } = world();
    const [queue = ''] = await declare({ name: 'a' });
    await send(queue, '1', '2', '3', '4', '5');
    const settle: ((verdict: Verdict) => void)[] = [];
    const seen = await gather(broker, queue, { prefetch: 2, verdict: () => new Promise((done) => settle.push(done)) });
    await until('two are held', () => seen.messages.length === 2);
    await depthIs(queue, 3);
    await sleep(30);
    expect(seen.texts()).toEqual(['1', '2']);
    settle[0]?.('ack');
    await until('the third comes', () => seen.messages.length === 3);
    await sleep(30);
    expect(seen.texts()).toEqual(['1', '2', '3']);
    for (const done of settle) done('ack');
    await until('the rest is held', () => settle.length === 5);
    for (const done of settle) done('ack');
    await depthIs(queue, 0);
  });

  test('two consumers of one queue share its messages', async () => {
    const { declare, broker, send } = world();
    const [queue = ''] = await declare({ name: 'a' });
    const one = await gather(broker, queue, { prefetch: 1 });
    const two = await gather(broker, queue, { prefetch: 1 });
    await send(queue, ...Array.from({ length: 40 }, (_, at) => String(at)));
    await until('all arrive', () => one.messages.length + two.messages.length === 40);
    expect(one.messages.length).toBeGreaterThan(5);
    expect(two.messages.length).toBeGreaterThan(5);
  });

  test.each(['classic', 'quorum'] as const)(
    'a requeued message of a %s queue comes back first, marked',
    async (kind) => {
      const { declare, broker, send, depthIs } = world();
      const [queue = ''] = await declare({ name: 'a', kind });
      await send(queue, '1', '2');
      const seen = await gather(broker, queue, {
        prefetch: 1,
        verdict: (one) => (one.redelivered ? 'ack' : 'requeue'),
      });
      await until('both came twice', () => seen.messages.length === 4);
      await depthIs(queue, 0);
      if (kind === 'classic') expect(seen.texts()).toEqual(['1', '1', '2', '2']);
      const first = seen.messages.filter(({ body }) => body.toString() === '1');
      expect(first.map(({ redelivered, deliveries }) => [redelivered, deliveries])).toEqual([
        [false, 0],
        [true, 1],
      ]);
    },
  );

  test('a handler that throws has its message once more, then dead-lettered', async () => {
    const { declare, broker, send, depthIs, scene, harness } = world();
    const deadLetter = { exchange: scene.deadLetter, key: scene.queue('dead') };
    const [queue = '', dead = ''] = await declare({ name: 'a', deadLetter }, { name: 'dead' });
    await send(queue, '1');
    const fail = (): Promise<Verdict> => Promise.reject(new Error('cannot'));
    const seen = await gather(broker, queue, { verdict: fail });
    await depthIs(dead, 1);
    expect(seen.messages.map(({ redelivered }) => redelivered)).toEqual([false, true]);
    expect(harness.counted('medley_broker_delivered_total', { type: 'other', verdict: 'failed' })).toBe(2);
  });

  test('a queue that does not exist yet is consumed once it does', async () => {
    const { declare, broker, send, scene } = world();
    const seen = await gather(broker, scene.queue('a'));
    expect(seen.active()).toBe(false);
    const [queue = ''] = await declare({ name: 'a' });
    await send(queue, '1');
    await until('it arrives', () => seen.messages.length === 1, 15_000);
    expect(seen.active()).toBe(true);
  });
};

/** How messages end other than by an ack. */
export const testDying = (world: () => World): void => {
  test('a message that waited longer than its TTL is dropped, a younger one is not', async () => {
    const { declare, broker, publisher, scene } = world();
    const [queue = ''] = await declare({ name: 'a' });
    await publisher.publish(message(scene, queue, 'old', { expiresInMs: 20 }));
    await publisher.publish(message(scene, queue, 'young', { expiresInMs: 60_000 }));
    await publisher.publish(message(scene, queue, 'ageless'));
    await sleep(80);
    const seen = await gather(broker, queue);
    await until('the others arrive', () => seen.messages.length === 2);
    await sleep(30);
    expect(seen.texts()).toEqual(['young', 'ageless']);
  });

  test('what expires in a queue with dead letters is found there, and no longer expires', async () => {
    const { declare, broker, publisher, scene, depthIs } = world();
    const deadLetter = { exchange: scene.deadLetter, key: scene.queue('dead') };
    const [queue = '', dead = ''] = await declare({ name: 'a', kind: 'quorum', deadLetter }, { name: 'dead' });
    await publisher.publish(message(scene, queue, 'old', { expiresInMs: 20, persistent: true }));
    await depthIs(dead, 1);
    await sleep(50);
    const seen = await gather(broker, dead);
    await until('it is found', () => seen.messages.length === 1);
    expect(seen.messages[0]).toMatchObject({
      type: 'medley.test.v1',
      routingKey: dead,
      headers: { 'x-first-death-queue': queue, 'x-first-death-reason': 'expired' },
    });
  });

  test('a dead-lettered message goes where its queue says, or nowhere', async () => {
    const { declare, broker, send, scene, depthIs } = world();
    const deadLetter = { exchange: scene.deadLetter, key: scene.queue('dead') };
    const [a = '', b = '', dead = ''] = await declare({ name: 'a', deadLetter }, { name: 'b' }, { name: 'dead' });
    await gather(broker, a, { verdict: () => 'dead-letter' });
    const seen = await gather(broker, b, { verdict: () => 'dead-letter' });
    await send(a, 'from a');
    await send(b, 'from b');
    await depthIs(dead, 1);
    await depthIs(b, 0);
    expect(seen.texts()).toEqual(['from b']);
    const found = await gather(broker, dead);
    await until('it is found', () => found.messages.length === 1);
    expect(found.messages[0]?.headers).toMatchObject({ 'x-first-death-queue': a, 'x-first-death-reason': 'rejected' });
  });

  test('a message given back more often than the delivery limit is dead-lettered', async () => {
    const { declare, broker, send, scene, depthIs } = world();
    const deadLetter = { exchange: scene.deadLetter, key: scene.queue('dead') };
    const [queue = '', dead = ''] = await declare(
      { name: 'a', kind: 'quorum', deliveryLimit: 2, deadLetter },
      { name: 'dead' },
    );
    const seen = await gather(broker, queue, { verdict: () => 'requeue' });
    await send(queue, '1');
    await depthIs(dead, 1);
    expect(seen.messages.map(({ deliveries }) => deliveries)).toEqual([0, 1, 2]);
  });

  test('a quorum queue without a delivery limit has none', async () => {
    const { declare, broker, send } = world();
    const [queue = ''] = await declare({ name: 'a', kind: 'quorum' });
    const seen = await gather(broker, queue, { verdict: (one) => (one.deliveries < 30 ? 'requeue' : 'ack') });
    await send(queue, '1');
    await until('it came 31 times', () => seen.messages.length === 31);
  });
};
