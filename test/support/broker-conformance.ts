import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { BrokerUnavailableError, TopologyMismatchError } from '../../src/broker/errors.ts';
import type { Verdict } from '../../src/broker/port.ts';
import type { Topology } from '../../src/contract/topology.ts';
import { testConsuming, testDying } from './broker-conformance-consume.ts';
import { testPublishing } from './broker-conformance-publish.ts';
import { type BrokerHarness, gather, message } from './broker-fixture.ts';
import { createWorld, type World } from './broker-world.ts';
import { until } from './until.ts';

/** What every broker behind the port does. `createHarness` is called before each test. */
export const describeBroker = (name: string, createHarness: () => BrokerHarness): void => {
  describe(`the broker port on ${name}`, () => {
    // A loaded machine is slow, not wrong.
    jest.setTimeout(30_000);
    const topologies: Topology[] = [];
    let world: World;
    beforeEach(async () => {
      world = await createWorld(createHarness(), topologies);
    });
    afterEach(async () => {
      await world.harness.tearDown(topologies.splice(0));
    });
    testPublishing(() => world);
    testConsuming(() => world);
    testDying(() => world);
    lifeCycle(() => world);
  });
};

const lifeCycle = (world: () => World): void => {
  test('stopping a consumer waits for its handlers, settles them and takes no more', async () => {
    const { declare, broker, send, depthIs } = world();
    const [queue = ''] = await declare({ name: 'a' });
    await send(queue, '1');
    let settle: (verdict: Verdict) => void = () => {};
    const seen = await gather(broker, queue, {
      verdict: () =>
        new Promise((done) => {
          settle = done;
        }),
    });
    await until('it runs', () => seen.messages.length === 1);
    let stopped = false;
    const stopping = seen.stop().then(() => {
      stopped = true;
    });
    await sleep(50);
    expect(stopped).toBe(false);
    await send(queue, '2');
    await sleep(50);
    settle('ack');
    await stopping;
    expect(seen.active()).toBe(false);
    expect(seen.texts()).toEqual(['1']);
    await depthIs(queue, 1);
  });

  test('what a closed connection had not settled comes back to others, marked', async () => {
    const { declare, broker, send, harness } = world();
    const [queue = ''] = await declare({ name: 'a', kind: 'quorum' });
    await send(queue, '1', '2', '3');
    const leaver = await harness.connect('leaver', { closeGraceMs: 50 });
    const held = await gather(leaver, queue, { prefetch: 2, verdict: () => new Promise(() => {}) });
    await until('two are held', () => held.messages.length === 2);
    await leaver.close();
    expect(leaver.ready()).toBe(false);
    const seen = await gather(broker, queue);
    await until('all arrive', () => seen.messages.length === 3);
    const marks = seen.messages.map(({ body, redelivered }) => `${body.toString()} ${redelivered}`);
    expect(marks.sort()).toEqual(['1 true', '2 true', '3 false']);
  });

  test('declaring twice changes nothing; other arguments are refused by name and harm nobody', async () => {
    const { declare, broker, send, depthIs, scene } = world();
    const [queue = ''] = await declare({ name: 'a', maxMessages: 10 });
    await send(queue, '1');
    await declare({ name: 'a', maxMessages: 10 });
    const other = await broker
      .declare(scene.topology({ name: queue, maxMessages: 11 }))
      .catch((error: unknown) => error);
    expect(other).toBeInstanceOf(TopologyMismatchError);
    expect(String(other)).toContain(queue);
    await send(queue, '2');
    await depthIs(queue, 2);
  });

  test('binding to an exchange that does not exist is refused by name', async () => {
    const { declare, broker } = world();
    const [queue = ''] = await declare({ name: 'a' });
    const bindings = [{ queue, exchange: `${queue}.nowhere`, key: queue }];
    await expect(broker.declare({ exchanges: [], queues: [], bindings })).rejects.toThrow(`${queue}.nowhere`);
  });

  test('a queue that does not exist has no depth, and deleting it is fine', async () => {
    const { broker, declare, scene } = world();
    expect(await broker.depth(scene.queue('a'))).toBeNull();
    await broker.deleteQueues([scene.queue('a')]);
    const [queue = ''] = await declare({ name: 'a' });
    expect(await broker.depth(queue)).toBe(0);
    await broker.deleteQueues([queue]);
    expect(await broker.depth(queue)).toBeNull();
  });

  test('a closed connection refuses to publish, and closing twice is fine', async () => {
    const { declare, scene, harness } = world();
    const [queue = ''] = await declare({ name: 'a' });
    const leaver = await harness.connect('leaver');
    const publisher = await leaver.createPublisher();
    expect(leaver.ready()).toBe(true);
    await leaver.close();
    await leaver.close();
    expect(publisher.state()).toBe('down');
    await expect(publisher.publish(message(scene, queue, 'x'))).rejects.toThrow(BrokerUnavailableError);
  });
};
