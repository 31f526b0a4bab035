import { expect, test } from '@jest/globals';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import type { QueueSpec } from '../contract/topology.ts';
import { createMemoryQueue } from './memory-queue.ts';

const open = (spec: Partial<QueueSpec> = {}) => {
  const clock = createFakeClock();
  const dead: string[] = [];
  const queue = createMemoryQueue({ name: 'q', kind: 'classic', ...spec }, clock, ({ message }, reason) =>
    dead.push(`${message.body} ${reason}`),
  );
  const put = (text: string, expiresInMs?: number): boolean =>
    queue.enqueue(
      {
        exchange: 'x',
        routingKey: 'q',
        type: 't',
        body: Buffer.from(text),
        persistent: false,
        ...(expiresInMs !== undefined && { expiresInMs }),
      },
      'q',
      {},
    );
  const takeText = (): string | undefined => queue.take()?.message.body.toString();
  return { clock, dead, queue, put, takeText };
};

test('what is given back takes its old place, in whatever order it comes', () => {
  const { queue, put, takeText } = open();
  for (const text of ['1', '2', '3', '4', '5']) put(text);
  const [one, two, three] = [queue.take(), queue.take(), queue.take()];
  for (const stored of [two, three, one]) if (stored !== undefined) queue.giveBack(stored);
  expect(queue.depth()).toBe(5);
  expect([takeText(), takeText(), takeText(), takeText(), takeText(), takeText()]).toEqual([
    '1',
    '2',
    '3',
    '4',
    '5',
    undefined,
  ]);
});

test('many messages pass through in order', () => {
  const { put, takeText, queue } = open();
  const seen: (string | undefined)[] = [];
  for (let at = 0; at < 10_000; at += 1) {
    put(String(at));
    if (at % 3 !== 0) seen.push(takeText());
  }
  while (queue.depth() > 0) seen.push(takeText());
  expect(seen).toEqual(Array.from({ length: 10_000 }, (_, at) => String(at)));
});

test('bytes bound a queue too', () => {
  const { put, takeText, dead } = open({ maxBytes: 6 });
  for (const text of ['aaa', 'bbb', 'ccc']) put(text);
  expect(dead).toEqual(['aaa maxlen']);
  takeText();
  put('ddd');
  expect(dead).toEqual(['aaa maxlen']);
});

test('only the head expires: one behind a younger head waits', () => {
  const { put, queue, clock, dead } = open();
  put('long', 1_000);
  put('short', 10);
  clock.advance(20);
  expect(queue.depth()).toBe(2);
  clock.advance(980);
  expect(queue.depth()).toBe(0);
  expect(dead).toEqual(['long expired', 'short expired']);
});

test('with dead letters, what expires is buried without anybody asking, by one timer', () => {
  const { put, clock, dead } = open({ deadLetter: { exchange: 'dead', key: 'q' } });
  put('a', 10);
  put('b', 20);
  put('c');
  expect(clock.pendingTimers()).toBe(1);
  clock.advance(10);
  expect(dead).toEqual(['a expired']);
  clock.advance(10);
  expect(dead).toEqual(['a expired', 'b expired']);
  expect(clock.pendingTimers()).toBe(0);
});

test('a queue that names no bound is bounded all the same', () => {
  const { put, queue } = open({ kind: 'quorum' });
  for (let at = 0; at < 200_000; at += 1) put('x');
  expect(put('x')).toBe(false);
  expect(queue.depth()).toBe(200_000);
});
