import { describe, expect, test } from '@jest/globals';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { silentLog } from '../../runtime/log.ts';
import { noMetrics } from '../../runtime/metrics.ts';
import { KubeError } from './errors.ts';
import { kinds } from './kinds.ts';
import { startListWatch } from './list-watch.ts';
import type { KubeObject } from './object.ts';
import type { WatchEvent } from './port.ts';

const settle = async () => {
  for (let n = 0; n < 30; n += 1) await Promise.resolve();
};

const pod = (name: string, resourceVersion: number, uid?: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, resourceVersion: String(resourceVersion), ...(uid === undefined ? {} : { uid }) },
});

const setUp = async (first: readonly KubeObject[] = []) => {
  const clock = createFakeClock();
  const server = { items: first, resourceVersion: '10', failure: null as Error | null };
  const watches: {
    from: string;
    timeoutS: number;
    say: (event: WatchEvent) => void;
    end: () => void;
    fail: (cause: Error) => void;
  }[] = [];
  const seen: string[] = [];
  let lists = 0;
  const view = startListWatch({
    kube: {
      async list() {
        lists += 1;
        if (server.failure !== null) throw server.failure;
        return { items: server.items, resourceVersion: server.resourceVersion };
      },
      watch(_, { resourceVersion, timeoutS }, onEvent) {
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        const say = (event: WatchEvent): void => {
          try {
            onEvent(event);
          } catch (cause) {
            reject(cause);
          }
        };
        watches.push({ from: resourceVersion, timeoutS, say, end: resolve, fail: reject });
        return promise;
      },
    },
    kind: kinds.pod,
    onChange: (object, gone) =>
      seen.push(`${gone ? '-' : '+'}${object.metadata.name}@${object.metadata.resourceVersion}`),
    onSynced: () => seen.push('synced'),
    ...{ resyncMs: 100_000, clock, random: () => 0.5, log: silentLog, metrics: noMetrics },
  });
  await settle();
  return { clock, server, watches, seen, view, lists: () => lists };
};

describe('a kind kept in view', () => {
  test('is listed, then watched from there', async () => {
    const { watches, seen, view } = await setUp([pod('a', 3)]);
    expect(seen).toEqual(['+a@3', 'synced']);
    expect(watches).toMatchObject([{ from: '10', timeoutS: 100 }]);
    watches[0]?.say({ type: 'ADDED', object: pod('b', 11) });
    watches[0]?.say({ type: 'MODIFIED', object: pod('a', 12) });
    watches[0]?.say({ type: 'DELETED', object: pod('b', 13) });
    expect(seen.slice(2)).toEqual(['+b@11', '+a@12', '-b@11']);
    expect(view.all().map((one) => one.metadata.name)).toEqual(['a']);
  });

  test('is listed again when the watch ends, and tells only what changed', async () => {
    const { watches, seen, server, clock } = await setUp([pod('a', 3), pod('b', 4)]);
    clock.advance(100_000);
    server.items = [pod('a', 3), pod('c', 20)];
    watches[0]?.end();
    await settle();
    clock.advance(1_000);
    await settle();
    expect(seen.slice(3)).toEqual(['-b@4', '+c@20', 'synced']);
    expect(watches).toHaveLength(2);
  });

  test('outlives 410 Gone, told in the stream, and whatever else breaks it', async () => {
    const { watches, clock, lists } = await setUp();
    const gone = { code: 410, reason: 'Expired', message: 'too old' } as unknown as KubeObject;
    watches[0]?.say({ type: 'ERROR', object: gone });
    await settle();
    clock.advance(10_000);
    await settle();
    expect(lists()).toBe(2);
    watches[1]?.fail(new KubeError(0, 'Unreachable', 'reset'));
    await settle();
    clock.advance(10_000);
    await settle();
    expect([lists(), watches.length]).toEqual([3, 3]);
  });

  test('is tried until the API answers, and says for how long it heard nothing', async () => {
    const { watches, clock, server, view, lists } = await setUp([pod('a', 3)]);
    server.failure = new KubeError(0, 'Unreachable', 'refused');
    watches[0]?.fail(new Error('reset'));
    for (let second = 0; second < 60; second += 1) {
      await settle();
      clock.advance(1_000);
    }
    expect(view.staleS()).toBeGreaterThanOrEqual(60);
    expect(lists()).toBeLessThan(25);
    expect(view.get('a')).toBeDefined();
    server.failure = null;
    for (let second = 0; second < 12; second += 1) {
      clock.advance(1_000);
      await settle();
    }
    expect([watches.length, view.staleS() < 12]).toEqual([2, true]);
  });

  test('takes bookmarks as signs of life, and nothing older than it knows', async () => {
    const { watches, clock, view, seen } = await setUp([pod('a', 3)]);
    clock.advance(50_000);
    watches[0]?.say({ type: 'BOOKMARK', object: pod('', 40) });
    expect(view.staleS()).toBe(0);
    view.note(pod('a', 50));
    watches[0]?.say({ type: 'MODIFIED', object: pod('a', 45) });
    expect([view.get('a')?.metadata.resourceVersion, seen.length]).toEqual(['50', 2]);
  });

  test('does not come back from the dead by the late answer to a write, and one made anew does', async () => {
    const { watches, view } = await setUp([pod('a', 3, 'first')]);
    watches[0]?.say({ type: 'DELETED', object: pod('a', 12, 'first') });
    view.note(pod('a', 11, 'first'));
    expect(view.get('a')).toBeUndefined();
    view.note(pod('a', 14, 'second'));
    expect(view.get('a')?.metadata.uid).toBe('second');
  });

  test('keeps what a write made after the list, or after the deletion, that is heard only now', async () => {
    const { watches, server, clock, view, seen } = await setUp([pod('a', 3, 'first')]);
    view.note(pod('a', 21, 'second'));
    watches[0]?.say({ type: 'DELETED', object: pod('a', 20, 'first') });
    expect(view.get('a')?.metadata.uid).toBe('second');
    server.items = [];
    server.resourceVersion = '20';
    watches[0]?.end();
    clock.advance(1_000);
    await settle();
    clock.advance(1_000);
    await settle();
    expect([view.get('a')?.metadata.uid, seen]).toEqual(['second', ['+a@3', 'synced', 'synced']]);
  });

  test('is listed beside a watch that lags, and what the watch knows to be gone stays gone', async () => {
    const { server, watches, seen, view } = await setUp([pod('a', 3, 'a'), pod('b', 4, 'b')]);
    watches[0]?.say({ type: 'DELETED', object: pod('a', 12, 'a') });
    server.items = [pod('a', 3, 'a'), pod('c', 11, 'c')];
    server.resourceVersion = '11';
    await view.refresh();
    expect(view.all().map(({ metadata }) => metadata.name)).toEqual(['c']);
    expect([seen.slice(2), watches.length]).toEqual([['synced', '-a@3', '-b@4', '+c@11'], 1]);
  });

  test('is not listed again once stopped', async () => {
    const { watches, view, clock, lists } = await setUp();
    view.stop();
    watches[0]?.end();
    await settle();
    clock.advance(100_000);
    await settle();
    expect([lists(), clock.pendingTimers()]).toEqual([1, 0]);
  });
});
