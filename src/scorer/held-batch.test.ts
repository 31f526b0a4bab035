import { describe, expect, test } from '@jest/globals';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { createHeldBatch, type Work } from './held-batch.ts';
import type { Envelope, Sent } from './outbox.ts';

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

const setUp = (open: number, also: readonly Promise<Sent>[] = []) => {
  const clock = createFakeClock();
  const sends: { envelope: Envelope; partials: readonly string[] }[] = [];
  const batch = createHeldBatch({
    lane: 'interactive',
    results: 'results-0',
    open,
    also,
    outbox: {
      async send(envelope, partials) {
        sends.push({ envelope, partials });
        return 'confirmed';
      },
    },
    clock,
    flushMs: 5,
    graceMs: 1_000,
    pause: async () => {},
  });
  const work = (deadlineMs: number): Work => ({ deadlineMs }) as Work;
  const finish = (json: string, model: string | null = 'v1', more: { deadlineMs?: number; serviceMs?: number } = {}) =>
    batch.finish(work(more.deadlineMs ?? 300), { json, serviceMs: more.serviceMs ?? 1 }, model);
  return { clock, batch, sends, finish };
};

describe('a held message', () => {
  test('publishes by model when one was swapped in its midst, since a message names one', () => {
    const { sends, finish } = setUp(3);
    finish('a', 'v1');
    finish('b', 'v2');
    finish('c', 'v1');
    expect(sends.map(({ envelope, partials }) => [envelope.model, partials])).toEqual([
      ['v1', ['a', 'c']],
      ['v2', ['b']],
    ]);
  });

  test('lets partials live until the last deadline among them and the grace', () => {
    const { clock, sends, finish } = setUp(2);
    clock.advance(100);
    finish('a', 'v1', { deadlineMs: 300 });
    finish('b', 'v1', { deadlineMs: 50 });
    expect(sends).toMatchObject([{ envelope: { expiresInMs: 1_200 } }]);
  });

  test('publishes at once what took long itself, and keeps no timer for it', () => {
    const { clock, sends, finish } = setUp(3);
    finish('a');
    finish('b', 'v1', { serviceMs: 5 });
    expect(sends.map(({ partials }) => partials)).toEqual([['a', 'b']]);
    expect(clock.pendingTimers()).toBe(0);
  });

  test('does not wait for neighbours once the oldest has waited long enough', () => {
    const { clock, sends, finish } = setUp(3);
    finish('a');
    clock.advance(3);
    finish('b');
    clock.advance(2);
    expect(sends.map(({ partials }) => partials)).toEqual([['a', 'b']]);
  });

  test('is not settled before what else was published for it is confirmed', async () => {
    let confirm = (_: Sent): void => {};
    const { batch, finish } = setUp(1, [
      new Promise((resolve) => {
        confirm = resolve;
      }),
    ]);
    let verdict = 'none yet';
    void batch.verdict.then((given) => {
      verdict = given;
    });
    finish('a');
    await turns();
    expect(verdict).toBe('none yet');
    confirm('confirmed');
    await turns();
    expect(verdict).toBe('ack');
  });

  test('is acknowledged when it asks nothing of this scorer', async () => {
    expect(await setUp(0).batch.verdict).toBe('ack');
  });

  test('given up, goes back and publishes nothing more', async () => {
    const { clock, batch, sends, finish } = setUp(2);
    finish('a');
    batch.abandon();
    finish('b');
    clock.advance(100);
    expect(await batch.verdict).toBe('requeue');
    expect(sends).toEqual([]);
  });
});
