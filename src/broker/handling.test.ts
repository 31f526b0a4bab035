import { expect, test } from '@jest/globals';
import { createCountingMetrics } from '../../test/support/broker-fixture.ts';
import { runHandler } from './handling.ts';
import type { Handler, Verdict } from './port.ts';

const run = async (handle: Handler, redelivered = false) => {
  const metrics = createCountingMetrics();
  const logged: string[] = [];
  const log = { debug() {}, info() {}, warn() {}, error: (_fields: object, event: string) => void logged.push(event) };
  const verdicts: Verdict[] = [];
  const message = {
    type: 't',
    body: Buffer.alloc(0),
    exchange: '',
    routingKey: '',
    redelivered,
    deliveries: 0,
    headers: {},
  };
  runHandler({ queue: 'q', handle, telemetry: { log, metrics } }, message, (verdict) => verdicts.push(verdict));
  const inTurn = verdicts.length;
  await new Promise((resolve) => setImmediate(resolve));
  const counted = (verdict: string): number =>
    metrics.counted('medley_broker_delivered_total', { type: 'other', verdict });
  return { verdicts, inTurn, logged, counted };
};

test('a synchronous verdict settles in the same turn, a promised one when it comes', async () => {
  expect(await run(() => 'ack')).toMatchObject({ verdicts: ['ack'], inTurn: 1 });
  expect(await run(() => Promise.resolve('dead-letter' as const))).toMatchObject({
    verdicts: ['dead-letter'],
    inTurn: 0,
  });
});

test.each<[string, Handler]>([
  [
    'throws',
    () => {
      throw new Error('x');
    },
  ],
  ['rejects', () => Promise.reject(new Error('x'))],
])('a handler that %s has its message once more, then never again', async (_how, handle) => {
  const first = await run(handle);
  expect(first).toMatchObject({ verdicts: ['requeue'], logged: ['broker.handler.failed'] });
  expect(first.counted('failed')).toBe(1);
  expect((await run(handle, true)).verdicts).toEqual(['dead-letter']);
});
