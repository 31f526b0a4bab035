import { describe, expect, test } from '@jest/globals';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { requestId } from '../../test/support/gathering-samples.ts';
import { BrokerUnavailableError } from '../broker/errors.ts';
import type { Outgoing } from '../broker/port.ts';
import type { Answer, AnswerBatch } from '../contract/answer.ts';
import { createNames } from '../contract/topology.ts';
import { silentLog } from '../runtime/log.ts';
import { createOutbox } from './outbox.ts';

const answer = (number: number, items = 1): Answer => ({
  requestId: requestId(number),
  recommender: 'home',
  plan: { version: 1 },
  subject: { kind: 'user', id: '17' },
  source: 'fresh',
  complete: true,
  exact: false,
  items: Array.from({ length: items }, (_, at) => ({ id: `${at}`, score: 1 })),
  coverage: { weight: 1, criteria: [] },
  timings: { totalMs: 1, deadlineMs: 1, slowestMs: null, slowest: null, sumMs: 0 },
});

const create = () => {
  const published: Outgoing[] = [];
  const confirms: { resolve(): void; reject(error: Error): void }[] = [];
  const outbox = createOutbox({
    publisher: {
      publish: (message) =>
        new Promise((resolve, reject) => {
          published.push(message);
          confirms.push({ resolve, reject });
        }),
    },
    names: createNames(),
    process: 'aggregator-0',
    clock: createFakeClock(),
    log: silentLog,
  });
  const sizes = (): number[] =>
    published.map(({ body }) => (JSON.parse(body.toString()) as AnswerBatch).answers.length);
  return { outbox, published, confirms, sizes };
};

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('answers', () => {
  test('made in one turn travel together, each gateway’s apart', async () => {
    const { outbox, published, sizes } = create();
    for (const number of [1, 2, 3]) void outbox.send('one', answer(number), 100);
    void outbox.send('other', answer(4), 100);
    await turn();
    expect(published.map(({ routingKey }) => routingKey)).toEqual(['one', 'other']);
    expect(sizes()).toEqual([3, 1]);
  });

  test('wait while one is unconfirmed, and go when it is; more than a few batches are never under way', async () => {
    const { outbox, confirms, sizes } = create();
    void outbox.send('one', answer(0), 100);
    await turn();
    for (let number = 1; number <= 10; number += 1) {
      void outbox.send('one', answer(number), 100);
      await turn();
    }
    expect(sizes()).toEqual([1]);
    confirms[0]?.resolve();
    await turn();
    expect(sizes()).toEqual([1, 10]);
  });

  test('go before the confirm where a good part of a batch is waiting', async () => {
    const { outbox, sizes } = create();
    for (let number = 0; number < 200; number += 1) {
      void outbox.send('one', answer(number), 100);
      await turn();
    }
    expect(sizes()).toEqual([1, 16, 16, 16]);
  });

  test('of long lists are split over messages', async () => {
    const { outbox, confirms, sizes } = create();
    for (let number = 0; number < 25; number += 1) void outbox.send('one', answer(number, 200), 100);
    await turn();
    for (let batch = 0; batch < 3; batch += 1) {
      confirms[batch]?.resolve();
      await turn();
    }
    expect(sizes()).toEqual([10, 10, 5]);
  });

  test('end whether the confirm comes or not, and the next ones go', async () => {
    const { outbox, confirms, sizes } = create();
    const first = outbox.send('one', answer(1), 100);
    await turn();
    const second = outbox.send('one', answer(2), 100);
    confirms[0]?.reject(new BrokerUnavailableError('gone'));
    await first;
    await turn();
    confirms[1]?.resolve();
    await second;
    expect(sizes()).toEqual([1, 1]);
  });

  test('expire a second after the latest deadline among them', async () => {
    const { outbox, published } = create();
    void outbox.send('one', answer(1), 100);
    void outbox.send('one', answer(2), 250.5);
    await turn();
    expect(published[0]?.expiresInMs).toBe(1_251);
  });
});
