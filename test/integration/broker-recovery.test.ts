import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createAmqpBroker } from '../../src/broker/amqp-broker.ts';
import { BrokerRefusedError, BrokerUnavailableError } from '../../src/broker/errors.ts';
import type { Broker, Incoming, Outgoing, Publisher, Verdict } from '../../src/broker/port.ts';
import type { QueueSpec, Topology } from '../../src/contract/topology.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { deleteTopology, testAmqpUrl } from '../support/broker-amqp.ts';
import {
  createCountingMetrics,
  createScene,
  gather,
  message,
  realClock,
  type Scene,
} from '../support/broker-fixture.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { until } from '../support/until.ts';

const patienceMs = 400;
let proxy: TcpProxy;
let metrics: ReturnType<typeof createCountingMetrics>;
/** Behind the proxy, whose connections the tests break. */
let broker: Broker;
let publisher: Publisher;
/** Straight to RabbitMQ. */
let witness: Broker;
let scene: Scene;
let topologies: Topology[];

const open = (url: string, options: { startPatienceMs?: number } = {}): Promise<Broker> =>
  createAmqpBroker({
    url,
    name: 'test',
    log: silentLog,
    metrics,
    clock: realClock,
    patienceMs,
    closeGraceMs: 300,
    ...options,
  });

const declare = async (by: Broker, queue: Partial<QueueSpec> = {}): Promise<string> => {
  const name = scene.queue('a');
  const topology = scene.topology({ ...queue, name });
  topologies.push(topology);
  await by.declare(topology);
  return name;
};

beforeEach(async () => {
  proxy = await startTcpProxy(testAmqpUrl);
  metrics = createCountingMetrics();
  scene = createScene();
  topologies = [];
  broker = await open(proxy.through(testAmqpUrl));
  publisher = await broker.createPublisher();
  witness = await open(testAmqpUrl);
});

afterEach(async () => {
  proxy.accept();
  proxy.resume();
  await Promise.all([broker.close(), witness.close()]);
  await proxy.close();
  await deleteTopology(topologies);
});

/** As a role does: what became of a refused message is unknown, so it is sent again. */
const publishStubbornly = async (outgoing: Outgoing): Promise<void> => {
  for (;;) {
    try {
      await publisher.publish(outgoing);
      return;
    } catch (error) {
      if (!(error instanceof BrokerUnavailableError)) throw error;
      await sleep(5);
    }
  }
};

const elapsedMs = async (work: Promise<unknown>): Promise<number> => {
  const startedAtMs = performance.now();
  await work;
  return performance.now() - startedAtMs;
};

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no error',
    (error: unknown) => error,
  );

test('connections cut again and again under traffic lose no message', async () => {
  const queue = await declare(broker, { kind: 'quorum' });
  const seen = new Set<string>();
  await broker.consume({ queue, prefetch: 20 }, async ({ body }: Incoming): Promise<Verdict> => {
    await sleep(1);
    seen.add(body.toString());
    return 'ack';
  });
  const texts = Array.from({ length: 1_500 }, (_, at) => String(at));
  const cutting = (async () => {
    for (let cuts = 0; cuts < 8; cuts += 1) {
      await sleep(120);
      proxy.cut();
    }
  })();
  const lanes = Array.from({ length: 10 }, async (_, lane) => {
    for (let at = lane; at < texts.length; at += 10) {
      await publishStubbornly(message(scene, queue, texts[at] ?? '', { persistent: true }));
      await sleep(4);
    }
  });
  await Promise.all([...lanes, cutting]);
  await until('every message was seen', () => seen.size === texts.length, 20_000);
  await until('nothing is left', async () => (await witness.depth(queue)) === 0);
  expect(metrics.counted('medley_broker_reconnects_total', { connection: 'publish' })).toBeGreaterThan(2);
  expect(metrics.counted('medley_broker_reconnects_total', { connection: 'consume' })).toBeGreaterThan(2);
}, 40_000);

test('a publish during a short outage waits and succeeds', async () => {
  const queue = await declare(broker);
  proxy.cut();
  await until('the loss is seen', () => publisher.state() === 'down');
  expect(broker.ready()).toBe(false);
  await publisher.publish(message(scene, queue, 'x'));
  expect(publisher.state()).toBe('ready');
  expect(await witness.depth(queue)).toBe(1);
});

test('a publish during a long outage is refused after the patience, and works again afterwards', async () => {
  const queue = await declare(broker);
  proxy.refuse();
  await until('the loss is seen', () => publisher.state() === 'down');
  const refused = failure(publisher.publish(message(scene, queue, 'x')));
  const tookMs = await elapsedMs(refused);
  expect(await refused).toBeInstanceOf(BrokerUnavailableError);
  expect(tookMs).toBeGreaterThan(patienceMs - 20);
  expect(tookMs).toBeLessThan(patienceMs + 600);
  proxy.accept();
  await until('it is connected again', () => broker.ready(), 15_000);
  await publisher.publish(message(scene, queue, 'y'));
}, 20_000);

