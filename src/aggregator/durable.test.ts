import { describe, expect, test } from '@jest/globals';
import { names, type Scene, startScene, turns } from '../../test/support/aggregator-scene.ts';
import { samplePartial, samplePlan, sampleRequest } from '../../test/support/gathering-samples.ts';
import { BrokerUnavailableError } from '../broker/errors.ts';
import type { Answer } from '../contract/answer.ts';
import { encode } from '../contract/codec.ts';
import { messageTypes } from '../contract/control.ts';
import type { Ask } from '../contract/request-batch.ts';

const home = samplePlan({ genres: 1, history: 3 });

/** Every scorer asked says the same; what it is asked reaches it after the group was opened. */
const answerAll = async (
  scene: Scene,
  ask: Ask,
  criteria: readonly string[] = ['genres', 'history'],
): Promise<void> => {
  await turns();
  for (const criterion of criteria) {
    scene.say(criterion, [samplePartial({ ...ask, round: 0 }, { a: 1 })], 'durable');
  }
};

describe('accepted work', () => {
  test('is scattered on the durable lane, gathered, stored, and only then settled', async () => {
    const scene = await startScene({ plans: [home] });
    const ask = scene.durableAsk();
    const settling = scene.accept(ask);
    await turns();
    expect(scene.scattered()).toMatchObject([
      {
        lane: 'durable',
        results: names.results(0, 'durable'),
        replyTo: null,
        criteria: ['genres', 'history'],
        requests: [{ id: ask.id, round: 0, mask: 0b11, planVersion: 1 }],
      },
    ]);
    expect(scene.published(names.exchange.scatter)).toMatchObject([
      { persistent: true, cc: [names.scorer('genres', 'durable', 0), names.scorer('history', 'durable', 0)] },
    ]);
    await scene.pass(60_000);
    const said = scene.say('genres', [samplePartial({ ...ask, round: 0 }, { a: 1 })], 'durable');
    expect([settling.verdict, said.verdict]).toEqual([null, null]);
    await answerAll(scene, ask, ['history']);
    await turns();
    expect(scene.answers.ended.get(ask.id)).toMatchObject({ source: 'fresh', complete: true, items: [{ id: 'a' }] });
    expect((scene.answers.ended.get(ask.id) as Answer).timings.totalMs).toBe(60_000);
    expect([settling.verdict, said.verdict]).toEqual(['ack', 'ack']);
  });

  test('waits for a scorer that sleeps, and is answered when it comes', async () => {
    const scene = await startScene({ plans: [home] });
    const ask = scene.durableAsk();
    scene.accept(ask);
    await answerAll(scene, ask, ['genres']);
    await scene.pass(500_000, 50_000);
    expect(scene.answers.ended.size).toBe(0);
    await answerAll(scene, ask, ['history']);
    await turns();
    expect(scene.answers.ended.get(ask.id)).toMatchObject({ complete: true });
  });

  test('ends at its deadline, counted from acceptance, with what it has', async () => {
    const scene = await startScene({ plans: [home] });
    const ask = scene.durableAsk({ deadlineAtMs: scene.clock.nowMs() + 5_000 });
    const settling = scene.accept(ask);
    await answerAll(scene, ask, ['genres']);
    await scene.pass(5_000, 100);
    expect(scene.answers.ended.get(ask.id)).toMatchObject({ complete: false, coverage: { weight: 0.25 } });
    expect(settling.verdict).toBe('ack');
  });

  test('its failures are counted from nought: the first one is a rise', async () => {
    const scene = await startScene({ plans: [home] });
    scene.accept(scene.durableAsk({ deadlineAtMs: scene.clock.nowMs() + 5_500 }));
    await turns();
    const failed = 'medley_aggregator_durable_total{recommender="home",result="failed"}';
    expect(await scene.metrics.text()).toContain(`${failed} 0`);
    await scene.pass(5_000, 100);
    expect(await scene.metrics.text()).toContain(`${failed} 1`);
  });

  test.each([
    ['nobody answered', home, [], 'No criterion answered within 600 s.'],
    [
      'too little was answered',
      { ...home, minimumCoverage: 0.5 },
      ['genres'],
      'Only 25 % of the weight answered and 50 % is needed; missing: history.',
    ],
  ])('fails explicitly where %s', async (_, plan, criteria, failure) => {
    const scene = await startScene({ plans: [plan] });
    const ask = scene.durableAsk({ deadlineAtMs: scene.clock.nowMs() + 5_500 });
    const settling = scene.accept(ask);
    await answerAll(scene, ask, criteria);
    await scene.pass(5_000, 100);
    expect(scene.answers.ended.get(ask.id)).toBe(failure);
    expect(settling.verdict).toBe('ack');
  });

  test('whose deadline has passed before it was taken fails explicitly', async () => {
    const scene = await startScene({ plans: [home] });
    const ask = scene.durableAsk({ deadlineAtMs: scene.clock.nowMs() - 1 });
    scene.accept(ask);
    await turns();
    expect(scene.answers.ended.get(ask.id)).toBe('The deadline passed before an aggregator could begin.');
    expect(scene.scattered()).toEqual([]);
  });

  test('waits for its plan for a while, and fails where there is no such recommender', async () => {
    const scene = await startScene({ plans: [] });
    const ask = scene.durableAsk();
    scene.accept(ask);
    await scene.pass(1_000, 250);
    expect(scene.answers.ended.size).toBe(0);
    await scene.pass(31_000, 250);
    expect(scene.answers.ended.get(ask.id)).toBe('There is no recommender home.');
  });

  test('stays unsettled while the store does not answer, and ends once it does', async () => {
    const scene = await startScene({ plans: [home] });
    const ask = scene.durableAsk();
    const settling = scene.accept(ask);
    await turns();
    scene.answers.isDown = true;
    await answerAll(scene, ask);
    await scene.pass(20_000, 100);
    expect(settling.verdict).toBeNull();
    expect(scene.answers.refused).toBeGreaterThan(3);
    expect(scene.answers.refused).toBeLessThan(12);
    scene.answers.isDown = false;
    await scene.pass(5_000, 100);
    expect([settling.verdict, scene.answers.ended.has(ask.id)]).toEqual(['ack', true]);
  });

  test('is scattered again until that is confirmed, less and less often', async () => {
    const scene = await startScene({ plans: [home], settings: { announceMs: 1e9 } });
    scene.broker.failsFor = ({ type }) => type === messageTypes.requests;
    scene.broker.failNext(...Array.from({ length: 5 }, () => new BrokerUnavailableError('gone')));
    const ask = scene.durableAsk();
    scene.accept(ask);
    await scene.pass(1_400, 100);
    expect(scene.scattered()).toHaveLength(2);
    await scene.pass(20_000, 100);
    expect(scene.scattered()).toHaveLength(6);
    await answerAll(scene, ask);
    await turns();
    expect(scene.answers.ended.has(ask.id)).toBe(true);
  });

  test('is not scattered faster and faster as its deadline comes near', async () => {
    const scene = await startScene({ plans: [home], settings: { announceMs: 1e9 } });
    scene.broker.failsFor = ({ type }) => type === messageTypes.requests;
    scene.broker.failNext(...Array.from({ length: 100 }, () => new BrokerUnavailableError('gone')));
    const ask = scene.durableAsk({ deadlineAtMs: scene.clock.nowMs() + 1_000, remainingMs: 1_000 });
    const settling = scene.accept(ask);
    await scene.pass(1_000, 1);
    expect(settling.verdict).toBe('ack');
    expect(scene.scattered().length).toBeGreaterThan(5);
    expect(scene.scattered().length).toBeLessThan(13);
  });

  test('that can not be read becomes a visible failure, and is set aside', async () => {
    const scene = await startScene({ plans: [home] });
    const ask = scene.durableAsk();
    const settling = scene.accept({ ...ask, k: 'many' });
    await turns();
    expect(scene.answers.ended.get(ask.id)).toContain('k');
    expect(scene.setAside()).toMatchObject([{ routingKey: names.dead.malformed }]);
    expect(settling.verdict).toBe('ack');
  });
});

