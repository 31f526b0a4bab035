import { expect, test } from '@jest/globals';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import type { Demand, DemandCounts } from '../../contract/demand.ts';
import { autoscalingSchema } from '../../contract/resources-scorer.ts';
import { createNames } from '../../contract/topology.ts';
import { createMetrics } from '../../runtime/metrics.ts';
import { createAutoscaler, type QueueLength, type ScorerToScale } from './autoscaler.ts';

const names = createNames();
const none = {
  admitted: 0,
  refused: 0,
  full: 0,
  asleep: 0,
  late: 0,
  messages: 0,
  requests: 0,
  served: 0,
  serviceMs: 0,
};

const scorer = (more: Partial<ScorerToScale> = {}): ScorerToScale => ({
  ...{ namespace: 'shop', name: 'slow', criterion: 'slow', generation: 0, concurrency: 1, pinned: null, replicas: 1 },
  settings: autoscalingSchema.parse({ maxReplicas: 20 }),
  deadlineMs: 1_000,
  ...more,
});

/** Of the intake queue: what nobody has taken, and what aggregators have and have not ended. */
const queues = (interactive: number, durable: number, intake = 0, taken = 0): QueueLength[] => [
  { name: names.scorer('slow', 'interactive', 0), messagesReady: interactive, messagesUnacknowledged: 0 },
  { name: names.scorer('slow', 'durable', 0), messagesReady: 0, messagesUnacknowledged: durable },
  { name: names.intake, messagesReady: intake, messagesUnacknowledged: taken },
];

const setUp = () => {
  const clock = createFakeClock();
  const metrics = createMetrics({ processMetrics: false });
  const autoscaler = createAutoscaler({ names, clock, metrics });
  const tell = (role: Demand['role'], uptimeMs: number, own: Partial<DemandCounts>, intake = 0): void =>
    autoscaler.take({
      ...{ sender: role, role, startedAtMs: 1, uptimeMs, leaving: false, intake },
      counts: [{ criterion: 'slow', lane: 'interactive', ...none, ...own }],
    });
  const series = async (): Promise<Record<string, number>> =>
    Object.fromEntries(
      (await metrics.text())
        .split('\n')
        .filter((line) => line.startsWith('medley_operator_scorer_'))
        .map((line) => [line.replace(/\{.*?(lane="(\w+)")?\}.*/, ' $2').trim(), Number(line.split(' ').at(-1))]),
    );
  /** A second's worth: a hundred a second in messages of so many. */
  const offer = (perMessage: number): void => {
    for (const second of [100, 101, 102]) {
      const requests = (second - 100) * 100;
      tell('gateway', second * 1_000, { admitted: requests, messages: requests / perMessage, requests });
      tell('aggregator', second * 1_000, { served: requests, serviceMs: requests * 40 });
    }
  };
  return { clock, autoscaler, metrics, tell, offer, series };
};

test('every figure it decides by is a metric, and so is what it decides', async () => {
  const { autoscaler, offer, series } = setUp();
  offer(4);
  const [decision] = autoscaler.decide([scorer()], queues(10, 25));
  expect(decision).toMatchObject({
    ...{ namespace: 'shop', name: 'slow', mode: 'operator', wanted: 5, apply: 5 },
    inputs: { offeredPerSecond: 100, backlogRequests: 65, serviceMs: 40, replicas: 1 },
  });
  expect(await series()).toEqual({
    medley_operator_scorer_offered_requests_per_second: 100,
    medley_operator_scorer_missed_requests_per_second: 0,
    medley_operator_scorer_backlog_requests: 65,
    'medley_operator_scorer_queue_requests interactive': 40,
    'medley_operator_scorer_queue_requests durable': 25,
    medley_operator_scorer_service_seconds: 0.04,
    medley_operator_scorer_wanted_replicas: 5,
    medley_operator_scorer_max_replicas: 20,
    medley_operator_scorer_replicas: 1,
    medley_operator_scorer_scalings_total: 1,
  });
});

