import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createAmqpBroker } from '../../src/broker/amqp-broker.ts';
import { waitForOthers } from '../../src/broker/wait-for-others.ts';
import { encode } from '../../src/contract/codec.ts';
import { messageTypes } from '../../src/contract/control.ts';
import { controlKeys, type Names } from '../../src/contract/topology.ts';
import type { BrokerAdmin } from '../../src/operator/broker-admin/broker-admin.ts';
import { BrokerNotWholeError } from '../../src/operator/broker-admin/errors.ts';
import { lostHomes } from '../../src/operator/broker-admin/queue-states.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { noMetrics } from '../../src/runtime/metrics.ts';
import { createTestVhost, password, provisionUsers, type TestVhost } from '../support/broker-vhost.ts';
import { type RabbitCluster, startRabbitCluster } from '../support/rabbit-cluster.ts';
import { type Stage, startStage } from '../support/stage.ts';
import { until } from '../support/until.ts';

const limits = { maxMessages: 20_000, maxBytes: 268_435_456, durableDeliveryLimit: 20 };
const criteria = ['history', 'genres'];
let cluster: RabbitCluster;
let place: TestVhost;
let names: Names;
let admin: BrokerAdmin;
let stage: Stage;

const connectAs = async (user: string, name: string) => {
  const url = place.amqpUrl(user, password);
  const shared = { name, log: silentLog, metrics: noMetrics, clock: systemClock };
  return waitForOthers(await createAmqpBroker({ url, ...shared }), shared);
};

/** What the operator does once a second: finds the queues whose node is gone and gives them a new generation. */
const rehome = async (generations: Map<string, number>): Promise<readonly string[]> => {
  const lost = lostHomes(names, await admin.queues(), generations);
  for (const criterion of lost) {
    const generation = (generations.get(criterion) ?? 0) + 1;
    await admin.ensureScorer({ criterion, generation, queue: limits });
    generations.set(criterion, generation);
  }
  return lost;
};

beforeAll(async () => {
  cluster = await startRabbitCluster(3);
  place = createTestVhost(cluster.amqpUrl, cluster.managementUrl);
  let users: Awaited<ReturnType<typeof provisionUsers>> | null = null;
  stage = await startStage({
    aggregators: 2,
    scorers: Object.fromEntries(
      criteria.map((one) => [one, { score: () => ({ items: ['1', '2'], scores: [1, 0.5], floor: null }) }]),
    ),
    recommenders: { home: { criteria: criteria.map((criterion) => ({ criterion })), deadlineMs: 500 } },
    async provision(given) {
      names = given;
      const here = { vhost: place.vhost, admin: () => place.admin({ names, nodes: 3 }) };
      admin = here.admin();
      await admin.ensureCore();
      for (const criterion of criteria) await admin.ensureScorer({ criterion, generation: 0, queue: limits });
      users = await provisionUsers(here, names, criteria);
    },
    connect(process) {
      const [role = '', criterion = ''] = process.split('-');
      if (users === null) throw new Error('nothing is provisioned');
      return connectAs(role === 'scorer' ? users.scorer(criterion) : users[role as 'gateway' | 'aggregator'], process);
    },
  });
}, 180_000);
afterAll(async () => {
  await stage?.stop();
  await cluster?.stop();
}, 60_000);

const isWhole = async (): Promise<boolean> => {
  const { status, answer } = await stage.ask({ recommender: 'home', user: String(Math.random()) });
  return status === 200 && answer.source === 'fresh' && answer.complete;
};

test('every durable queue has a copy on each of the three nodes', async () => {
  await until('the first whole answer', isWhole, 20_000);
  const durable = (await admin.queues()).filter(({ kind }) => kind === 'quorum');
  expect(durable.map(({ members }) => members.length)).toEqual(durable.map(() => 3));
  expect(durable).toHaveLength(4 + criteria.length);
});

