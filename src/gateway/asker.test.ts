import { expect, test } from '@jest/globals';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import {
  answerTo,
  bookOf,
  createCountingMetrics,
  sampleBody,
  sampleCoverage,
} from '../../test/support/gateway-parts.ts';
import { requestId, samplePlan } from '../../test/support/gathering-samples.ts';
import { BrokerUnavailableError, MessageTooLargeError, PublishReturnedError } from '../broker/errors.ts';
import type { Answer } from '../contract/answer.ts';
import type { Plan } from '../contract/plan.ts';
import { silentLog } from '../runtime/log.ts';
import { createDemandLedger } from '../scatter/demand-ledger.ts';
import type { Shipment } from '../scatter/shipment.ts';
import { StoreUnavailableError } from '../store/port.ts';
import { createAsker } from './asker.ts';
import { createDispatcher } from './dispatcher.ts';
import type { FallbackQuestion, Found } from './fallback.ts';
import { createLoad } from './load.ts';
import type { ProfileSource } from './profile.ts';
import { createRoster } from './roster.ts';

const graceMs = 25;

const setUp = (options: { plan?: Partial<Plan>; profiles?: ProfileSource; announced?: boolean } = {}) => {
  const clock = createFakeClock();
  const metrics = createCountingMetrics();
  const roster = createRoster({ clock });
  const load = createLoad(clock);
  const shipments: Shipment[] = [];
  const remembered: [string, string][] = [];
  const questions: FallbackQuestion[] = [];
  const state = {
    broker: 'ready' as 'ready' | 'blocked' | 'down',
    sendError: undefined as Error | undefined,
    found: { source: 'popular', items: [{ id: 'p', score: 1 }] } as Found,
  };
  const announce = (): void =>
    roster.observe({
      ...{ aggregator: 'aggregator-0', ordinal: 0, sentAtMs: clock.nowMs(), leaving: false, openGroups: 0 },
      ...{ capacity: 1_000, plans: { home: 1 } },
    });
  if (options.announced !== false) announce();
  const dispatcher = createDispatcher({
    demand: createDemandLedger(),
    ...{ roster, load, clock, metrics, replyTo: 'replies' },
    serviceTimes: { observe() {} },
    scatter: {
      async send(shipment) {
        shipments.push(shipment);
        if (state.sendError !== undefined) throw state.sendError;
      },
    },
  });
  const plan = samplePlan(undefined, options.plan);
  const asker = createAsker({
    ...{ plans: bookOf(plan), dispatcher, clock, metrics, graceMs, log: silentLog, maxOpen: 3 },
    profiles: options.profiles ?? (async () => ({ profile: { items: ['w'], weights: [1], atMs: [1] }, seen: ['x'] })),
    fallback: {
      find(question) {
        questions.push(question);
        return state.found;
      },
      remember: (answer, slot) => void remembered.push([answer.requestId, slot]),
    },
    brokerState: () => state.broker,
  });
  let ids = 0;
  /** Asks and lets the profile be resolved; what came of it so far is in `outcome`. */
  const ask = async (body?: object) => {
    ids += 1;
    const id = requestId(ids);
    const outcome: { answer?: Answer; error?: unknown } = {};
    void asker.ask(sampleBody(body), { id, atMs: clock.monotonicMs() }).then(
      (answer) => Object.assign(outcome, { answer }),
      (error: unknown) => Object.assign(outcome, { error }),
    );
    await settle();
    return { id, outcome };
  };
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  };
  const shipment = (): Shipment => {
    const last = shipments.at(-1);
    if (last === undefined) throw new Error('nothing was sent');
    return last;
  };
  const advance = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await settle();
  };
  return {
    ...{
      clock,
      metrics,
      load,
      state,
      asker,
      ask,
      settle,
      advance,
      shipment,
      shipments,
      remembered,
      questions,
      announce,
    },
  };
};

