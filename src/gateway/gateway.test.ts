import { afterEach, expect, test } from '@jest/globals';
import { createMemoryHub } from '../broker/memory-hub.ts';
import type { Broker } from '../broker/port.ts';
import type { Answer } from '../contract/answer.ts';
import { decodeRequests, encode } from '../contract/codec.ts';
import { messageTypes } from '../contract/control.ts';
import type { Plan } from '../contract/plan.ts';
import { aggregatorTopology, controlKeys, coreTopology, createNames, scorerTopology } from '../contract/topology.ts';
import { systemClock } from '../runtime/clock.ts';
import { silentLog } from '../runtime/log.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { createPlanBook } from '../scatter/plan-book.ts';
import { createServiceTimes } from '../scatter/service-times.ts';
import { createSqliteStore } from '../store/sqlite-store.ts';
import { defaultSettings } from './settings.ts';
import { startGateway } from './start-gateway.ts';

/** The gateway as a whole, on the in-process broker and store, against an aggregator played by the test. */

const names = createNames('gateway-test');
const plan: Plan = {
  recommender: 'home',
  version: 3,
  deadlineMs: 300,
  criteria: [{ criterion: 'genres', weight: 1, required: false, topN: 50, generation: 0 }],
  minimumCoverage: 0,
  fusion: { kind: 'weighted-sum', normalise: 'max' },
  rules: { excludeSeen: true, pin: [], boost: [], boostFactor: 1.5, bury: [] },
  refine: false,
  k: { default: 2, max: 20 },
  variants: [],
  fallback: ['last-good', 'popular'],
  lateHalfLifeMs: 600_000,
};

const releases: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release();
});

/** Answers every request at once, in the name of ordinal 0. */
const startAggregator = async (broker: Broker): Promise<void> => {
  await broker.declare(aggregatorTopology(names, 0));
  const publisher = await broker.createPublisher();
  await broker.consume({ queue: names.results(0, 'interactive'), prefetch: 100 }, async (message) => {
    const decoded = decodeRequests(message);
    if (!decoded.ok) throw new Error(decoded.reason);
    const { requests, replyTo } = decoded.value;
    const answers = requests.map(
      ({ id, recommender, subject, k, planVersion }): Answer => ({
        requestId: id,
        recommender,
        plan: { version: planVersion },
        subject,
        source: 'fresh',
        complete: true,
        exact: true,
        items: [{ id: '1', title: 'Alien', score: 1 }].slice(0, k),
        coverage: { weight: 1, criteria: [] },
        timings: { totalMs: 1, deadlineMs: 300, slowestMs: 1, slowest: 'genres', sumMs: 1 },
      }),
    );
    await publisher.publish({
      exchange: names.exchange.replies,
      routingKey: replyTo ?? '',
      type: messageTypes.answers,
      body: encode({ sender: 'aggregator-0', sentAtMs: systemClock.nowMs(), answers }),
      persistent: false,
    });
    return 'ack' as const;
  });
  await publisher.publish({
    exchange: names.exchange.control,
    routingKey: controlKeys.aggregator,
    type: messageTypes.aggregator,
    body: encode({
      ...{ aggregator: 'aggregator-0', ordinal: 0, sentAtMs: systemClock.nowMs(), leaving: false },
      ...{ openGroups: 0, capacity: 1_000, plans: { home: 3 } },
    }),
    persistent: false,
  });
};

const setUp = async (withAggregator: boolean) => {
  const metrics = createMetrics({ processMetrics: false });
  const hub = createMemoryHub({ clock: systemClock, log: silentLog, metrics });
  const broker = hub.connect('test');
  releases.push(() => broker.close());
  await broker.declare(coreTopology(names));
  await broker.declare(scorerTopology(names, 'genres'));
  const store = await createSqliteStore({ path: ':memory:', clock: systemClock, log: silentLog });
  releases.push(() => store.close());
  await store.items.put([
    { id: '1', title: 'Alien', genres: ['Horror'], regions: [] },
    { id: '2', title: 'Brazil', genres: ['Comedy'], regions: [] },
  ]);
  let ids = 0;
  const gateway = await startGateway({
    broker: hub.connect('gateway'),
    store,
    names,
    process: 'gateway-0',
    plans: createPlanBook([plan]),
    serviceTimes: createServiceTimes(),
    clock: systemClock,
    log: silentLog,
    metrics,
    randomId: () => (ids++).toString(16).padStart(32, '0'),
    settings: { ...defaultSettings, port: 0, internalPort: 0 },
  });
  releases.push(() => gateway.stop());
  if (withAggregator) await startAggregator(broker);
  const ask = (body: unknown) =>
    fetch(`http://127.0.0.1:${gateway.port}/v1/recommendations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  return { gateway, broker, store, ask };
};

test('a request goes out in one publish and comes back as a fresh answer', async () => {
  const { ask } = await setUp(true);
  const response = await ask({ user: '17' });
  expect(response.status).toBe(200);
  const answer = (await response.json()) as Answer;
  expect(answer).toMatchObject({ source: 'fresh', items: [{ id: '1' }], plan: { version: 3 } });
  expect(response.headers.get('x-request-id')).toBe(answer.requestId);
  expect(response.headers.get('server-timing')).toMatch(/^total;dur=\d/);
});

test('with no aggregator the answer is popular films, at once, and says why', async () => {
  const { ask } = await setUp(false);
  const response = await ask({ user: '17' });
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({
    source: 'popular',
    items: [{ id: '1' }, { id: '2' }],
    note: 'no aggregator is announced',
    coverage: { weight: 0, criteria: [{ criterion: 'genres', outcome: 'expired' }] },
  });
});
