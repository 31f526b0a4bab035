import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import type { Outgoing, Publisher } from '../broker/port.ts';
import { decodeRequests, type ReceivedRequests } from '../contract/codec.ts';
import { createNames } from '../contract/topology.ts';
import { createScatter } from './scatter.ts';
import { createServiceTimes } from './service-times.ts';
import type { Shipment } from './shipment.ts';

const names = createNames('t');
let next = 0;
const newId = (): string => (next++).toString(16).padStart(32, '0');

/** A publisher whose confirms come when the test says so. */
const createHeldPublisher = () => {
  const sent: Outgoing[] = [];
  const held: { resolve(): void; reject(error: Error): void }[] = [];
  const publisher: Publisher = {
    publish: (message) =>
      new Promise((resolve, reject) => {
        sent.push(message);
        held.push({ resolve, reject });
      }),
    unconfirmed: () => held.length,
    state: () => 'ready',
  };
  const settle = async (act: (one: { resolve(): void; reject(error: Error): void }) => void): Promise<void> => {
    const one = held.shift();
    if (one !== undefined) act(one);
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  };
  return {
    publisher,
    sent,
    confirm: () => settle((one) => one.resolve()),
    fail: (error: Error) => settle((one) => one.reject(error)),
  };
};

const clock = createFakeClock();

const shipment = (over: Partial<Shipment> = {}, deadlineInMs = 300): Shipment => ({
  lane: 'interactive',
  ordinal: 0,
  replyTo: 't.gateway.a.replies',
  ask: {
    id: newId(),
    recommender: 'home',
    subject: { kind: 'user', id: '1' },
    k: 10,
    profile: { items: [], weights: [], atMs: [] },
    dropProfile: true,
    seen: [],
    include: [],
    explain: false,
    deadlineAtMs: clock.nowMs() + deadlineInMs,
    remainingMs: deadlineInMs,
  },
  planVersion: 1,
  round: 0,
  topN: 100,
  criteria: [
    { criterion: 'history', generation: 0 },
    { criterion: 'genres', generation: 0 },
  ],
  skipped: {},
  ...over,
});

type EndOfTurn = (act: () => void) => void;
const atOnce: EndOfTurn = (act) => act();

const setUp = (serviceMs: Record<string, number> = { history: 0.1, genres: 0.1 }, endOfTurn: EndOfTurn = atOnce) => {
  const held = createHeldPublisher();
  const serviceTimes = createServiceTimes();
  for (const [criterion, ms] of Object.entries(serviceMs)) serviceTimes.observe(criterion, ms);
  const { publisher } = held;
  const scatter = createScatter({ publisher, names, sender: 'gateway-a', clock, serviceTimes, endOfTurn });
  const decoded = (index: number): ReceivedRequests => {
    const outcome = decodeRequests(held.sent[index] as Outgoing);
    if (!outcome.ok) throw new Error(outcome.reason);
    expect(outcome.bad).toEqual([]);
    return outcome.value;
  };
  const sizes = (): number[] => held.sent.map((_, at) => decoded(at).requests.length);
  return { ...held, scatter, decoded, sizes };
};

