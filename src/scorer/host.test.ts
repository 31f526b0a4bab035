import { afterEach, describe, expect, test } from '@jest/globals';
import { createFakeBroker } from '../../test/support/fake-broker.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { BrokerUnavailableError, PublishReturnedError } from '../broker/errors.ts';
import { decodePartials, decodeRequests, encode } from '../contract/codec.ts';
import { messageTypes } from '../contract/control.ts';
import type { Partial } from '../contract/partial-batch.ts';
import type { Lane } from '../contract/primitives.ts';
import type { RequestBatch, ScoringRequest } from '../contract/request-batch.ts';
import type { Question, ScoreResult, ScorerDefinition } from '../contract/scoring.ts';
import { createNames, headers } from '../contract/topology.ts';
import { silentLog } from '../runtime/log.ts';
import { noMetrics } from '../runtime/metrics.ts';
import { type RunningScorer, startScorer } from './host.ts';
import type { ScorerOptions, Tuning } from './options.ts';

const names = createNames('test');
const interactive = names.scorer('genres', 'interactive', 0);
const durable = names.scorer('genres', 'durable', 0);
const hex = (n: number): string => n.toString(16).padStart(32, '0');

type Score = (question: Question, signal: AbortSignal) => ScoreResult | Promise<ScoreResult>;

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** A promise the test ends. */
const gate = () => {
  let open = (_: ScoreResult): void => {};
  const promise = new Promise<ScoreResult>((resolve) => {
    open = resolve;
  });
  return { promise, open };
};

const listed: ScoreResult = { items: ['a'], scores: [1], floor: null };

const started: RunningScorer[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((scorer) => scorer.stop()));
});

const setUp = async (score: Score, options: Optional<ScorerOptions> & { tuning?: Optional<Tuning> } = {}) => {
  const broker = createFakeBroker();
  const clock = createFakeClock();
  const definition: ScorerDefinition = {
    needs: [],
    load: () => null,
    score: (question, _, signal) => score(question, signal),
  };
  const scorer = await startScorer({
    broker,
    names,
    criterion: 'genres',
    process: 'genres-1',
    source: { kind: 'inline', definition },
    models: null,
    clock,
    log: silentLog,
    metrics: noMetrics,
    ...options,
  });
  started.push(scorer);
  const request = (n: number, more: Optional<ScoringRequest> = {}): ScoringRequest => ({
    id: hex(n),
    recommender: 'home',
    subject: { kind: 'user', id: String(n) },
    k: 10,
    profile: { items: [], weights: [], atMs: [] },
    dropProfile: true,
    seen: [],
    include: [],
    explain: false,
    deadlineAtMs: clock.nowMs() + 300,
    remainingMs: 300,
    round: 0,
    mask: 1,
    topN: 100,
    planVersion: 1,
    skipped: {},
    ...more,
  });
  const message = (lane: Lane, requests: readonly unknown[], more: Optional<RequestBatch> = {}) => ({
    type: messageTypes.requests,
    body: encode({
      lane,
      sender: 'gateway-1',
      sentAtMs: clock.nowMs(),
      results: 'results-0',
      replyTo: null,
      criteria: ['genres'],
      requests,
      ...more,
    }),
  });
  const partials = (): Partial[] =>
    broker.published
      .filter((sent) => sent.exchange === names.exchange.results)
      .flatMap((sent) => {
        const decoded = decodePartials(sent);
        if (!decoded.ok || decoded.bad.length > 0) throw new Error('a partial batch that breaks the contract');
        return decoded.value.partials;
      });
  return { broker, clock, scorer, request, message, partials };
};
type Optional<T> = { [K in keyof T]?: T[K] };