test('a request goes out with everything a scorer needs, and its answer comes back', async () => {
  const { ask, shipment, asker, clock, settle } = setUp();
  const { id, outcome } = await ask({ user: '17', k: 5, context: { device: 'tv' } });
  expect(shipment()).toMatchObject({
    lane: 'interactive',
    ordinal: 0,
    replyTo: 'replies',
    planVersion: 1,
    topN: 100,
    criteria: [{ criterion: 'genres' }, { criterion: 'history' }],
    skipped: {},
    ask: {
      ...{ id, k: 5, subject: { kind: 'user', id: '17' }, profile: { items: ['w'] }, seen: ['x'], dropProfile: true },
      ...{ context: { device: 'tv' }, remainingMs: 300, deadlineAtMs: clock.nowMs() + 300 },
    },
  });
  clock.advance(40);
  asker.receive(answerTo(shipment()));
  await settle();
  expect(outcome.answer).toMatchObject({ source: 'fresh', timings: { totalMs: 40, deadlineMs: 300, sumMs: 12 } });
  expect(asker.open()).toBe(0);
});

test('the gateway owns the last timer: what nobody answered it answers itself, and says so', async () => {
  const { ask, advance, asker, metrics } = setUp();
  const { outcome } = await ask();
  await advance(300 + graceMs - 1);
  expect(outcome.answer).toBeUndefined();
  await advance(2);
  expect(outcome.answer).toMatchObject({
    source: 'popular',
    items: [{ id: 'p' }],
    complete: false,
    note: 'no aggregator answered within 300 ms',
    coverage: {
      weight: 0,
      criteria: [
        { criterion: 'genres', outcome: 'late', weight: 0.5, detail: 'did not answer within 300 ms' },
        { criterion: 'history', outcome: 'late', weight: 0.5 },
      ],
    },
  });
  expect(asker.open()).toBe(0);
  const series = 'medley_gateway_requests_total{recommender="home",lane="interactive",result="popular"}';
  expect(metrics.value(series)).toBe(1);
});

test('a caller may lower the deadline and never raise it', async () => {
  const { ask, advance, shipment } = setUp();
  const { outcome } = await ask({ user: '17', deadlineMs: 100 });
  expect(shipment().ask.remainingMs).toBe(100);
  await advance(100 + graceMs + 2);
  expect(outcome.answer?.timings.deadlineMs).toBe(100);
  await ask({ user: '17', deadlineMs: 5_000 });
  expect(shipment().ask.remainingMs).toBe(300);
});

test('the deadline counts from arrival: a slow store takes from what the scorers get', async () => {
  const gate = Promise.withResolvers<void>();
  const profiles: ProfileSource = async () => {
    await gate.promise;
    return { profile: { items: [], weights: [], atMs: [] }, seen: [] };
  };
  const { ask, advance, shipment, settle } = setUp({ profiles });
  await ask();
  await advance(120);
  gate.resolve();
  await settle();
  expect(shipment().ask.remainingMs).toBe(180);
});

const refused = 'medley_gateway_demand_total{criterion="genres",lane="interactive",result="refused"}';
test('a store that never answers does not hold up the answer, and what was asked is demand', async () => {
  const { ask, advance, shipments, metrics } = setUp({ profiles: () => new Promise(() => {}) });
  const { outcome } = await ask();
  await advance(300 + graceMs + 2);
  expect(outcome.answer).toMatchObject({
    source: 'popular',
    note: 'the store did not answer within 300 ms',
    coverage: { criteria: [{ outcome: 'expired' }, { outcome: 'expired' }] },
  });
  expect(shipments).toHaveLength(0);
  expect(metrics.value(refused)).toBe(1);
});

test('a store that hangs gathers no more lookups than may be open', async () => {
  const begun: object[] = [];
  const { ask, advance, metrics } = setUp({ profiles: (request) => new Promise(() => begun.push(request)) });
  for (let request = 0; request < 3; request += 1) await ask();
  await advance(400);
  const { outcome } = await ask();
  expect(outcome.answer).toMatchObject({ source: 'popular', note: 'the store does not keep up' });
  expect(begun).toHaveLength(3);
  expect(metrics.value(refused)).toBe(4);
});

test('a store that is down makes a fallback, at once', async () => {
  const { ask, metrics } = setUp({ profiles: () => Promise.reject(new StoreUnavailableError('down')) });
  const { outcome } = await ask();
  expect(outcome.answer).toMatchObject({ source: 'popular', note: 'the store does not answer' });
  expect(metrics.value(refused)).toBe(1);
});

