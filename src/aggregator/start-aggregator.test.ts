import { describe, expect, test } from '@jest/globals';
import { names, startScene, turns } from '../../test/support/aggregator-scene.ts';
import { requestId, samplePartial, samplePlan } from '../../test/support/gathering-samples.ts';
import { BrokerUnavailableError } from '../broker/errors.ts';
import { encode } from '../contract/codec.ts';
import { messageTypes } from '../contract/control.ts';
import { controlKeys, headers } from '../contract/topology.ts';

const home = samplePlan({ genres: 1, history: 3 });

describe('the interactive lane', () => {
  test('answers as soon as every criterion has answered, to the gateway that asked', async () => {
    const scene = await startScene({ plans: [home] });
    const request = scene.request();
    scene.ask([request]);
    scene.clock.advance(20);
    scene.say('genres', [samplePartial(request, { a: 2, b: 1 })]);
    scene.clock.advance(20);
    scene.say('history', [samplePartial(request, { b: 4 })]);
    await turns();
    const [message] = scene.published(names.exchange.replies);
    expect(message).toMatchObject({
      routingKey: 'replies',
      type: messageTypes.answers,
      persistent: false,
      mandatory: true,
    });
    expect(message?.expiresInMs).toBeGreaterThanOrEqual(260);
    expect(scene.sent()).toMatchObject([
      {
        requestId: request.id,
        source: 'fresh',
        complete: true,
        items: [{ id: 'b', title: 'Film b' }, { id: 'a' }],
        timings: { totalMs: 40, slowest: 'history', slowestMs: 40, sumMs: 60 },
      },
    ]);
    expect(scene.aggregator.openGroups()).toBe(0);
  });

  test('answers at the deadline with what it has and names who is late, counted from arrival', async () => {
    const scene = await startScene({ plans: [home] });
    const request = scene.request();
    scene.ask([request]);
    scene.clock.advance(250);
    scene.say('genres', [samplePartial(request, { a: 1 })]);
    await scene.pass(49);
    expect(scene.sent()).toEqual([]);
    await scene.pass(1);
    expect(scene.sent()).toMatchObject([
      {
        source: 'fresh',
        coverage: {
          weight: 0.25,
          criteria: [
            { criterion: 'genres', outcome: 'scored' },
            { criterion: 'history', outcome: 'late', weight: 0.75, detail: 'did not answer within 300 ms' },
          ],
        },
      },
    ]);
  });

  test('takes the deadline by the sender’s clock corrected, however wrong that clock is', async () => {
    const scene = await startScene({ plans: [home] });
    const hourAhead = scene.clock.nowMs() + 3_600_000;
    const request = scene.request({ deadlineAtMs: hourAhead + 300 });
    const envelope = { lane: 'interactive', sender: 'gateway', sentAtMs: hourAhead, results: 'r', replyTo: 'replies' };
    const body = encode({ ...envelope, criteria: ['genres', 'history'], requests: [request] });
    scene.deliver(names.results(0, 'interactive'), { type: messageTypes.requests, body });
    await scene.pass(300);
    expect(scene.sent()).toHaveLength(1);
  });

  test('settles a message only when the answers of all its requests are confirmed', async () => {
    const scene = await startScene({ plans: [home] });
    const [one, two] = [scene.request({ id: requestId(1) }), scene.request({ id: requestId(2) })];
    const asked = scene.ask([one, two]);
    const said = scene.say('genres', [samplePartial(one), samplePartial(two)]);
    const confirm = scene.broker.holdConfirms();
    const last = scene.say('history', [samplePartial(one)]);
    await turns();
    expect([scene.sent().length, asked.verdict, said.verdict, last.verdict]).toEqual([1, null, null, null]);
    confirm();
    await turns();
    expect([asked.verdict, said.verdict, last.verdict]).toEqual([null, null, 'ack']);
    await scene.pass(300);
    expect([scene.sent().length, asked.verdict, said.verdict]).toEqual([2, 'ack', 'ack']);
  });

  test('sends at once while idle, and together what became ready while a confirm was awaited', async () => {
    const scene = await startScene({ plans: [home] });
    const requests = [1, 2, 3, 4].map((number) => scene.request({ id: requestId(number) }));
    scene.ask(requests);
    scene.say(
      'genres',
      requests.map((request) => samplePartial(request)),
    );
    const confirm = scene.broker.holdConfirms();
    for (const request of requests) {
      scene.say('history', [samplePartial(request)]);
      await turns();
    }
    expect(scene.published(names.exchange.replies)).toHaveLength(1);
    confirm();
    await turns();
    expect(scene.published(names.exchange.replies)).toHaveLength(2);
    expect(scene.sent().map(({ requestId: id }) => id)).toEqual(requests.map(({ id }) => id));
  });

  test('lets go of its messages where the answer can not be confirmed: the gateway answers itself', async () => {
    const scene = await startScene({ plans: [home] });
    const asked = scene.ask([scene.request({ mask: 0 })]);
    scene.broker.failNext(new BrokerUnavailableError('gone'));
    const again = scene.ask([scene.request({ id: requestId(2), mask: 0 })]);
    await turns();
    expect([asked.verdict, again.verdict]).toEqual(['ack', 'ack']);
  });

  test('refuses what it has no room for, so that the gateway falls back at once', async () => {
    const scene = await startScene({ plans: [home], settings: { maxOpenGroups: 1 } });
    scene.ask([scene.request()]);
    const refused = scene.ask([scene.request({ id: requestId(2) })]);
    await turns();
    expect(scene.sent()).toMatchObject([{ requestId: requestId(2), source: 'none' }]);
    expect(refused.verdict).toBe('ack');
    expect(scene.announced().at(-1)?.capacity).toBe(1);
  });

  test('says so where the plan is not known', async () => {
    const scene = await startScene({ plans: [] });
    scene.ask([scene.request({ mask: 0, recommender: 'whatever' })]);
    await turns();
    expect(scene.sent()).toMatchObject([{ source: 'none', note: expect.stringContaining('No plan') }]);
    expect(await scene.metrics.text()).not.toContain('whatever');
  });

  test('below the minimum coverage answers with source none and why, for the gateway to fall back', async () => {
    const scene = await startScene({ plans: [{ ...home, minimumCoverage: 0.5 }] });
    const request = scene.request();
    scene.ask([request]);
    scene.say('genres', [samplePartial(request)]);
    await scene.pass(300);
    expect(scene.sent()).toMatchObject([{ source: 'none', items: [], note: expect.stringContaining('25 %') }]);
  });

  test('answers by the plan a request was scattered by, though a newer one came meanwhile', async () => {
    const scene = await startScene({ plans: [home] });
    const request = scene.request();
    scene.ask([request]);
    const newer = { ...samplePlan({ genres: 1 }), version: 2 };
    const body = encode({ plans: [newer] });
    scene.deliver(names.control('aggregator', 'aggregator-0'), { type: messageTypes.plans, body });
    await turns();
    scene.say('genres', [samplePartial(request)]);
    scene.say('history', [samplePartial(request)]);
    await turns();
    expect(scene.sent()).toMatchObject([{ plan: { version: 1 }, coverage: { criteria: [{}, {}] } }]);
    await scene.pass(250);
    expect(scene.announced().at(-1)?.plans).toEqual({ home: 2 });
  });
});