describe('work delivered again', () => {
  test('that was answered already is settled at once', async () => {
    const scene = await startScene({ plans: [home] });
    const ask = scene.durableAsk();
    await scene.answers.fail(ask.id, 'before');
    const settling = scene.accept(ask, { redelivered: true, deliveries: 1 });
    await turns();
    expect([settling.verdict, scene.scattered().length]).toEqual(['ack', 0]);
  });

  test('by an aggregator that died is scattered anew and answered once', async () => {
    const scene = await startScene({ plans: [home] });
    const ask = scene.durableAsk();
    const settling = scene.accept(ask, { redelivered: true, deliveries: 1 });
    await turns();
    await answerAll(scene, ask);
    await answerAll(scene, ask);
    await turns();
    expect([settling.verdict, scene.answers.ended.size, scene.scattered().length]).toEqual(['ack', 1, 1]);
  });

  test('while it is under way asks again, after a moment, only who has not answered by then', async () => {
    const scene = await startScene({ plans: [home], settings: { announceMs: 1e9 } });
    const ask = scene.durableAsk();
    const first = scene.accept(ask);
    await turns();
    await answerAll(scene, ask, ['genres']);
    const second = scene.accept(ask, { redelivered: true, deliveries: 1 });
    const third = scene.accept(ask, { redelivered: true, deliveries: 2 });
    await turns();
    expect(scene.scattered()).toHaveLength(1);
    await scene.pass(1_000, 100);
    expect(scene.scattered().map(({ criteria }) => criteria)).toEqual([['genres', 'history'], ['history']]);
    await answerAll(scene, ask, ['history']);
    await turns();
    expect([first, second, third].map(({ verdict }) => verdict)).toEqual(['ack', 'ack', 'ack']);
    expect(scene.answers.ended.size).toBe(1);
  });

  test('while it is under way asks nobody again who answers what was asked before', async () => {
    const scene = await startScene({ plans: [home], settings: { announceMs: 1e9 } });
    const ask = scene.durableAsk();
    scene.accept(ask);
    await turns();
    scene.accept(ask, { redelivered: true, deliveries: 1 });
    await answerAll(scene, ask);
    await scene.pass(2_000, 100);
    expect([scene.scattered().length, scene.answers.ended.size]).toEqual([1, 1]);
  });
});

