import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { requestId, sampleRequest } from '../../test/support/gathering-samples.ts';
import type { Incoming } from '../broker/port.ts';
import { encode } from '../contract/codec.ts';
import { messageTypes } from '../contract/control.ts';
import { noMetrics } from '../runtime/metrics.ts';
import { createDurableLane } from './durable.ts';

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;
const heapAfterCollection = (): number => {
  collectGarbage();
  return process.memoryUsage().heapUsed;
};

const clock = createFakeClock();

const redelivered = (): Incoming => {
  const { round: _r, mask: _m, topN: _t, planVersion: _p, skipped: _s, ...ask } = sampleRequest({ id: requestId(1) });
  const body = encode({ sender: 'gateway-0', sentAtMs: clock.nowMs(), ask });
  const { exchange, routingKey } = { exchange: 'intake', routingKey: 'intake' };
  return { type: messageTypes.intake, body, exchange, routingKey, redelivered: true, deliveries: 1, headers: {} };
};

test('nothing stays of a request that has ended, however many there were', async () => {
  const lane = createDurableLane({
    rounds: { run: () => Promise.reject(new Error('was not to be begun')), askAgain() {}, close() {} },
    answers: {
      get: async (id) => ({ id, state: 'failed', acceptedAtMs: 0, deadlineAtMs: 0, failure: 'before' }),
      complete: async () => true,
      fail: async () => true,
    },
    plans: { get: () => undefined },
    setAside: { whole: async () => {}, parts: async () => {} },
    persevere: (attempt) => attempt(),
    clock,
    metrics: noMetrics,
  });
  const message = redelivered();
  const handle = async (count: number): Promise<void> => {
    for (let done = 0; done < count; done += 1) expect(await lane.handle(message)).toBe('ack');
  };
  await handle(500);
  const before = heapAfterCollection();
  await handle(5_000);
  expect(heapAfterCollection() - before).toBeLessThan(700_000);
}, 60_000);