test('an answer after the last timer is a stray, and the last good one for next time', async () => {
  const { ask, advance, asker, shipment, metrics, remembered } = setUp();
  const { id } = await ask();
  await advance(400);
  asker.receive(answerTo(shipment()));
  asker.receive(answerTo({ ask: { ...shipment().ask, id: requestId(99) } }));
  expect(metrics.value('medley_gateway_stray_answers_total{reason="late"}')).toBe(1);
  expect(metrics.value('medley_gateway_stray_answers_total{reason="unknown"}')).toBe(1);
  expect(remembered).toEqual([[id, 'home']]);
});

test('an answer about somebody else changes nothing', async () => {
  const { ask, asker, shipment, metrics, settle } = setUp();
  const { outcome } = await ask();
  asker.receive(answerTo(shipment(), { subject: { kind: 'user', id: '18' } }));
  asker.receive(answerTo(shipment(), { recommender: 'other' }));
  await settle();
  expect(outcome).toEqual({});
  expect(metrics.value('medley_gateway_stray_answers_total{reason="foreign"}')).toBe(2);
});

test('an aggregator with too little to say leaves the row to the fallback and keeps the truth', async () => {
  const { ask, asker, shipment, settle } = setUp();
  const { outcome } = await ask();
  const coverage = { weight: 0, criteria: [sampleCoverage({ outcome: 'failed' })] };
  asker.receive(answerTo(shipment(), { source: 'none', exact: true, items: [], coverage, note: 'Too little.' }));
  await settle();
  expect(outcome.answer).toMatchObject({ source: 'popular', items: [{ id: 'p' }], coverage, note: 'Too little.' });
  expect(outcome.answer).toMatchObject({ exact: false });
});

test('a recommender without fallbacks says that there is no answer', async () => {
  const { ask, asker, shipment, settle, advance } = setUp({ plan: { fallback: [] } });
  const first = await ask();
  asker.receive(answerTo(shipment(), { source: 'none', items: [] }));
  await settle();
  expect(first.outcome.error).toMatchObject({ code: 'no-answer', status: 503, retryAfterS: 1 });
  const second = await ask();
  await advance(400);
  expect(second.outcome.error).toMatchObject({
    code: 'no-answer',
    message: 'No fallback is allowed, and no aggregator answered within 300 ms.',
  });
});

test('a sum that could not be made passes as it is: it is never replaced', async () => {
  const { ask, asker, shipment, settle, questions } = setUp({ plan: { fusion: { kind: 'sum', normalise: 'none' } } });
  const { outcome } = await ask();
  asker.receive(answerTo(shipment(), { source: 'none', items: [], complete: false }));
  await settle();
  expect(outcome.answer).toMatchObject({ source: 'none', items: [], complete: false });
  expect(questions).toHaveLength(0);
});

test('with no aggregator announced the fallback answers at once, or nobody does', async () => {
  const { outcome } = await setUp({ announced: false }).ask();
  expect(outcome.answer).toMatchObject({ source: 'popular', note: 'no aggregator is announced' });
  const without = await setUp({ announced: false, plan: { fallback: [] } }).ask();
  expect(without.outcome.error).toMatchObject({ code: 'no-aggregator', status: 503 });
});

test('a scorer that can not meet the deadline is skipped and named, and its demand counted', async () => {
  const { ask, load, shipment, metrics } = setUp();
  load.take({ criteria: [{ criterion: 'history', replicas: 0, concurrency: 1 }] });
  await ask();
  expect(shipment()).toMatchObject({ criteria: [{ criterion: 'genres' }], skipped: { history: 'asleep' } });
  const demand = (criterion: string, result: string): number =>
    metrics.value(`medley_gateway_demand_total{criterion="${criterion}",lane="interactive",result="${result}"}`);
  expect([demand('genres', 'admitted'), demand('history', 'asleep'), demand('history', 'admitted')]).toEqual([1, 1, 0]);
});

test('sleeping scorers that put the minimum out of reach make a fallback that names them', async () => {
  const { ask, load, shipments } = setUp({ plan: { minimumCoverage: 0.6 } });
  load.take({ criteria: [{ criterion: 'history', replicas: 0, concurrency: 1 }] });
  const { outcome } = await ask();
  expect(shipments).toHaveLength(0);
  expect(outcome.answer).toMatchObject({
    source: 'popular',
    coverage: { criteria: [{ outcome: 'expired' }, { criterion: 'history', outcome: 'asleep' }] },
  });
});

