import { describe, expect, test } from '@jest/globals';
import { createFakeBroker } from '../../test/support/fake-broker.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import {
  BrokerUnavailableError,
  MessageTooLargeError,
  PublishNackedError,
  PublishReturnedError,
} from '../broker/errors.ts';
import { decodePartials } from '../contract/codec.ts';
import { limits } from '../contract/limits.ts';
import { createNames } from '../contract/topology.ts';
import { silentLog } from '../runtime/log.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { createOutbox } from './outbox.ts';

const envelope = { lane: 'interactive', results: 'results-0', model: 'v1', expiresInMs: 100.4 } as const;

const partial = (n: number, label = 'x'): string =>
  JSON.stringify({
    id: n.toString(16).padStart(32, '0'),
    round: 0,
    subject: 'user:1',
    deadlineAtMs: 0,
    outcome: 'scored',
    items: [],
    scores: [],
    floor: null,
    labels: Array.from({ length: limits.topN }, () => label),
    waitMs: 0,
    serviceMs: 0,
  });

const setUp = async () => {
  const broker = createFakeBroker();
  const metrics = createMetrics({ processMetrics: false });
  const outbox = createOutbox({
    publisher: await broker.createPublisher(),
    names: createNames('test'),
    criterion: 'genres',
    process: 'genres-1',
    clock: createFakeClock(),
    log: silentLog,
    metrics,
  });
  return { broker, outbox, metrics };
};

describe('the outbox', () => {
  test('publishes what the contract takes, with the model and a whole number of milliseconds to live', async () => {
    const { broker, outbox } = await setUp();
    expect(await outbox.send(envelope, [partial(1), partial(2)])).toBe('confirmed');
    expect(broker.published).toMatchObject([{ routingKey: 'results-0', mandatory: true, expiresInMs: 101 }]);
    const decoded = decodePartials(broker.published[0] as never);
    expect(decoded).toMatchObject({
      ok: true,
      bad: [],
      value: { model: 'v1', scorer: 'genres-1', criterion: 'genres' },
    });
    expect(decoded.ok && decoded.value.partials).toHaveLength(2);
  });

  test('publishes in several messages what is too large for one, all of it', async () => {
    const { broker, outbox } = await setUp();
    const large = Array.from({ length: 40 }, (_, n) => partial(n, 'y'.repeat(limits.titleLength)));
    expect(large.join().length).toBeGreaterThan(2 * limits.messageBytes);
    expect(await outbox.send(envelope, large)).toBe('confirmed');
    expect(broker.published.length).toBeGreaterThan(2);
    expect(broker.published.every(({ body }) => body.length <= limits.messageBytes)).toBe(true);
    const ids = broker.published.flatMap((sent) => {
      const decoded = decodePartials(sent);
      return decoded.ok ? decoded.value.partials.map(({ id }) => id) : [];
    });
    expect(new Set(ids).size).toBe(40);
  });

  test.each([
    ['returned', new PublishReturnedError('no queue')],
    ['returned', new MessageTooLargeError('large')],
    ['unavailable', new PublishNackedError('full')],
    ['unavailable', new BrokerUnavailableError('down')],
    ['unavailable', new Error('anything else')],
  ])('says %s of %s, and counts it', async (sent, error) => {
    const { broker, outbox, metrics } = await setUp();
    broker.failNext(error);
    expect(await outbox.send(envelope, [partial(1)])).toBe(sent);
    const series = `medley_scorer_partial_batches_total{criterion="genres",lane="interactive",result="${sent}"} 1`;
    expect(await metrics.text()).toContain(series);
  });
});
