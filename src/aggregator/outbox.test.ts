import { expect, test } from '@jest/globals';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import type { Outgoing } from '../broker/port.ts';
import type { Answer } from '../contract/answer.ts';
import { decodeAnswers } from '../contract/codec.ts';
import { createNames } from '../contract/topology.ts';
import { silentLog } from '../runtime/log.ts';
import { createOutbox } from './outbox.ts';

const answer = (number: number): Answer => ({
  requestId: number.toString(16).padStart(32, '0'),
  recommender: 'home',
  plan: { version: 1 },
  subject: { kind: 'user', id: '1' },
  source: 'fresh',
  complete: true,
  exact: true,
  items: [],
  coverage: { weight: 1, criteria: [] },
  timings: { totalMs: 1, deadlineMs: 300, slowestMs: null, slowest: null, sumMs: 0 },
});

const setUp = () => {
  const clock = createFakeClock();
  const sent: Outgoing[] = [];
  const confirms: { resolve(): void; reject(error: Error): void }[] = [];
  const turns: (() => void)[] = [];
  const outbox = createOutbox({
    publisher: {
      publish: (message) =>
        new Promise((resolve, reject) => {
          sent.push(message);
          confirms.push({ resolve, reject });
        }),
    },
    names: createNames('t'),
    process: 'aggregator-a',
    clock,
    log: silentLog,
    endOfTurn: (act) => turns.push(act),
  });
  const endTurn = (): void => turns.splice(0).forEach((act) => void act());
  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  };
  const batch = (at: number): number => {
    const decoded = decodeAnswers(sent[at] as Outgoing);
    return decoded.ok ? decoded.value.answers.length : -1;
  };
  const send = (replyTo: string, ...numbers: number[]): Promise<unknown> =>
    Promise.all(numbers.map((number) => outbox.send(replyTo, answer(number), clock.monotonicMs() + 300)));
  return { sent, confirms, endTurn, settled, batch, send };
};

test('answers made in one turn travel together', () => {
  const { sent, endTurn, batch, send } = setUp();
  void send('t.gateway.a.replies', 1, 2, 3);
  expect(sent).toHaveLength(0);
  endTurn();
  expect(sent).toHaveLength(1);
  expect(sent[0]).toMatchObject({ exchange: 't.replies', routingKey: 't.gateway.a.replies', expiresInMs: 1_300 });
  expect(batch(0)).toBe(3);
});

test('each gateway gets its own', () => {
  const { sent, endTurn, send } = setUp();
  void send('a', 1);
  void send('b', 2);
  endTurn();
  expect(sent.map((one) => one.routingKey)).toEqual(['a', 'b']);
});

test('a few answers wait while others are unconfirmed, many do not', async () => {
  const { sent, confirms, endTurn, settled, batch, send } = setUp();
  void send('a', 1);
  endTurn();
  void send('a', 2, 3);
  endTurn();
  expect(sent).toHaveLength(1);
  void send('a', ...Array.from({ length: 14 }, (_, at) => 4 + at));
  endTurn();
  expect([sent.length, batch(1)]).toEqual([2, 16]);
  void send('a', 18);
  endTurn();
  confirms[0]?.resolve();
  confirms[1]?.resolve();
  await settled();
  expect([sent.length, batch(2)]).toEqual([3, 1]);
});

test('send resolves once its own answer is confirmed, or can not be', async () => {
  const { confirms, endTurn, settled, send } = setUp();
  const ended: string[] = [];
  const first = send('a', 1);
  void first.then(() => ended.push('first'));
  endTurn();
  const second = send('a', 2);
  void second.then(() => ended.push('second'));
  endTurn();
  await settled();
  expect(ended).toEqual([]);
  confirms[0]?.resolve();
  await settled();
  expect(ended).toEqual(['first']);
  confirms[1]?.reject(new Error('gone'));
  await settled();
  expect(ended).toEqual(['first', 'second']);
});