describe('what comes again, late or for somebody else', () => {
  test('changes no answer and is counted', async () => {
    const scene = await startScene({ plans: [home] });
    const request = scene.request();
    const partial = samplePartial(request, { a: 1 });
    scene.ask([request]);
    scene.say('genres', [partial, { ...partial, items: ['z'] }, { ...partial, subject: 'user:18', items: ['z'] }]);
    scene.say('elsewhere', [{ ...partial, items: ['z'] }]);
    const unknown = scene.say('history', [{ ...partial, id: requestId(99), items: ['z'] }]);
    await scene.pass(300);
    scene.say('genres', [{ ...partial, items: ['z'] }]);
    scene.say('history', [{ ...partial, items: ['z'] }]);
    await turns();
    expect(scene.sent().map(({ items }) => items.map(({ id }) => id))).toEqual([['a']]);
    expect(unknown.verdict).toBe('ack');
    const text = await scene.metrics.text();
    for (const [criterion, result, count] of [
      ['genres', 'counted', 1],
      ['genres', 'duplicate', 2],
      ['genres', 'foreign', 1],
      ['other', 'foreign', 1],
      ['history', 'late', 1],
    ]) {
      expect(text).toContain(`medley_aggregator_partials_total{criterion="${criterion}",result="${result}"} ${count}`);
    }
  });

  test('a partial that overtook its request counts when the request comes', async () => {
    const scene = await startScene({ plans: [home] });
    const request = scene.request();
    const early = scene.say('history', [samplePartial(request)]);
    await turns();
    expect(early.verdict).toBeNull();
    scene.ask([request]);
    scene.say('genres', [samplePartial(request)]);
    await turns();
    expect(scene.sent()).toMatchObject([{ complete: true }]);
    expect(early.verdict).toBe('ack');
  });

  test.each([3_600_000, -3_600_000])('a wall clock that steps %i ms moves no deadline', async (stepMs) => {
    const scene = await startScene({ plans: [home] });
    const gatewayMs = scene.clock.nowMs();
    scene.ask([scene.request({ id: requestId(1) })]);
    scene.clock.step(stepMs);
    scene.ask([scene.request({ id: requestId(2), deadlineAtMs: gatewayMs + 300 })], { sentAtMs: gatewayMs });
    await scene.pass(299);
    expect([scene.aggregator.openGroups(), scene.sent().length]).toEqual([2, 0]);
    await scene.pass(1);
    expect(scene.sent()).toHaveLength(2);
  });

  test('a redelivered batch is gathered while time is left, and dropped when none is', async () => {
    const scene = await startScene({ plans: [home] });
    const late = scene.request({ id: requestId(2), deadlineAtMs: scene.clock.nowMs() - 1 });
    const settling = scene.ask([late], { redelivered: true });
    const inTime = scene.request({ deadlineAtMs: scene.clock.nowMs() + 100 });
    scene.ask([inTime], { redelivered: true });
    await turns();
    expect([settling.verdict, scene.aggregator.openGroups()]).toEqual(['ack', 1]);
    await scene.pass(100);
    expect(scene.sent().map(({ requestId: id }) => id)).toEqual([inTime.id]);
    expect(await scene.metrics.text()).toContain('requests_dropped_total{reason="expired"} 1');
  });

  test('a batch delivered twice is answered once, and both are settled', async () => {
    const scene = await startScene({ plans: [home] });
    const request = scene.request();
    const first = scene.ask([request]);
    const second = scene.ask([request], { redelivered: true });
    await scene.pass(300);
    expect([scene.sent().length, first.verdict, second.verdict]).toEqual([1, 'ack', 'ack']);
  });
});