test('a silent broker has publishes refused within the patience, and is used again when it speaks', async () => {
  const queue = await declare(broker);
  await publisher.publish(message(scene, queue, 'before'));
  proxy.stall();
  const unknown = failure(publisher.publish(message(scene, queue, 'during')));
  expect(await elapsedMs(unknown)).toBeLessThan(patienceMs + 600);
  expect(await unknown).toBeInstanceOf(BrokerUnavailableError);
  await until('it is noticed', () => publisher.state() === 'blocked');
  expect(await elapsedMs(failure(publisher.publish(message(scene, queue, 'later'))))).toBeLessThan(patienceMs + 600);
  proxy.resume();
  await until('it is ready', () => publisher.state() === 'ready');
  await publisher.publish(message(scene, queue, 'after'));
  const seen = await gather(witness, queue);
  await until('all that was sent arrives', () => seen.messages.length === 3);
  expect(seen.texts()).toEqual(['before', 'during', 'after']);
  expect(metrics.counted('medley_broker_reconnects_total', { connection: 'publish' })).toBe(0);
});

test('a silent broker is given up within seconds, sooner than heartbeats would, and connected to again', async () => {
  const queue = await declare(broker);
  const seen = await gather(broker, queue);
  proxy.stall();
  const isGivenUp = (): boolean => publisher.state() === 'down' && !seen.active();
  expect(await elapsedMs(until('both connections are given up', isGivenUp, 20_000))).toBeLessThan(9_500);
  proxy.resume();
  await until('it is connected again', () => broker.ready() && seen.active(), 10_000);
  await publisher.publish(message(scene, queue, 'x'));
  await until('it arrives', () => seen.messages.length === 1);
}, 40_000);

test('a verdict that comes after its channel died is dropped, and the message comes again', async () => {
  const queue = await declare(broker);
  const settle: ((verdict: Verdict) => void)[] = [];
  const seen = await gather(broker, queue, { verdict: () => new Promise((done) => settle.push(done)) });
  await publisher.publish(message(scene, queue, 'x'));
  await until('it is held', () => seen.messages.length === 1);
  proxy.cut();
  await until('it is held again', () => seen.messages.length === 2);
  settle[0]?.('ack');
  await sleep(100);
  expect(seen.active()).toBe(true);
  expect(metrics.counted('medley_broker_delivered_total', { type: 'other', verdict: 'dropped' })).toBe(1);
  settle[1]?.('ack');
  await sleep(50);
  await broker.close();
  expect(seen.messages.map(({ redelivered }) => redelivered)).toEqual([false, true]);
  expect(await witness.depth(queue)).toBe(0);
});

test('a consumer whose queue is deleted consumes it again once it is declared', async () => {
  const queue = await declare(broker);
  const seen = await gather(broker, queue);
  await witness.deleteQueues([queue]);
  await until('the consumer is cancelled', () => !seen.active());
  await declare(witness);
  await publisher.publish(message(scene, queue, 'x'));
  await until('it arrives', () => seen.messages.length === 1, 15_000);
}, 20_000);

test('a handler that runs while its queue is deleted can still answer', async () => {
  const queue = await declare(broker);
  const settle: ((verdict: Verdict) => void)[] = [];
  const seen = await gather(broker, queue, { verdict: () => new Promise((done) => settle.push(done)) });
  await publisher.publish(message(scene, queue, 'x'));
  await until('it is held', () => settle.length === 1);
  await witness.deleteQueues([queue]);
  await until('the consumer is cancelled', () => !seen.active());
  await declare(witness);
  await until('it consumes again', () => seen.active(), 15_000);
  settle[0]?.('ack');
  await publisher.publish(message(scene, queue, 'y'));
  await until('the next arrives', () => settle.length === 2);
  settle[1]?.('ack');
  await until('nothing is left', async () => (await witness.depth(queue)) === 0);
  expect(seen.active()).toBe(true);
}, 20_000);

test('a queue that expired while its process was away is declared and bound again', async () => {
  const queue = await declare(broker, { expiresMs: 60_000, maxMessages: 100 });
  const seen = await gather(broker, queue);
  proxy.refuse();
  await until('the loss is seen', () => !seen.active());
  await witness.deleteQueues([queue]);
  proxy.accept();
  await until('it consumes again', () => seen.active(), 15_000);
  const outside = await witness.createPublisher();
  await outside.publish(message(scene, queue, 'x', { mandatory: true }));
  await until('it arrives', () => seen.messages.length === 1);
}, 20_000);

test('a connection to a silent broker closes within its grace', async () => {
  const queue = await declare(broker);
  await gather(broker, queue);
  proxy.stall();
  expect(await elapsedMs(broker.close())).toBeLessThan(300 + 2_000 + 300);
});

test('a wrong password is said at once and never repeated', async () => {
  const url = new URL(testAmqpUrl);
  url.password = 'open-sesame';
  const refused = failure(open(url.href));
  expect(await elapsedMs(refused)).toBeLessThan(3_000);
  expect(await refused).toBeInstanceOf(BrokerRefusedError);
  expect(String(await refused)).toContain('password is wrong');
  expect(String(await refused)).not.toContain('sesame');
});

test('an unknown virtual host is said at once', async () => {
  const url = new URL(testAmqpUrl);
  url.pathname = '/no-such-host';
  await expect(open(url.href)).rejects.toThrow('virtual host');
});

test('nobody at the address is an error once the start patience is over', async () => {
  proxy.refuse();
  const refused = failure(open(proxy.through(testAmqpUrl), { startPatienceMs: 300 }));
  expect(await elapsedMs(refused)).toBeGreaterThan(290);
  expect(await refused).toBeInstanceOf(BrokerUnavailableError);
});

test('a broker that comes up late is waited for', async () => {
  proxy.refuse();
  const opening = open(proxy.through(testAmqpUrl), { startPatienceMs: 10_000 });
  await sleep(300);
  proxy.accept();
  const late = await opening;
  expect(late.ready()).toBe(true);
  await late.close();
}, 15_000);