describe('scatter', () => {
  test('an idle line publishes at once, one message to every scorer and the aggregator', () => {
    const { scatter, sent, decoded } = setUp();
    void scatter.send(shipment());
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({
      exchange: 't.scatter',
      routingKey: 't.aggregator.0.interactive',
      cc: ['t.scorer.history.interactive', 't.scorer.genres.interactive'],
      mandatory: true,
      persistent: false,
      expiresInMs: 300,
    });
    expect(decoded(0).requests[0]).toMatchObject({ mask: 0b11, round: 0, remainingMs: 300 });
  });

  test('what arrives while a publish is unconfirmed travels together once it is confirmed', async () => {
    const { scatter, sent, confirm, decoded } = setUp();
    for (let n = 0; n < 6; n += 1) void scatter.send(shipment());
    expect(sent).toHaveLength(1);
    await confirm();
    expect(sent).toHaveLength(2);
    expect(decoded(1).requests).toHaveLength(5);
    expect(scatter.waiting()).toBe(0);
  });

  test('a confirm that does not come holds up nothing for longer than 25 ms', async () => {
    const { scatter, confirm, sizes } = setUp();
    void scatter.send(shipment());
    for (let index = 0; index < 2; index += 1) void scatter.send(shipment());
    clock.advance(24);
    expect(sizes()).toEqual([1]);
    clock.advance(1);
    expect(sizes()).toEqual([1, 2]);
    void scatter.send(shipment());
    expect(sizes()).toEqual([1, 2]);
    await confirm();
    await confirm();
    expect(sizes()).toEqual([1, 2, 1]);
    clock.advance(1_000);
    expect(sizes()).toEqual([1, 2, 1]);
  });

  test('what arrives in one turn on an idle line travels together', async () => {
    const turns: (() => void)[] = [];
    const { scatter, sent, confirm, decoded } = setUp(undefined, (act) => turns.push(act));
    for (let n = 0; n < 3; n += 1) void scatter.send(shipment());
    expect([sent.length, turns.length, scatter.waiting()]).toEqual([0, 1, 3]);
    turns.shift()?.();
    expect(decoded(0).requests).toHaveLength(3);
    await confirm();
    void scatter.send(shipment());
    turns.shift()?.();
    expect(decoded(1).requests).toHaveLength(1);
    expect([turns.length, scatter.waiting()]).toEqual([0, 0]);
  });

  test('a full batch does not wait for the end of the turn', () => {
    const { scatter, sent } = setUp({ history: 10, genres: 0.1 }, () => {});
    for (let n = 0; n < 7; n += 1) void scatter.send(shipment());
    expect(sent).toHaveLength(2);
    expect(scatter.waiting()).toBe(1);
  });

  test('a crowd travels in several messages, so that rooms work side by side; durable work, which nobody waits for, in one', () => {
    const turns: (() => void)[] = [];
    const { scatter, sent, decoded } = setUp({ history: 0.01, genres: 0.01 }, (act) => turns.push(act));
    for (let n = 0; n < 128; n += 1) void scatter.send(shipment());
    for (let n = 0; n < 128; n += 1) void scatter.send(shipment({ lane: 'durable', replyTo: null }));
    for (const act of turns) act();
    expect(sent.map((_, at) => decoded(at).requests.length)).toEqual([32, 32, 32, 32, 128]);
  });

  test('send resolves with the confirm and rejects with the publish error, for every passenger', async () => {
    const { scatter, confirm, fail } = setUp();
    const first = scatter.send(shipment());
    await confirm();
    await expect(first).resolves.toBeUndefined();
    void scatter.send(shipment()).catch(() => undefined);
    const passengers = [scatter.send(shipment()), scatter.send(shipment())];
    const settled = Promise.allSettled(passengers);
    await confirm();
    await fail(new Error('gone'));
    expect((await settled).map((one) => one.status)).toEqual(['rejected', 'rejected']);
  });

  test('a slow scorer gets one request a message, without waiting for confirms', () => {
    const { scatter, sent, decoded } = setUp({ history: 38, genres: 0.1 });
    for (let n = 0; n < 4; n += 1) void scatter.send(shipment());
    expect(sent).toHaveLength(4);
    expect(decoded(3).requests).toHaveLength(1);
  });

  test('a batch holds at most 10 % of the deadline of the slowest scorer', async () => {
    const { scatter, sent, confirm, decoded } = setUp({ history: 3, genres: 0.1 });
    for (let n = 0; n < 26; n += 1) void scatter.send(shipment());
    await confirm();
    for (let n = 0; n < sent.length; n += 1) expect(decoded(n).requests.length).toBeLessThanOrEqual(10);
  });

  test('another lane, aggregator, gateway or deadline is another batch', () => {
    const { scatter, sent } = setUp();
    void scatter.send(shipment());
    void scatter.send(shipment({ ordinal: 1 }));
    void scatter.send(shipment({ lane: 'durable', replyTo: null }));
    void scatter.send(shipment({ replyTo: 't.gateway.b.replies' }));
    void scatter.send(shipment({}, 900));
    expect(sent).toHaveLength(5);
    expect(sent[2]).toMatchObject({ persistent: true, routingKey: 't.aggregator.0.durable' });
  });

  test('each request keeps its own criteria as a mask over those of the batch', async () => {
    const { scatter, confirm, decoded } = setUp({ history: 0.1, genres: 0.1, popularity: 0.1 });
    void scatter.send(shipment());
    void scatter.send(shipment({ criteria: [{ criterion: 'genres', generation: 0 }] }));
    void scatter.send(shipment({ criteria: [{ criterion: 'popularity', generation: 0 }] }));
    await confirm();
    const { criteria, requests } = decoded(1);
    const asked = requests.map((one) => criteria.filter((_, bit) => (one.mask & (1 << bit)) !== 0));
    expect(asked).toEqual([['genres'], ['popularity']]);
  });

  test('once its clock was set back it has another name, which receivers know no clock by', () => {
    const { scatter, decoded } = setUp();
    void scatter.send(shipment());
    clock.step(-2_000);
    void scatter.send(shipment({ ordinal: 1 }));
    expect([decoded(0).sender, decoded(1).sender]).toEqual(['gateway-a', 'gateway-a~1']);
  });

  test('one criterion under two generations of its queues never shares a batch: their bits would be taken for each other', async () => {
    const { scatter, sent, confirm, decoded } = setUp();
    const genres = (generation: number): void =>
      void scatter.send(shipment({ criteria: [{ criterion: 'genres', generation }] }));
    void scatter.send(shipment());
    for (const generation of [0, 0, 1, 1, 0]) genres(generation);
    for (let batch = 0; batch < 4; batch += 1) await confirm();
    expect(sent.slice(1).map(({ cc }) => cc)).toEqual([
      ['t.scorer.genres.interactive'],
      ['t.scorer.genres.interactive.g1'],
      ['t.scorer.genres.interactive'],
    ]);
    expect([1, 2, 3].map((index) => decoded(index).requests.length)).toEqual([2, 2, 1]);
    expect(decoded(2)).toMatchObject({ criteria: ['genres'], requests: [{ mask: 1 }, { mask: 1 }] });
  });

  test('every shipment is sent exactly once, whatever the mix and the order of confirms', async () => {
    const kinds = fc.record({
      ordinal: fc.integer({ min: 0, max: 2 }),
      slow: fc.boolean(),
      deadlineMs: fc.integer({ min: 10, max: 2_000 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(kinds, { maxLength: 60 }), async (mix) => {
        const { scatter, sent, confirm, decoded } = setUp({ history: 0.1, slow: 500 });
        const shipments = mix.map((one) =>
          shipment(
            { ordinal: one.ordinal, criteria: [{ criterion: one.slow ? 'slow' : 'history', generation: 0 }] },
            one.deadlineMs,
          ),
        );
        const all = Promise.all(shipments.map((one) => scatter.send(one)));
        for (let n = 0; n < mix.length + 1; n += 1) await confirm();
        await all;
        const ids = sent.flatMap((_, index) => decoded(index).requests.map((one) => one.id));
        expect(ids.sort()).toEqual(shipments.map((one) => one.ask.id).sort());
        expect(scatter.waiting()).toBe(0);
      }),
      { numRuns: 50 },
    );
  });
});