describe('late partials', () => {
  test('stand in, marked and discounted, in the user’s next answer when the criterion is late again', async () => {
    const scene = await startScene({ plans: [{ ...home, lateHalfLifeMs: 1_000 }] });
    const request = scene.request();
    scene.ask([request]);
    await scene.pass(300);
    scene.say('history', [samplePartial(request, { b: 1 })]);
    await scene.pass(700);
    const next = scene.request({ id: requestId(2) });
    scene.ask([next]);
    scene.say('genres', [samplePartial(next, { a: 1 })]);
    await scene.pass(300);
    const answer = scene.sent().at(-1);
    expect(answer?.coverage).toMatchObject({ weight: 0.25, criteria: [{}, { outcome: 'late', lateAgeMs: 1_000 }] });
    expect(answer?.items.map(({ id }) => id)).toEqual(['b', 'a']);
    expect(answer?.items[0]?.score).toBeCloseTo(0.6, 3);
  });

  test('are forgotten once the criterion answers in time', async () => {
    const scene = await startScene({ plans: [home] });
    const request = scene.request();
    scene.ask([request]);
    await scene.pass(300);
    scene.say('history', [samplePartial(request, { b: 1 })]);
    const [next, third] = [scene.request({ id: requestId(2) }), scene.request({ id: requestId(3) })];
    scene.ask([next]);
    for (const criterion of ['genres', 'history']) scene.say(criterion, [samplePartial(next, { a: 1 })]);
    scene.ask([third]);
    await scene.pass(300);
    expect(scene.sent().at(-1)).toMatchObject({ requestId: third.id, source: 'none' });
  });

  test('of a request with filters are not kept', async () => {
    const scene = await startScene({ plans: [home] });
    const request = scene.request({ filters: { yearFrom: 1990 } });
    scene.ask([request]);
    await scene.pass(300);
    scene.say('history', [samplePartial(request, { b: 1 })]);
    scene.ask([scene.request({ id: requestId(2) })]);
    await scene.pass(300);
    expect(scene.sent().at(-1)).toMatchObject({ source: 'none' });
  });
});

