import { expect, test } from '@jest/globals';
import {
  BrokerUnavailableError,
  MessageTooLargeError,
  PublishNackedError,
  PublishReturnedError,
} from '../../src/broker/errors.ts';
import { maximumMessageBytes } from '../../src/contract/control.ts';
import { gather, message } from './broker-fixture.ts';
import type { World } from './broker-world.ts';
import { until } from './until.ts';

/** What publishing does on every broker. */
export const testPublishing = (world: () => World): void => {
  test('a confirmed message reaches the consumer with its type, key, headers and body', async () => {
    const { declare, broker, publisher, scene, harness } = world();
    const [queue = ''] = await declare({ name: 'a' });
    await publisher.publish(message(scene, queue, 'hello', { headers: { 'medley-reason': 'test' } }));
    expect(publisher.unconfirmed()).toBe(0);
    expect(publisher.state()).toBe('ready');
    const seen = await gather(broker, queue);
    await until('it arrives', () => seen.messages.length === 1);
    expect(seen.messages[0]).toMatchObject({
      type: 'medley.test.v1',
      exchange: scene.exchange,
      routingKey: queue,
      redelivered: false,
      deliveries: 0,
      headers: { 'medley-reason': 'test' },
    });
    expect(seen.texts()).toEqual(['hello']);
    expect(harness.counted('medley_broker_published_total', { type: 'other', result: 'confirmed' })).toBe(1);
    await until(
      'it is counted',
      () => harness.counted('medley_broker_delivered_total', { type: 'other', verdict: 'ack' }) === 1,
    );
  });

  test('one publish with more keys leaves one copy in each queue, however many keys reach it', async () => {
    const { declare, broker, publisher, scene, depthIs } = world();
    const [a = '', b = '', c = ''] = await declare({ name: 'a' }, { name: 'b', kind: 'quorum' }, { name: 'c' });
    await broker.declare({
      exchanges: [],
      queues: [],
      bindings: [{ queue: a, exchange: scene.exchange, key: 'also' }],
    });
    await publisher.publish(message(scene, a, 'once', { cc: [b, 'also', 'nobody'] }));
    await depthIs(a, 1);
    await depthIs(b, 1);
    await depthIs(c, 0);
  });

  test('a mandatory message that no queue takes is returned, any other is not', async () => {
    const { declare, publisher, scene, harness } = world();
    const [queue = ''] = await declare({ name: 'a' });
    const lost = message(scene, 'nobody', 'x', { mandatory: true });
    await expect(publisher.publish(lost)).rejects.toThrow(PublishReturnedError);
    await publisher.publish(message(scene, 'nobody', 'x'));
    await publisher.publish(message(scene, 'nobody', 'x', { mandatory: true, cc: [queue] }));
    expect(publisher.unconfirmed()).toBe(0);
    expect(harness.counted('medley_broker_published_total', { type: 'other', result: 'returned' })).toBe(1);
  });

  test('a topic exchange routes by words', async () => {
    const { declare, broker, publisher, scene, depthIs } = world();
    const [a = '', b = ''] = await declare({ name: 'a' }, { name: 'b' });
    const bindings = [
      { queue: a, exchange: scene.topic, key: 'plans.*' },
      { queue: b, exchange: scene.topic, key: '#' },
    ];
    await broker.declare({ exchanges: [], queues: [], bindings });
    for (const routingKey of ['plans.published', 'plans.a.b', 'fleet.published']) {
      await publisher.publish(message(scene, '', 'x', { exchange: scene.topic, routingKey }));
    }
    await depthIs(a, 1);
    await depthIs(b, 3);
  });

  test('a message larger than the contract allows is refused before it is sent', async () => {
    const { declare, publisher, scene, broker } = world();
    const [queue = ''] = await declare({ name: 'a' });
    const large = message(scene, queue, '', { body: Buffer.alloc(maximumMessageBytes + 1) });
    await expect(publisher.publish(large)).rejects.toThrow(MessageTooLargeError);
    await publisher.publish(message(scene, queue, 'small'));
    expect(await broker.depth(queue)).toBe(1);
  });

  test('an exchange that does not exist is an error that names it, and the publisher goes on', async () => {
    const { declare, publisher, scene } = world();
    const [queue = ''] = await declare({ name: 'a' });
    const lost = message(scene, queue, 'x', { exchange: `${scene.exchange}.nowhere` });
    const refused = await publisher.publish(lost).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(BrokerUnavailableError);
    expect(String(refused)).toContain(`${scene.exchange}.nowhere`);
    await publisher.publish(message(scene, queue, 'y'));
  });

  test('a full classic queue drops its head', async () => {
    const { declare, broker, send, depthIs } = world();
    const [queue = ''] = await declare({ name: 'a', maxMessages: 3 });
    await send(queue, '1', '2', '3', '4', '5');
    await depthIs(queue, 3);
    const seen = await gather(broker, queue);
    await until('the rest arrives', () => seen.messages.length === 3);
    expect(seen.texts()).toEqual(['3', '4', '5']);
  });

  test('a full quorum queue refuses, and other queues may have taken their copy', async () => {
    const { declare, publisher, scene, broker } = world();
    const [full = '', other = ''] = await declare({ name: 'a', kind: 'quorum', maxMessages: 2 }, { name: 'b' });
    const refusals: unknown[] = [];
    for (let at = 0; at < 50 && refusals.length === 0; at += 1) {
      await publisher.publish(message(scene, full, 'x', { cc: [other] })).catch((error) => refusals.push(error));
    }
    expect(refusals[0]).toBeInstanceOf(PublishNackedError);
    expect(await broker.depth(other)).toBeGreaterThan(2);
  });
};
