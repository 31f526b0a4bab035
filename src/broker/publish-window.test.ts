import { expect, test } from '@jest/globals';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { BrokerUnavailableError } from './errors.ts';
import { createPublishWindow, type Pending } from './publish-window.ts';

const patienceMs = 1_000;

const open = () => {
  const steady = createFakeClock();
  let sleptMs = 0;
  const clock = { ...steady, monotonicMs: () => steady.monotonicMs() + sleptMs };
  const sent: Pending[] = [];
  const settled: string[] = [];
  let blockedBy: string | null = null;
  let speaks = false;
  const window = createPublishWindow({
    clock,
    patienceMs,
    obstacle: () => blockedBy,
    speaks: () => speaks,
    send: (pending) => sent.push(pending),
  });
  return {
    clock,
    window,
    /** Time passes while this process does not run, so that no timer fires. */
    sleep: (ms: number) => {
      sleptMs += ms;
    },
    sent,
    settled,
    block: (by: string | null) => {
      blockedBy = by;
    },
    speak: (now: boolean) => {
      speaks = now;
    },
    add(name: string, bytes = 1) {
      const body = Buffer.alloc(bytes);
      const message = { exchange: 'x', routingKey: name, type: 't', body, persistent: false };
      window.add(message, (error) => {
        const how = error instanceof BrokerUnavailableError ? error.message : (error?.name ?? 'confirmed');
        settled.push(`${name}: ${how}`);
      });
    },
    answer(at: number) {
      const pending = sent[at];
      if (pending !== undefined) window.answer(pending, null);
    },
    sentNames: () => sent.map(({ message }) => message.routingKey),
  };
};

test('sends at once and settles by the answer', () => {
  const { add, answer, window, settled, sentNames } = open();
  add('a');
  expect(sentNames()).toEqual(['a']);
  expect(window.size()).toBe(1);
  answer(0);
  expect(settled).toEqual(['a: confirmed']);
  expect(window.size()).toBe(0);
});

test('waits for what is in the way and keeps the order', () => {
  const { add, block, window, sentNames } = open();
  block('not connected');
  add('a');
  add('b');
  expect(sentNames()).toEqual([]);
  block(null);
  add('c');
  window.pump();
  expect(sentNames()).toEqual(['a', 'b', 'c']);
});

test('refuses what could not be sent within the patience, and only that', () => {
  const { add, block, clock, settled } = open();
  block('not connected');
  add('a');
  clock.advance(400);
  add('b');
  clock.advance(599);
  expect(settled).toEqual([]);
  clock.advance(1);
  expect(settled).toEqual(['a: not connected: not sent within 1000 ms']);
  clock.advance(400);
  expect(settled).toHaveLength(2);
  expect(clock.pendingTimers()).toBe(0);
});

test('gives up what is unconfirmed when nothing at all was confirmed for the patience', () => {
  const { add, clock, settled, window } = open();
  add('a');
  clock.advance(500);
  add('b');
  clock.advance(500);
  expect(settled).toEqual(['a: no confirm within 1000 ms']);
  expect(window.stalled()).toBe(true);
  clock.advance(500);
  expect(settled).toHaveLength(2);
});

test('a slow broker that keeps confirming is waited for', () => {
  const { add, answer, clock, settled, window } = open();
  for (let at = 0; at < 5; at += 1) add(String(at));
  for (let at = 0; at < 4; at += 1) {
    clock.advance(900);
    answer(at);
  }
  expect(settled).toEqual(['0: confirmed', '1: confirmed', '2: confirmed', '3: confirmed']);
  expect(window.stalled()).toBe(false);
});

test('after a pause of this process, answers that came meanwhile count before anything is given up', () => {
  const { add, answer, clock, settled, sleep } = open();
  add('a');
  add('b');
  sleep(5_000);
  clock.advance(1_000);
  expect(settled).toEqual([]);
  answer(0);
  answer(1);
  expect(settled).toEqual(['a: confirmed', 'b: confirmed']);
});