test('requests that travel singly and those in batches of sixty-four want the same', () => {
  const wanted = [1, 64].map((perMessage) => {
    const { autoscaler, offer } = setUp();
    offer(perMessage);
    return autoscaler.decide([scorer()], queues(128 / perMessage, 0))[0]?.wanted;
  });
  expect(wanted[0]).toBe(wanted[1]);
});

test('accepted work that no aggregator has taken yet counts by its share', () => {
  const { autoscaler, tell } = setUp();
  for (const second of [100, 101, 132]) {
    tell(
      'gateway',
      second * 1_000,
      { lane: 'durable', admitted: second === 100 ? 0 : 500 },
      second === 100 ? 0 : 1_000,
    );
    tell('aggregator', second * 1_000, { served: 10, serviceMs: 400 });
  }
  const [decision] = autoscaler.decide([scorer()], queues(0, 0, 2_000));
  expect(decision?.inputs.backlogRequests).toBe(1_000);
  expect(decision?.wanted).toBe(5);
});

test('accepted work that an aggregator has taken counts in the queue of who is asked, and nowhere else', () => {
  const { autoscaler, offer } = setUp();
  offer(1);
  const [decision] = autoscaler.decide([scorer()], queues(0, 3, 0, 64));
  expect(decision?.inputs.backlogRequests).toBe(3);
});

test('what becomes unknown leaves no series behind, and comes back when it is known', async () => {
  const { clock, autoscaler, offer, tell, series } = setUp();
  offer(1);
  autoscaler.decide([scorer()], queues(0, 0));
  clock.advance(10_000);
  autoscaler.decide([scorer()], null);
  expect(await series()).toEqual({
    medley_operator_scorer_service_seconds: 0.04,
    medley_operator_scorer_replicas: 1,
    medley_operator_scorer_max_replicas: 20,
    medley_operator_scorer_scalings_total: 2,
  });
  tell('gateway', 113_000, { admitted: 200 });
  autoscaler.decide([scorer()], queues(0, 0));
  expect(await series()).toHaveProperty('medley_operator_scorer_wanted_replicas');
});

test('a scorer that sleeps and was never measured is wanted once for whoever scales by the series', async () => {
  const { autoscaler, tell, series } = setUp();
  for (const second of [100, 101]) tell('gateway', second * 1_000, { asleep: second });
  const keda = autoscalingSchema.parse({ mode: 'keda', minReplicas: 0 });
  autoscaler.decide([scorer({ settings: keda, replicas: 0 })], queues(0, 0));
  expect(await series()).toMatchObject({ medley_operator_scorer_wanted_replicas: 1 });
});

test('the series of a Scorer that is gone go with it, and all of them with the lead', async () => {
  const { autoscaler, offer, metrics } = setUp();
  offer(1);
  const other = scorer({ name: 'other', criterion: 'other' });
  autoscaler.decide([scorer(), other], queues(0, 0));
  expect(await metrics.text()).toMatch(/replicas\{scorer_namespace="shop",scorer="other"\} 1/);
  autoscaler.decide([scorer()], queues(0, 0));
  expect(await metrics.text()).not.toMatch(/scorer="other"/);
  autoscaler.withdraw();
  expect(
    (await metrics.text()).split('\n').filter((line) => /^medley_operator_scorer_(?!scalings)/.test(line)),
  ).toEqual([]);
});

test('a new leader goes down no sooner than a whole window after it began to lead', () => {
  const { clock, autoscaler, tell } = setUp();
  let uptimeMs = 100_000;
  const look = (): number | null | undefined => {
    clock.advance(1_000);
    uptimeMs += 1_000;
    tell('gateway', uptimeMs, {});
    return autoscaler.decide([scorer({ replicas: 10 })], queues(0, 0))[0]?.apply;
  };
  const looks = (count: number) => Array.from({ length: count }, look);
  expect(looks(21).at(-1)).toBeNull();
  autoscaler.withdraw();
  expect(looks(20).at(-1)).toBeNull();
  expect(looks(3).at(-1)).toBe(1);
});
