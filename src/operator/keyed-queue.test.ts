import { describe, expect, test } from '@jest/globals';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { silentLog } from '../runtime/log.ts';
import { type Metrics, noMetrics } from '../runtime/metrics.ts';
import { createKeyedQueue } from './keyed-queue.ts';
import { NotLeadingError, TerminalError } from './kube/errors.ts';

const settle = () => new Promise((resolve) => setImmediate(resolve));

const setUp = (outcomes: Record<string, (Error | null)[]> = {}, concurrency = 2) => {
  const counted: [Readonly<Record<string, string>> | undefined, number][] = [];
  const metrics: Metrics = { ...noMetrics, count: (_, labels, by = 1) => void counted.push([labels, by]) };
  const clock = createFakeClock();
  const begun: string[] = [];
  const running = new Set<string>();
  const holds = new Map<string, PromiseWithResolvers<void>>();
  const queue = createKeyedQueue({
    kinds: ['key'],
    async reconcile(key) {
      if (running.has(key)) throw new Error(`${key} twice at once`);
      running.add(key);
      begun.push(key);
      await holds.get(key)?.promise;
      running.delete(key);
      const failure = outcomes[key]?.shift() ?? null;
      if (failure !== null) throw failure;
    },
    ...{ concurrency, clock, random: () => 0.5, log: silentLog, metrics },
  });
  const hold = (key: string) => holds.set(key, Promise.withResolvers<void>());
  const release = (key: string) => {
    holds.get(key)?.resolve();
    holds.delete(key);
  };
  return { clock, queue, begun, running, counted, hold, release };
};

describe('the queue of keys', () => {
  test('counts failures of each kind from 0, so that the first one is a rise', async () => {
    const { counted, queue } = setUp({ 'key/a': [new TerminalError('no')] });
    queue.start();
    queue.add('key/a');
    await settle();
    expect(counted).toEqual([
      [{ kind: 'key', terminal: 'false' }, 0],
      [{ kind: 'key', terminal: 'true' }, 0],
      [{ kind: 'key', terminal: 'true' }, 1],
    ]);
  });

  test('begins nothing before it is started, and every key once', async () => {
    const { queue, begun } = setUp();
    for (const key of ['a', 'b', 'a']) queue.add(key);
    await settle();
    expect([begun, queue.depth()]).toEqual([[], 2]);
    queue.start();
    await settle();
    expect([begun, queue.depth()]).toEqual([['a', 'b'], 0]);
  });

  test('never works on a key twice at once; what is added meanwhile comes again after', async () => {
    const { queue, begun, hold, release } = setUp();
    hold('a');
    queue.start();
    queue.add('a');
    queue.add('a');
    queue.add('a');
    await settle();
    expect(begun).toEqual(['a']);
    release('a');
    await settle();
    expect(begun).toEqual(['a', 'a']);
  });

  test('works on no more keys at once than it is told', async () => {
    const { queue, running, hold } = setUp({}, 2);
    for (const key of ['a', 'b', 'c']) hold(key);
    queue.start();
    for (const key of ['a', 'b', 'c']) queue.add(key);
    await settle();
    expect([...running]).toEqual(['a', 'b']);
  });

  test('tries what failed again after growing waits, and forgets them on success', async () => {
    const failure = new Error('no');
    const { queue, begun, clock } = setUp({ a: [failure, failure, null, failure] });
    queue.start();
    queue.add('a');
    await settle();
    // 500 ms and half of 500, then half of 1,000.
    for (const [ms, times] of [
      [749, 1],
      [1, 2],
      [999, 2],
      [1, 3],
    ] as const) {
      clock.advance(ms);
      await settle();
      expect(begun).toHaveLength(times);
    }
    queue.add('a');
    await settle();
    clock.advance(750);
    await settle();
    expect(begun).toHaveLength(5);
  });

  test('leaves what can not be mended until it is added again', async () => {
    const { queue, begun, clock } = setUp({ a: [new TerminalError('wrong'), null] });
    queue.start();
    queue.add('a');
    await settle();
    clock.advance(600_000);
    await settle();
    expect(begun).toEqual(['a']);
    queue.add('a');
    await settle();
    expect(begun).toEqual(['a', 'a']);
  });

  test('does not try again what was refused because another leads', async () => {
    const { queue, clock, begun } = setUp({ a: [new NotLeadingError('no')] });
    queue.start();
    queue.add('a');
    await settle();
    clock.advance(600_000);
    await settle();
    expect([begun, clock.pendingTimers()]).toEqual([['a'], 0]);
  });

  test('of several planned times the earliest holds, and adding at once overtakes all', async () => {
    const { queue, begun, clock } = setUp();
    queue.start();
    queue.addAfter('a', 1_000);
    queue.addAfter('a', 500);
    queue.addAfter('a', 2_000);
    clock.advance(500);
    await settle();
    expect(begun).toEqual(['a']);
    queue.addAfter('a', 1_000);
    queue.add('a');
    await settle();
    expect([begun, clock.pendingTimers()]).toEqual([['a', 'a'], 0]);
  });

  test('stops when what runs has ended, and forgets what waits', async () => {
    const { queue, begun, hold, release, clock } = setUp({}, 1);
    hold('a');
    queue.start();
    queue.add('a');
    queue.add('b');
    queue.addAfter('c', 10);
    let stopped = false;
    const stopping = queue.stop().then(() => {
      stopped = true;
    });
    await settle();
    expect(stopped).toBe(false);
    release('a');
    await stopping;
    clock.advance(1_000);
    await settle();
    expect(begun).toEqual(['a']);
  });
});