describe('a clean stop', () => {
  test('ends what can be ended in time and hands the rest over', async () => {
    const scene = await startScene({ plans: [home], settings: { drainMs: 3_000 } });
    const [soon, never] = [scene.durableAsk(), scene.durableAsk({ id: '2'.padStart(32, '0') })];
    const settlings = [scene.accept(soon), scene.accept(never)];
    await turns();
    await answerAll(scene, never, ['genres']);
    const stopped = scene.aggregator.stop();
    await scene.pass(1_000, 100);
    await answerAll(scene, soon);
    await scene.pass(3_000, 100);
    await stopped;
    expect(settlings.map(({ verdict }) => verdict)).toEqual(['ack', 'requeue']);
    expect([...scene.answers.ended.keys()]).toEqual([soon.id]);
  });

  test('ends though the store does not answer, and leaves the request with the broker', async () => {
    const scene = await startScene({ plans: [home], settings: { drainMs: 1_000 } });
    const ask = scene.durableAsk();
    const settling = scene.accept(ask);
    await turns();
    scene.answers.isDown = true;
    await answerAll(scene, ask);
    const stopped = scene.aggregator.stop();
    await scene.pass(10_000, 100);
    await stopped;
    expect(settling.verdict).toBe('requeue');
  });
});

describe('dead letters', () => {
  test('of the intake become a visible failure', async () => {
    const scene = await startScene({ plans: [home] });
    const ask = scene.durableAsk();
    const body = encode({ sender: 'gateway', sentAtMs: 0, ask });
    const headers = { 'x-first-death-reason': 'delivery_limit', 'x-first-death-queue': names.intake };
    const settling = scene.deliver(names.dead.intake, { type: messageTypes.intake, body, headers });
    await turns();
    expect([settling.verdict, scene.answers.ended.get(ask.id)]).toEqual([
      'ack',
      'The request was given up: delivery_limit.',
    ]);
  });

  const batch = (requests: readonly unknown[]) =>
    encode({
      lane: 'durable',
      sender: 'aggregator-1',
      sentAtMs: 0,
      results: names.results(1, 'durable'),
      replyTo: null,
      criteria: ['genres', 'history'],
      requests,
    });

  test.each([
    ['delivery_limit', 'failed', { 'x-first-death-queue': names.scorer('history', 'durable', 0) }],
    ['expired', 'expired', { 'x-first-death-queue': names.scorer('history', 'durable', 2) }],
    ['rejected', 'failed', { 'x-death': [{ queue: 'later' }, { queue: names.scorer('history', 'durable', 0) }] }],
  ])(
    'of a scorer (%s) become %s partials of its criterion, for the aggregator that waits',
    async (reason, outcome, headers) => {
      const scene = await startScene({ plans: [home] });
      const requests = [sampleRequest(), sampleRequest({ id: '2'.padStart(32, '0'), mask: 0b01 })];
      const settling = scene.deliver(names.dead.scoring, {
        type: messageTypes.requests,
        body: batch(requests),
        headers: { 'x-first-death-reason': reason, ...headers },
      });
      await turns();
      const [message] = scene.published(names.exchange.results);
      expect(message).toMatchObject({
        routingKey: names.results(1, 'durable'),
        type: messageTypes.partials,
        persistent: true,
      });
      const { criterion, partials } = JSON.parse(`${message?.body}`);
      expect(criterion).toBe('history');
      expect(partials).toMatchObject([{ id: requests[0]?.id, outcome, subject: 'user:17', items: [] }]);
      expect(settling.verdict).toBe('ack');
    },
  );

  test('stay in their queue while they can not be dealt with: behind it there is no other', async () => {
    const scene = await startScene({ plans: [home], settings: { announceMs: 1e9 } });
    scene.broker.failNext(new BrokerUnavailableError('gone'));
    const headers = { 'x-first-death-queue': names.scorer('history', 'durable', 0) };
    const message = { type: messageTypes.requests, body: batch([sampleRequest()]), headers, redelivered: true };
    const settling = scene.deliver(names.dead.scoring, message);
    await turns();
    expect(settling.verdict).toBeNull();
    await scene.pass(1_000, 500);
    expect(settling.verdict).toBe('requeue');
  });

  test('of no known queue wait for a person', async () => {
    const scene = await startScene({ plans: [home] });
    scene.deliver(names.dead.scoring, { type: messageTypes.requests, body: batch([sampleRequest()]) });
    await turns();
    expect(scene.setAside()).toHaveLength(1);
    expect(scene.published(names.exchange.results)).toEqual([]);
  });
});