describe('bad messages', () => {
  test('a bad part is set aside with its reason, confirmed, and its good neighbours live', async () => {
    const scene = await startScene({ plans: [home] });
    const request = scene.request();
    const asked = scene.ask([request, { id: 'nonsense' }]);
    scene.say('genres', [samplePartial(request), { id: 'nonsense' }]);
    await scene.pass(300);
    expect(scene.sent()).toMatchObject([{ requestId: request.id, items: [{ id: 'a' }] }]);
    expect(asked.verdict).toBe('ack');
    const [requests, partials] = scene.setAside();
    expect(requests).toMatchObject({ routingKey: names.dead.malformed, type: messageTypes.requests, persistent: true });
    expect(requests?.headers?.[headers.reason]).toContain('id');
    expect(JSON.parse(`${partials?.body}`)).toMatchObject({ criterion: 'genres', partials: [{ id: 'nonsense' }] });
  });

  test.each([
    ['no JSON', messageTypes.requests, '{'],
    ['another shape', messageTypes.partials, '{}'],
    ['an unknown type', 'medley.requests.v9', '{}'],
  ])('%s is set aside whole', async (_, type, body) => {
    const scene = await startScene({ plans: [home] });
    const settling = scene.deliver(names.results(0, 'interactive'), { type, body: Buffer.from(body) });
    await turns();
    expect(scene.setAside()).toMatchObject([{ type, body: Buffer.from(body) }]);
    expect(settling.verdict).toBe('ack');
  });
});

describe('announcements', () => {
  test('come at once, then a few times a second; plans are asked for', async () => {
    const scene = await startScene({ plans: [home] });
    expect(scene.announced()).toMatchObject([
      { aggregator: 'aggregator-0', ordinal: 0, leaving: false, plans: { home: 1 } },
    ]);
    await scene.pass(1_000, 50);
    expect(scene.announced()).toHaveLength(5);
    const wanted = scene
      .published(names.exchange.control)
      .filter(({ routingKey }) => routingKey === controlKeys.plansWanted);
    expect(wanted).toHaveLength(1);
  });

  test('do not pile up while the broker does not answer', async () => {
    const scene = await startScene({ plans: [home] });
    scene.broker.holdConfirms();
    await scene.pass(5_000, 50);
    expect(scene.announced()).toHaveLength(1 + 5);
  });

  test('cease while no result can reach it, so that gateways turn elsewhere', async () => {
    const scene = await startScene({ plans: [home] });
    scene.broker.delivers = false;
    await scene.pass(1_000, 50);
    expect(scene.announced()).toHaveLength(1);
    scene.broker.delivers = true;
    await scene.pass(250, 50);
    expect(scene.announced()).toHaveLength(2);
  });

  test('promise room for the second round where there is one', async () => {
    const capacity = async (refine: boolean): Promise<number | undefined> => {
      const scene = await startScene({ plans: [{ ...home, refine }], settings: { interactivePrefetch: 300 } });
      return scene.announced()[0]?.capacity;
    };
    expect([await capacity(false), await capacity(true)]).toEqual([100, 60]);
  });

  test('a clean stop says so at once, answers what is open, and leaves nothing unsettled', async () => {
    const scene = await startScene({ plans: [home] });
    const request = scene.request();
    const asked = scene.ask([request]);
    const early = scene.say('history', [samplePartial({ ...request, id: requestId(9) })]);
    const stopped = scene.aggregator.stop();
    expect(scene.announced().at(-1)).toMatchObject({ leaving: true });
    expect(scene.aggregator.ready()).toBe(false);
    await scene.pass(290, 10);
    scene.say('genres', [samplePartial(request)]);
    const last = scene.ask([scene.request({ id: requestId(3) })]);
    await scene.pass(1_000, 10);
    await stopped;
    expect(scene.sent().map(({ requestId: id }) => id)).toEqual([request.id, requestId(3)]);
    expect([asked.verdict, early.verdict, last.verdict]).toEqual(['ack', 'ack', 'ack']);
    expect(scene.clock.pendingTimers()).toBe(0);
  });
});
