import { describe, expect, test } from '@jest/globals';
import { scorerSchema } from '../contract/resources.ts';
import { createNames } from '../contract/topology.ts';
import { drainFinalizer, hasFinalizer, waitsFor, wantsFinalizer } from './drain.ts';
import type { Metadata } from './kube/object.ts';

const names = createNames('t');
const deletedAt = '2026-01-01T00:00:00Z';

const scorer = (spec: object, metadata: Partial<Metadata> = {}) => {
  const object = { apiVersion: 'medley.dev/v1alpha1', kind: 'Scorer', metadata: { name: 'a', ...metadata }, spec };
  return { object, resource: scorerSchema.parse(object) };
};
const queue = (name: string, messagesReady: number, messagesUnacknowledged = 0) => ({
  ...{ name, messagesReady, messagesUnacknowledged },
});
const durable = names.scorer('a', 'durable', 0);
const seen = { names, queues: [queue(durable, 2, 1)], nowMs: Date.parse(deletedAt) + 60_000, namespaceEnds: false };
const leaving = scorer({ deletionPolicy: 'Drain' }, { deletionTimestamp: deletedAt, finalizers: [drainFinalizer] });

describe('a Scorer that is to be drained', () => {
  test('has a finalizer while it lives, and no other has', () => {
    expect(wantsFinalizer(scorer({ deletionPolicy: 'Drain' }))).toBe(true);
    expect([wantsFinalizer(scorer({})), wantsFinalizer(leaving), hasFinalizer(leaving)]).toEqual([false, false, true]);
  });

  test('waits while messages are in its durable queue, handed out or not, and says for how long at most', () => {
    expect(waitsFor(leaving, seen)).toContain('holds 3 messages, to be worked off; waiting for at most 540 s more');
  });

  test.each([
    ['its queue is empty', leaving, { queues: [queue(durable, 0), queue(names.scorer('b', 'durable', 0), 5)] }],
    [
      'only its interactive queue holds something',
      leaving,
      { queues: [queue(names.scorer('a', 'interactive', 0), 5)] },
    ],
    ['the time is over', leaving, { nowMs: seen.nowMs + 540_000 }],
    ['the namespace ends', leaving, { namespaceEnds: true }],
    [
      'somebody says so',
      scorer(
        { deletionPolicy: 'Drain' },
        { ...leaving.object.metadata, annotations: { 'medley.dev/force-delete': '' } },
      ),
      {},
    ],
  ])('goes when %s', (_, one, change) => {
    expect(waitsFor(one, { ...seen, ...change })).toBeNull();
  });

  test('waits until what is counted is no older than the deletion', () => {
    const empty = { ...seen, queues: [queue(durable, 0)] };
    const waitsAt = (ms: number) => waitsFor(leaving, { ...empty, nowMs: Date.parse(deletedAt) + ms });
    expect([waitsAt(2_000), waitsAt(10_000)]).toEqual([
      'its durable queue seems empty, and is counted once more',
      null,
    ]);
  });

  test('waits when nobody knows what its queue holds', () => {
    expect(waitsFor(leaving, { ...seen, queues: null })).toContain("the broker can't say");
  });
});
