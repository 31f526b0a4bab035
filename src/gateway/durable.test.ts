import { expect, test } from '@jest/globals';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { bookOf, createCountingMetrics, sampleBody } from '../../test/support/gateway-parts.ts';
import { requestId, samplePlan } from '../../test/support/gathering-samples.ts';
import { BrokerUnavailableError, MessageTooLargeError, PublishNackedError } from '../broker/errors.ts';
import type { Outgoing } from '../broker/port.ts';
import { decodeIntake } from '../contract/codec.ts';
import type { AnswerStatus } from '../contract/http.ts';
import { createNames } from '../contract/topology.ts';
import { silentLog } from '../runtime/log.ts';
import { createDemandLedger } from '../scatter/demand-ledger.ts';
import { createDurable, idOfKey } from './durable.ts';

const setUp = () => {
  const clock = createFakeClock(1_000_000);
  const metrics = createCountingMetrics();
  const failures: Error[] = [];
  const published: Outgoing[] = [];
  const events: string[] = [];
  const kept = new Map<string, { bodyHash: string; status: AnswerStatus }>();
  const durable = createDurable({
    demand: createDemandLedger(),
    ...{ plans: bookOf(samplePlan()), names: createNames(), process: 'gateway-0', clock, log: silentLog, metrics },
    profiles: async () => ({ profile: { items: ['w'], weights: [1], atMs: [1] }, seen: [] }),
    answers: {
      async accept({ id, bodyHash, acceptedAtMs, deadlineAtMs }) {
        events.push('noted');
        const held = kept.get(id);
        if (held !== undefined) return { known: true, sameBody: held.bodyHash === bodyHash, status: held.status };
        const status: AnswerStatus = { id, state: 'pending', acceptedAtMs, deadlineAtMs };
        kept.set(id, { bodyHash, status });
        return { known: false, sameBody: true, status };
      },
    },
    publisher: {
      async publish(message) {
        events.push('published');
        published.push(message);
        const failure = failures.shift();
        if (failure !== undefined) throw failure;
      },
      unconfirmed: () => 0,
      state: () => 'ready',
    },
  });
  /** Accepts, with time going on until it is done. */
  const accept = async (body: object, id = requestId(1)) => {
    const outcome = durable.accept(sampleBody(body), id).then(
      (status) => ({ status, error: undefined }),
      (error: unknown) => ({ status: undefined, error }),
    );
    for (let turn = 0; turn < 200; turn += 1) {
      await Promise.resolve();
      clock.advance(10);
    }
    return outcome;
  };
  return { accept, failures, published, events, kept, clock, metrics };
};

test('a request is noted, then published to the intake persistent and mandatory, and only then accepted', async () => {
  const { accept, published, events, metrics } = setUp();
  const { status } = await accept({ user: '17', deadlineMs: 60_000 });
  expect(status).toEqual({
    ...{ id: requestId(1), state: 'pending', acceptedAtMs: 1_000_000, deadlineAtMs: 1_060_000 },
  });
  expect(events).toEqual(['noted', 'published']);
  const [message] = published;
  expect(message).toMatchObject({
    ...{ exchange: 'medley.intake', routingKey: 'medley.intake.accepted', persistent: true, mandatory: true },
  });
  const decoded = decodeIntake(message ?? { type: '', body: Buffer.alloc(0) });
  expect(decoded).toMatchObject({
    ok: true,
    value: {
      sender: 'gateway-0',
      ask: { id: requestId(1), profile: { items: ['w'] }, deadlineAtMs: 1_060_000 },
    },
  });
  const demand = 'medley_gateway_demand_total{criterion="genres",lane="durable",result="admitted"}';
  expect(metrics.value(demand)).toBe(1);
});

test('without a deadline it has ten minutes', async () => {
  expect((await setUp().accept({ user: '17' })).status?.deadlineAtMs).toBe(1_600_000);
});

test('a publish that was not confirmed is tried again under the same id', async () => {
  const { accept, failures, published } = setUp();
  failures.push(new PublishNackedError('nack'), new BrokerUnavailableError('lost'));
  const { status } = await accept({ user: '17' });
  expect(status?.state).toBe('pending');
  const ids = published.map((message) => JSON.parse(message.body.toString()).ask.id);
  expect(ids).toEqual([requestId(1), requestId(1), requestId(1)]);
});

test('when no attempt is confirmed the caller is told to try again, and may', async () => {
  const { accept, failures, published } = setUp();
  failures.push(...Array.from({ length: 4 }, () => new BrokerUnavailableError('down')));
  const { error } = await accept({ user: '17' });
  expect(error).toMatchObject({ code: 'broker-unavailable', status: 503, retryAfterS: 1 });
  expect(published).toHaveLength(4);
  expect((await accept({ user: '17' })).status?.state).toBe('pending');
  expect(published).toHaveLength(5);
});

test('the same key with the same body is the same request, in whatever order its fields come', async () => {
  const { accept, kept } = setUp();
  const id = idOfKey('order-1');
  await accept({ user: '17', context: { a: 1, b: 2 } }, id);
  const again = await accept({ context: { b: 2, a: 1 }, user: '17' }, id);
  expect(again.status).toMatchObject({ id, acceptedAtMs: 1_000_000 });
  expect(kept.size).toBe(1);
});

test('the same key with another body is a conflict and publishes nothing', async () => {
  const { accept, published } = setUp();
  await accept({ user: '17' });
  const { error } = await accept({ user: '18' });
  expect(error).toMatchObject({ code: 'idempotency-conflict', status: 409 });
  expect(published).toHaveLength(1);
});

test('what has ended already is not asked again', async () => {
  const { accept, published, kept } = setUp();
  await accept({ user: '17' });
  const held = kept.get(requestId(1));
  if (held !== undefined) held.status = { ...held.status, state: 'failed', failure: 'no criterion answered' };
  expect((await accept({ user: '17' })).status).toMatchObject({ state: 'failed' });
  expect(published).toHaveLength(1);
});

test('a request that can not be bound is refused before anything is noted', async () => {
  const { accept, events } = setUp();
  expect((await accept({ user: '17', recommender: 'nobody' })).error).toMatchObject({ code: 'unknown-recommender' });
  expect((await accept({ user: '17', weights: { luck: 1 } })).error).toMatchObject({ code: 'unknown-criterion' });
  expect(events).toEqual([]);
});

test('the id of a key is 128 bits of its hash', () => {
  expect(idOfKey('order-1')).toMatch(/^[0-9a-f]{32}$/);
  expect(idOfKey('order-1')).not.toBe(idOfKey('order-2'));
});

test('a request that fits no message is refused as too large, not as unconfirmed, and not tried again', async () => {
  const { accept, failures, published } = setUp();
  failures.push(new MessageTooLargeError('9 MB'));
  const { error } = await accept({ user: '17' });
  expect(error).toMatchObject({ code: 'body-too-large', status: 413 });
  expect(published).toHaveLength(1);
});