test('nothing is declared before all nodes run, and what has too few copies is named with the command that mends it', async () => {
  const elsewhere = createTestVhost(cluster.amqpUrl, cluster.managementUrl);
  await expect(elsewhere.admin({ nodes: 4 }).ensureCore()).rejects.toThrow(BrokerNotWholeError);
  await expect(elsewhere.admin({ nodes: 4 }).ensureCore()).rejects.toThrow('3 of 4 RabbitMQ nodes run');
  const { vhost } = elsewhere;
  await place.api('PUT', `queues/${vhost}/films.small`, {
    durable: true,
    arguments: { 'x-queue-type': 'quorum', 'x-quorum-initial-group-size': 1 },
  });
  const left = await elsewhere.admin({ nodes: 3 }).grow();
  expect(left[0]).toMatchObject({ queue: 'films.small', members: 1 });
  expect(left[0]?.mend).toContain('rabbitmq-queues add_member');
  await elsewhere.remove();
}, 20_000);

test('answers are whole again within seconds after the node is killed on which every classic queue lived', async () => {
  const classic = (await admin.queues()).filter(({ kind }) => kind === 'classic');
  const [home] = cluster.nodes;
  // Everybody connected to the first node, so that is where their queues are: replies, control, results, interactive.
  expect(classic.map(({ node }) => node)).toEqual(classic.map(() => home?.name));
  expect(classic.length).toBe(criteria.length + 2 * 2 + 2 + 2);

  const generations = new Map(criteria.map((criterion) => [criterion, 0]));
  const killedAtMs = performance.now();
  await home?.kill();
  const moved = new Set<string>();
  await until(
    'the operator has moved the interactive queues',
    async () => {
      await sleep(200);
      for (const one of await rehome(generations).catch(() => [])) moved.add(one);
      return moved.size === criteria.length;
    },
    20_000,
  );
  const movedMs = performance.now() - killedAtMs;
  const operator = await createAmqpBroker({
    ...{ url: place.amqpUrl(`${place.vhost}:${names.prefix}.operator`, password), name: 'operator' },
    ...{ log: silentLog, metrics: noMetrics, clock: systemClock },
  });
  const publisher = await operator.createPublisher();
  const [first] = stage.plans;
  const plan = { ...first, version: 2, criteria: first?.criteria.map((one) => ({ ...one, generation: 1 })) };
  await until(
    'whole answers under the new plan',
    async () => {
      await publisher
        .publish({
          exchange: names.exchange.control,
          routingKey: controlKeys.plans,
          type: messageTypes.plans,
          body: encode({ plans: [plan] }),
          persistent: false,
        })
        .catch(() => {});
      await sleep(100);
      return (await isWhole()) && (await isWhole()) && (await isWhole());
    },
    30_000,
  );
  const wholeMs = performance.now() - killedAtMs;
  process.stderr.write(`queues moved after ${Math.round(movedMs)} ms, answers whole after ${Math.round(wholeMs)} ms\n`);
  expect(wholeMs).toBeLessThan(15_000);
  await operator.close();
  const here = (await admin.queues()).filter(({ kind, state }) => kind === 'classic' && state !== 'down');
  expect(here.every(({ node }) => node !== home?.name)).toBe(true);
}, 60_000);

test('what was left behind comes back with its node, serves nobody, and is removed', async () => {
  await cluster.nodes[0]?.start();
  const wanted = criteria.map((criterion) => ({ criterion, generation: 1 }));
  const removed = new Set<string>();
  await until(
    'the queues of the old generation are removed',
    async () => {
      await sleep(500);
      const done = await admin.sweep(wanted).catch(() => ({ removed: [] }));
      for (const one of done.removed) removed.add(one);
      return removed.size === criteria.length;
    },
    30_000,
  );
  expect([...removed].sort()).toEqual(criteria.map((one) => names.scorer(one, 'interactive', 0)).sort());
  expect(await isWhole()).toBe(true);
}, 90_000);