describe('a scorer host', () => {
  test('answers every request of a batch in one partial batch and then acknowledges it', async () => {
    const { broker, clock, request, message, partials } = await setUp(() => listed);
    const verdict = await broker.deliver(interactive, message('interactive', [request(1), request(2)]));

    expect(verdict).toBe('ack');
    expect(broker.published).toHaveLength(1);
    expect(broker.published[0]).toMatchObject({ routingKey: 'results-0', persistent: false, expiresInMs: 30_300 });
    expect(partials()).toMatchObject([
      { id: hex(1), subject: 'user:1', outcome: 'scored', items: ['a'], deadlineAtMs: clock.nowMs() + 300 },
      { id: hex(2), subject: 'user:2', outcome: 'scored' },
    ]);
  });

  test('acknowledges only after the confirm', async () => {
    const { broker, request, message } = await setUp(() => listed);
    const release = broker.holdConfirms();
    let verdict = 'none yet';
    void broker.deliver(interactive, message('interactive', [request(1)])).then((given) => {
      verdict = given;
    });
    await settled();
    expect(broker.published).toHaveLength(1);
    expect(verdict).toBe('none yet');
    release();
    await settled();
    expect(verdict).toBe('ack');
  });

  test('leaves out requests whose mask does not ask it', async () => {
    const { broker, request, message, partials } = await setUp(() => listed);
    const batch = message('interactive', [request(1, { mask: 0b01 }), request(2, { mask: 0b10 })], {
      criteria: ['history', 'genres'],
    });
    expect(await broker.deliver(interactive, batch)).toBe('ack');
    expect(partials().map((partial) => partial.id)).toEqual([hex(2)]);
  });

  test('says abstained for null, and failed with the message for a throw, each without harm to its neighbour', async () => {
    const { broker, request, message, partials } = await setUp(({ subject }) => {
      if (subject.id === '1') return null;
      if (subject.id === '2') throw new Error('no such genre');
      return listed;
    });
    await broker.deliver(interactive, message('interactive', [request(1), request(2), request(3)]));
    expect(partials().map(({ outcome, detail }) => [outcome, detail])).toEqual([
      ['abstained', undefined],
      ['failed', 'no such genre'],
      ['scored', undefined],
    ]);
  });

  test('counts the time a request waited in the broker, by the shortest transit seen from its sender', async () => {
    const { broker, clock, request, message, partials } = await setUp(() => listed);
    await broker.deliver(interactive, message('interactive', [request(1)]));
    const waiting = message('interactive', [request(2)]);
    clock.advance(120);
    await broker.deliver(interactive, waiting);
    expect(partials().map(({ waitMs }) => waitMs)).toEqual([0, 120]);
  });

  test('begins nothing whose deadline has passed, and says expired', async () => {
    const begun: string[] = [];
    const { broker, clock, request, message, partials } = await setUp(({ subject }) => {
      begun.push(subject.id);
      clock.advance(400);
      return listed;
    });
    await broker.deliver(interactive, message('interactive', [request(1), request(2)]));
    expect(begun).toEqual(['1']);
    expect(partials().map(({ outcome }) => outcome)).toEqual(['scored', 'expired']);
    expect(partials()[1]).toMatchObject({ waitMs: 400, serviceMs: 0 });
  });

  test('finishes and publishes what was running at its deadline', async () => {
    const { promise, open } = gate();
    let aborted = false;
    const { broker, clock, request, message, partials } = await setUp((_, signal) => {
      signal.addEventListener('abort', () => {
        aborted = true;
      });
      return promise;
    });
    const verdict = broker.deliver(interactive, message('interactive', [request(1)]));
    await settled();
    clock.advance(2_000);
    expect(aborted).toBe(true);
    open(listed);
    expect(await verdict).toBe('ack');
    expect(partials()).toMatchObject([{ outcome: 'scored', serviceMs: 2_000 }]);
    expect(broker.published[0]?.expiresInMs).toBe(30_000);
  });

  test.each([3_600_000, -3_600_000])('is not confused by its own wall clock stepping %i ms', async (stepMs) => {
    const { broker, clock, request, message, partials } = await setUp(() => listed);
    const gatewayMs = clock.nowMs();
    await broker.deliver(interactive, message('interactive', [request(1)]));
    clock.step(stepMs);
    const deadlineAtMs = gatewayMs + 300;
    await broker.deliver(interactive, message('interactive', [request(2, { deadlineAtMs })], { sentAtMs: gatewayMs }));
    expect(partials()).toMatchObject([
      { outcome: 'scored', waitMs: 0 },
      { outcome: 'scored', waitMs: 0 },
    ]);
  });

  test('says expired of what waits behind a turtle, while the turtle still runs', async () => {
    const { promise, open } = gate();
    const { broker, clock, request, message, partials } = await setUp(() => promise);
    const turtle = broker.deliver(interactive, message('interactive', [request(1)]));
    const waiting = broker.deliver(interactive, message('interactive', [request(2)]));
    await settled();
    clock.advance(400);
    expect(await waiting).toBe('ack');
    expect(partials()).toMatchObject([{ id: hex(2), outcome: 'expired' }]);
    open(listed);
    expect(await turtle).toBe('ack');
  });

  test('takes interactive work first, however long durable work has waited', async () => {
    const gates = [gate(), gate(), gate()];
    const begun: string[] = [];
    const { broker, request, message } = await setUp(({ subject }) => {
      begun.push(subject.id);
      return gates[begun.length - 1]?.promise ?? null;
    });
    const far = { deadlineAtMs: 1_700_000_600_000, remainingMs: 600_000 };
    const verdicts = [
      broker.deliver(durable, message('durable', [request(1, far)])),
      broker.deliver(durable, message('durable', [request(2, far)])),
      broker.deliver(interactive, message('interactive', [request(3)])),
    ];
    for (const { open } of gates) {
      await settled();
      open(listed);
    }
    await Promise.all(verdicts);
    expect(begun).toEqual(['1', '3', '2']);
  });

  test('does not hold a finished partial back for a slow neighbour', async () => {
    const slow = gate();
    const { broker, clock, request, message, partials } = await setUp(
      ({ subject }) => (subject.id === '2' ? slow.promise : listed),
      { concurrency: 2 },
    );
    const verdict = broker.deliver(interactive, message('interactive', [request(1), request(2)]));
    await settled();
    expect(partials()).toEqual([]);
    clock.advance(5);
    expect(partials().map(({ id }) => id)).toEqual([hex(1)]);
    slow.open(listed);
    expect(await verdict).toBe('ack');
    expect(partials().map(({ id }) => id)).toEqual([hex(1), hex(2)]);
  });

  test('goes on with what a slice left over, after sockets had their turn', async () => {
    const costs = [1, 6, 6, 6];
    const { broker, clock, request, message, partials } = await setUp(() => {
      clock.advance(costs.shift() ?? 0);
      return listed;
    });
    await broker.deliver(interactive, message('interactive', [request(1)]));
    await broker.deliver(interactive, message('interactive', [request(2), request(3), request(4)]));
    expect(partials().map(({ outcome }) => outcome)).toEqual(['scored', 'scored', 'scored', 'scored']);
  });

  test('sets a bad part aside with its reason while its neighbours are answered', async () => {
    const { broker, request, message, partials } = await setUp(() => listed);
    const bad = { ...request(2), k: 'ten' };
    expect(await broker.deliver(interactive, message('interactive', [request(1), bad, request(3)]))).toBe('ack');
    expect(partials().map(({ id }) => id)).toEqual([hex(1), hex(3)]);
    const dead = broker.published.filter((sent) => sent.exchange === names.exchange.deadLetter);
    expect(dead).toHaveLength(1);
    expect(dead[0]).toMatchObject({ routingKey: names.dead.malformed, persistent: true, mandatory: true });
    expect(dead[0]?.headers?.[headers.reason]).toMatch(/^k: /);
    expect(JSON.parse(String(dead[0]?.body)).requests).toEqual([bad]);
  });

  test.each([
    ['no JSON', { type: messageTypes.requests, body: Buffer.from('{') }, /not JSON/],
    ['an unknown version', { type: 'medley.requests.v9', body: Buffer.from('{}') }, /medley\.requests\.v9/],
    ['another shape', { type: messageTypes.requests, body: Buffer.from('{"lane":"slow"}') }, /lane/],
  ])('sets %s aside whole, once, and settles it', async (_, message, reason) => {
    const { broker } = await setUp(() => listed);
    expect(await broker.deliver(durable, message)).toBe('ack');
    expect(broker.published).toHaveLength(1);
    expect(broker.published[0]).toMatchObject({ exchange: names.exchange.deadLetter, body: message.body });
    expect(broker.published[0]?.headers?.[headers.reason]).toMatch(reason);
  });

  test('settles a malformed message even where no dead-letter queue takes it', async () => {
    const { broker } = await setUp(() => listed);
    broker.failNext(new PublishReturnedError('no queue'));
    expect(await broker.deliver(durable, { type: messageTypes.requests, body: Buffer.from('{') })).toBe('ack');
  });

  test('gives a message back after a pause when the broker did not confirm', async () => {
    const { broker, clock, request, message } = await setUp(() => listed);
    broker.failNext(new BrokerUnavailableError('down'));
    let verdict = 'none yet';
    void broker.deliver(interactive, message('interactive', [request(1)])).then((given) => {
      verdict = given;
    });
    await settled();
    expect(verdict).toBe('none yet');
    clock.advance(1_000);
    await settled();
    expect(verdict).toBe('requeue');
  });

  test('settles a message whose aggregator is gone', async () => {
    const { broker, request, message } = await setUp(() => listed);
    broker.failNext(new PublishReturnedError('no queue'));
    expect(await broker.deliver(interactive, message('interactive', [request(1)]))).toBe('ack');
  });

  test('takes a redelivered durable batch apart, without giving it more time', async () => {
    const begun: string[] = [];
    const { broker, clock, request, message } = await setUp(({ subject }) => {
      begun.push(subject.id);
      return listed;
    });
    await broker.deliver(interactive, message('interactive', [request(9)]));
    const batch = message('durable', [request(1), request(2)]);
    clock.advance(100);
    broker.published.length = 0;
    expect(await broker.deliver(durable, { ...batch, deliveries: 1 })).toBe('ack');
    expect(begun).toEqual(['9']);
    const singles = broker.published.map((sent) => {
      expect(sent).toMatchObject({ exchange: names.again('genres'), routingKey: durable, persistent: true });
      const decoded = decodeRequests(sent);
      return decoded.ok ? decoded.value.requests.map(({ id, remainingMs }) => ({ id, remainingMs })) : [];
    });
    expect(singles).toEqual([[{ id: hex(1), remainingMs: 200 }], [{ id: hex(2), remainingMs: 200 }]]);
  });

  test('publishes durable partials so that they outlive the broker', async () => {
    const { broker, request, message } = await setUp(() => listed);
    await broker.deliver(durable, message('durable', [request(1)]));
    expect(broker.published[0]).toMatchObject({ persistent: true });
    expect(broker.published[0]?.expiresInMs).toBeUndefined();
  });

  test('gives up on a promise that never ends, and says failed', async () => {
    const { broker, clock, request, message, partials } = await setUp(() => new Promise(() => {}));
    const verdict = broker.deliver(interactive, message('interactive', [request(1)]));
    await settled();
    clock.advance(60_000);
    expect(await verdict).toBe('ack');
    expect(partials()).toMatchObject([{ outcome: 'failed', detail: 'did not finish within 60000 ms' }]);
  });

  test('drains: cancels, finishes what it holds, settles, and only then has stopped', async () => {
    const { promise, open } = gate();
    const { broker, scorer, request, message, partials } = await setUp(() => promise);
    const verdict = broker.deliver(interactive, message('interactive', [request(1)]));
    await settled();
    let stopped = false;
    const stopping = scorer.stop().then(() => {
      stopped = true;
    });
    await settled();
    expect(broker.subscriptions.every((one) => one.stopped)).toBe(true);
    expect([stopped, scorer.ready()]).toEqual([false, false]);
    open(listed);
    expect(await verdict).toBe('ack');
    await stopping;
    expect(partials()).toHaveLength(1);
  });

  test('gives back what it holds when a drain takes too long', async () => {
    const { broker, clock, scorer, request, message } = await setUp(() => new Promise(() => {}));
    const verdict = broker.deliver(durable, message('durable', [request(1)]));
    await settled();
    const stopping = scorer.stop();
    await settled();
    clock.advance(20_000);
    expect(await verdict).toBe('requeue');
    await stopping;
  });
});