test('overload is refused at the door where the minimum is out of reach', async () => {
  const { ask, load, clock, metrics } = setUp({ plan: { minimumCoverage: 0.6 } });
  load.take({ criteria: [{ criterion: 'history', replicas: 1, concurrency: 1 }] });
  for (let sample = 0; sample < 5; sample += 1) {
    const asked = { askedMs: clock.monotonicMs(), mark: load.asked('history'), deadlineMs: 300 };
    clock.advance(10);
    load.report(sampleCoverage({ criterion: 'history', waitMs: 0, serviceMs: 10, elapsedMs: 10 }), asked);
  }
  for (let request = 0; request < 171; request += 1) load.asked('history');
  expect(load.of('history').waitMs).toBeCloseTo(1_710);
  const { outcome } = await ask();
  expect(outcome.error).toMatchObject({ code: 'overloaded', status: 429, retryAfterS: 2 });
  expect(metrics.value(refused)).toBe(1);
});

test('the table of open requests is bounded', async () => {
  const { ask, asker } = setUp();
  for (let request = 0; request < 3; request += 1) await ask();
  const { outcome } = await ask();
  expect(outcome.error).toMatchObject({ code: 'overloaded', status: 429, retryAfterS: 1 });
  expect(asker.open()).toBe(3);
});

test.each(['blocked', 'down'] as const)('a broker that is %s is a 503 before anything is looked up', async (broker) => {
  const { ask, state, asker } = setUp();
  state.broker = broker;
  const { outcome } = await ask();
  expect(outcome.error).toMatchObject({ code: 'broker-unavailable', status: 503, retryAfterS: 1 });
  expect(asker.open()).toBe(0);
});

test('a request no queue took is answered at once, one that may have arrived waits for its timer', async () => {
  const { ask, state, advance } = setUp();
  state.sendError = new PublishReturnedError('returned');
  expect((await ask()).outcome.answer).toMatchObject({ source: 'popular', note: 'no queue took the request' });
  state.sendError = new MessageTooLargeError('large');
  expect((await ask()).outcome.error).toMatchObject({ code: 'body-too-large', status: 413 });
  state.sendError = new BrokerUnavailableError('lost');
  const { outcome } = await ask();
  expect(outcome).toEqual({});
  await advance(330);
  expect(outcome.answer).toMatchObject({ source: 'popular' });
});

test.each([
  [{ user: '17', recommender: 'nobody' }, 'unknown-recommender', 'There is no recommender nobody.'],
  [{ user: '17', k: 50 }, 'invalid-body', 'k is 50; the recommender home gives at most 10.'],
  [
    { user: '17', weights: { luck: 1 } },
    'unknown-criterion',
    'The recommender home has no criterion luck; it has genres, history.',
  ],
  [
    { user: '17', weights: { genres: 0, history: 0 } },
    'invalid-body',
    'Every criterion has weight 0; give at least one a weight.',
  ],
])('%j is refused: %s', async (body, code, message) => {
  const { ask, asker } = setUp({ plan: { k: { default: 5, max: 10 } } });
  const { outcome } = await ask(body);
  expect(outcome.error).toMatchObject({ code, message });
  expect(asker.open()).toBe(0);
});

test('fallbacks drop what was seen and excluded and know what was asked', async () => {
  const { ask, advance, questions } = setUp();
  await ask({ user: '17', k: 4, include: ['i'], filters: { genres: ['Horror'] }, candidates: ['c'] });
  await advance(400);
  expect(questions[0]).toMatchObject({
    ...{ subjectKey: 'user:17', slot: 'home {"genres":["Horror"]}', k: 4, include: ['i'] },
    ...{ drop: new Set(['x', 'w']), candidates: new Set(['c']) },
  });
});

test('only answers that serve the next question are remembered', async () => {
  const { ask, asker, shipment, remembered } = setUp();
  const bodies = [
    { user: '17' },
    { session: { history: [] } },
    { session: { id: 's', history: [] } },
    { user: '17', candidates: ['c'] },
  ];
  for (const body of bodies) {
    await ask(body);
    asker.receive(answerTo(shipment()));
  }
  expect(remembered.map(([id]) => id)).toEqual([requestId(1), requestId(3)]);
});

test('a drain waits until nothing is open', async () => {
  const { ask, asker, advance } = setUp();
  await asker.idle();
  await ask();
  let idle = false;
  void asker.idle().then(() => {
    idle = true;
  });
  await advance(100);
  expect(idle).toBe(false);
  await advance(300);
  expect(idle).toBe(true);
});
