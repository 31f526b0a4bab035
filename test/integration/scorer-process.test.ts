import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createAmqpBroker } from '../../src/broker/amqp-broker.ts';
import type { Broker, Publisher } from '../../src/broker/port.ts';
import { decodePartials, encode } from '../../src/contract/codec.ts';
import { messageTypes } from '../../src/contract/control.ts';
import type { Partial as Part } from '../../src/contract/partial-batch.ts';
import type { Lane } from '../../src/contract/primitives.ts';
import {
  aggregatorTopology,
  coreTopology,
  createNames,
  type Names,
  scorerTopology,
  type Topology,
} from '../../src/contract/topology.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { noMetrics } from '../../src/runtime/metrics.ts';
import { deleteTopology, testAmqpUrl } from '../support/broker-amqp.ts';
import { until } from '../support/until.ts';

const criterion = 'obedient';
const program = new URL('../support/obedient-scorer.ts', import.meta.url).pathname;

interface Scorer {
  child: ChildProcess;
  opsPort(): number;
  log(): string;
  exit: Promise<number | null>;
}

let names: Names;
let topologies: Topology[];
let broker: Broker;
let publisher: Publisher;
let parts: Part[];
const scorers: Scorer[] = [];

const startScorer = (env: Readonly<Record<string, string>> = {}): Scorer => {
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, MEDLEY_AMQP_URL: testAmqpUrl, MEDLEY_PREFIX: names.prefix, MEDLEY_OPS_PORT: '0', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  child.stderr?.on('data', (chunk) => {
    text += String(chunk);
  });
  const scorer: Scorer = {
    child,
    opsPort: () => Number(/"port":(\d+)/.exec(text)?.[1] ?? 0),
    log: () => text,
    exit: once(child, 'exit').then(([code]) => code as number | null),
  };
  scorers.push(scorer);
  return scorer;
};

const whenReady = (scorer: Scorer): Promise<void> =>
  until('the scorer is ready', async () => {
    if (scorer.opsPort() === 0) return false;
    return (await fetch(`http://127.0.0.1:${scorer.opsPort()}/readyz`)).ok;
  });

const send = (lane: Lane, contexts: readonly Record<string, unknown>[], remainingMs = 60_000): Promise<void> =>
  publisher.publish({
    exchange: names.exchange.scatter,
    routingKey: names.scorer(criterion, lane, 0),
    type: messageTypes.requests,
    persistent: lane === 'durable',
    mandatory: true,
    body: encode({
      lane,
      sender: 'test',
      sentAtMs: Date.now(),
      results: names.results(0, lane),
      replyTo: null,
      criteria: [criterion],
      requests: contexts.map((context) => ({
        id: randomBytes(16).toString('hex'),
        recommender: 'home',
        subject: { kind: 'user', id: String(context.user) },
        k: 10,
        profile: { items: [], weights: [], atMs: [] },
        dropProfile: true,
        seen: [],
        include: [],
        explain: false,
        deadlineAtMs: Date.now() + remainingMs,
        remainingMs,
        round: 0,
        mask: 1,
        topN: 10,
        planVersion: 1,
        skipped: {},
        context,
      })),
    }),
  });

const told = (): string[] => parts.map(({ subject, outcome }) => `${subject} ${outcome}`).sort();

beforeEach(async () => {
  names = createNames(`test-${randomBytes(4).toString('hex')}`);
  topologies = [coreTopology(names), scorerTopology(names, criterion), aggregatorTopology(names, 0)];
  const clock = systemClock;
  broker = await createAmqpBroker({ url: testAmqpUrl, name: 'test', clock, log: silentLog, metrics: noMetrics });
  for (const topology of topologies) await broker.declare(topology);
  publisher = await broker.createPublisher();
  parts = [];
  for (const lane of ['interactive', 'durable'] as const) {
    await broker.consume({ queue: names.results(0, lane), prefetch: 100 }, (message) => {
      const decoded = decodePartials(message);
      if (decoded.ok) parts.push(...decoded.value.partials);
      return 'ack';
    });
  }
});

afterEach(async () => {
  for (const { child } of scorers.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
  await broker.close();
  await deleteTopology(topologies);
});

describe('a scorer as a process on RabbitMQ', () => {
  test('answers on both lanes, sets aside what is malformed, and shows what it did', async () => {
    const scorer = startScorer();
    await whenReady(scorer);
    await send('interactive', [{ user: 1 }, { user: 2, act: 'throw' }]);
    await send('durable', [{ user: 3 }]);
    const queue = names.scorer(criterion, 'interactive', 0);
    const malformed = { type: messageTypes.requests, body: Buffer.from('no batch'), persistent: false };
    await publisher.publish({ exchange: names.exchange.scatter, routingKey: queue, ...malformed });
    await until('all are answered', () => parts.length === 3);
    expect(told()).toEqual(['user:1 scored', 'user:2 failed', 'user:3 scored']);
    await until('the malformed one is set aside', async () => (await broker.depth(names.dead.malformed)) === 1);
    const metrics = await (await fetch(`http://127.0.0.1:${scorer.opsPort()}/metrics`)).text();
    expect(metrics).toContain('medley_scorer_requests_total{criterion="obedient",lane="durable",outcome="scored"} 1');
  });

  test('keeps its connection while a request computes for longer than two heartbeats, and answers it late', async () => {
    const scorer = startScorer({ MEDLEY_AMQP_URL: `${testAmqpUrl}?heartbeat=1` });
    await whenReady(scorer);
    await send('interactive', [{ user: 1, burnMs: 4_000 }], 300);
    await until('the turtle has answered', () => parts.length === 1, 15_000);
    expect(told()).toEqual(['user:1 scored']);
    expect(scorer.log()).not.toContain('broker.connection.lost');
    expect(scorer.log().match(/broker\.connected/g)).toHaveLength(2);
  }, 30_000);

  test('drains on SIGTERM: answers what it has begun, gives no work back half done, and exits 0', async () => {
    const scorer = startScorer();
    await whenReady(scorer);
    await send('durable', [{ user: 1, burnMs: 500 }, { user: 2 }]);
    await until('it holds the batch', async () => (await broker.depth(names.scorer(criterion, 'durable', 0))) === 0);
    scorer.child.kill('SIGTERM');
    expect(await scorer.exit).toBe(0);
    await until('all are answered', () => parts.length === 2);
    expect(told()).toEqual(['user:1 scored', 'user:2 scored']);
    expect(await broker.depth(names.scorer(criterion, 'durable', 0))).toBe(0);
  });

  test('killed in the middle of a durable batch, leaves all of it to the next one', async () => {
    const first = startScorer();
    await whenReady(first);
    await send('durable', [{ user: 1, burnMs: 2_000 }, { user: 2 }, { user: 3 }]);
    await until('it holds the batch', async () => (await broker.depth(names.scorer(criterion, 'durable', 0))) === 0);
    first.child.kill('SIGKILL');
    await first.exit;
    await whenReady(startScorer());
    await until('the second answers all', () => new Set(told()).size === 3, 15_000);
    expect(new Set(told())).toEqual(new Set(['user:1 scored', 'user:2 scored', 'user:3 scored']));
  }, 30_000);

  test('tells everything that is wrong with its environment at once, and exits 1', async () => {
    const scorer = startScorer({ MEDLEY_AMQP_URL: '', MEDLEY_CONCURRENCY: 'many' });
    expect(await scorer.exit).toBe(1);
    expect(scorer.log()).toContain(
      '"faults":["MEDLEY_AMQP_URL is required","MEDLEY_CONCURRENCY must be a whole number"]',
    );
  });
});