test('one message the broker sits on while it confirms others is given up in the end', () => {
  const { add, answer, clock, settled, window } = open();
  add('stuck');
  for (let at = 1; at <= 20; at += 1) {
    add('other');
    answer(at);
    clock.advance(500);
  }
  expect(settled.filter((one) => one.startsWith('stuck'))).toEqual(['stuck: no confirm within 10000 ms']);
  expect(window.stalled()).toBe(false);
});

test('a pause without publishes is no silence of the broker', () => {
  const { add, answer, clock, sentNames, window } = open();
  add('a');
  answer(0);
  clock.advance(10_000);
  add('b');
  expect(window.stalled()).toBe(false);
  add('c');
  expect(sentNames()).toEqual(['a', 'b', 'c']);
});

test('while the broker is silent nothing more is sent, and a late confirm opens the way again', () => {
  const { add, answer, clock, settled, sentNames, window } = open();
  add('a');
  clock.advance(1_000);
  add('b');
  expect(sentNames()).toEqual(['a']);
  answer(0);
  expect(window.stalled()).toBe(false);
  expect(sentNames()).toEqual(['a', 'b']);
  expect(settled).toEqual(['a: no confirm within 1000 ms']);
});

test('where only confirms are missing more is sent: one queue whose node is gone keeps them back, the others have theirs', () => {
  const { add, clock, settled, speak, window, sentNames } = open();
  speak(true);
  add('a');
  clock.advance(patienceMs);
  expect(settled).toEqual(['a: no confirm within 1000 ms']);
  expect(window.stalled()).toBe(false);
  add('b');
  expect(sentNames()).toEqual(['a', 'b']);
  speak(false);
  expect(window.stalled()).toBe(true);
  add('c');
  expect(sentNames()).toEqual(['a', 'b']);
});

test('a lost channel makes what was sent unknown and keeps what waits', () => {
  const { add, block, window, settled, sentNames } = open();
  add('a');
  block('not connected');
  add('b');
  window.lose(new Error('cut'));
  expect(settled).toEqual(['a: lost before the confirm came: cut']);
  block(null);
  window.pump();
  expect(sentNames()).toEqual(['a', 'b']);
});

test('what is on the way is bounded in messages, and what waits as well', () => {
  const { add, answer, settled, sent, window } = open();
  for (let at = 0; at < 4_096 + 10_000; at += 1) add('m');
  expect(sent).toHaveLength(4_096);
  expect(settled).toEqual([]);
  add('late');
  expect(settled).toEqual(['late: too much is on the way: 10000 messages wait already']);
  answer(0);
  expect(sent).toHaveLength(4_097);
  expect(window.size()).toBe(4_096 + 9_999);
});

test('what is on the way is bounded in bytes', () => {
  const { add, answer, sent, settled } = open();
  const size = 8 * 1024 * 1024;
  for (let at = 0; at < 16; at += 1) add('m', size);
  expect(sent).toHaveLength(8);
  add('late', size);
  expect(settled).toHaveLength(1);
  for (let at = 0; at < 16; at += 1) answer(at);
  add('again', size);
  expect(sent).toHaveLength(17);
});

test('is drained when the last one is settled', async () => {
  const { add, answer, window } = open();
  await window.drained();
  add('a');
  add('b');
  const order: string[] = [];
  const drained = window.drained().then(() => order.push('drained'));
  answer(1);
  await Promise.resolve();
  order.push('one is left');
  answer(0);
  await drained;
  expect(order).toEqual(['one is left', 'drained']);
});

test('what waited for a broker that speaks again goes with the next one, and holds it up no longer', () => {
  const { add, clock, speak, sentNames } = open();
  add('to a queue that never confirms');
  clock.advance(1_000);
  add('a');
  expect(sentNames()).toEqual(['to a queue that never confirms']);
  speak(true);
  add('b');
  expect(sentNames().slice(1)).toEqual(['a', 'b']);
});

test('and where no other comes, when something is given up', () => {
  const { add, clock, speak, sentNames } = open();
  add('to a queue that never confirms');
  clock.advance(1_000);
  add('a');
  clock.advance(500);
  add('b');
  speak(true);
  clock.advance(500);
  expect(sentNames().slice(1)).toEqual(['b']);
});
