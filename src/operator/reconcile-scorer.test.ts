import { expect, test } from '@jest/globals';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { noBrokerDuties } from './broker-duties.ts';
import { drainFinalizer } from './drain.ts';
import type { KubeObject } from './kube/object.ts';
import type { Parts } from './parts.ts';
import { createScorerReconciler } from './reconcile-scorer.ts';

const scorer = (name: string, spec: object, metadata: object = {}): KubeObject => ({
  apiVersion: 'medley.dev/v1alpha1',
  kind: 'Scorer',
  metadata: { name, uid: name, creationTimestamp: '2026-01-01T00:00:00Z', ...metadata },
  spec,
});
const leaving = {
  ...{ resourceVersion: '7', deletionTimestamp: '2026-01-02T00:00:00Z' },
  finalizers: ['somebody.else/one', drainFinalizer],
};

test.each([
  ['another one judges by its criterion', { criterion: 'genres', deletionPolicy: 'Drain' }],
  ['it can not be read', { deletionPolicy: 'Drain', concurrency: -1 }],
])('a Scorer that is deleted is not held up where %s', async (_, spec) => {
  const scorers = [scorer('a', { criterion: 'genres' }), scorer('b', spec, leaving)];
  const merged: unknown[] = [];
  const fakes = {
    world: { all: () => scorers, get: () => scorers[1] },
    kube: {
      async merge(...write: unknown[]) {
        merged.push(write);
      },
    },
  };
  const ensure = async () => ({ access: null, trouble: null });
  await createScorerReconciler(fakes as unknown as Parts, { ensure, forget() {} })('b');
  const metadata = { resourceVersion: '7', finalizers: ['somebody.else/one'] };
  expect(merged).toEqual([[expect.objectContaining({ kind: 'Scorer' }), 'b', { metadata }]]);
});

test('a Scorer that can no longer be read says so, and keeps what was last said of its processes', async () => {
  const was = { lastTransitionTime: '2026-01-01T00:00:00Z', observedGeneration: 1, message: '' };
  const autoscaled = { ...was, type: 'Autoscaled', status: 'True', reason: 'Autoscaling' };
  const status = {
    ...{ observedGeneration: 1, readyReplicas: 2, queues: { generation: 3 } },
    conditions: [{ ...was, type: 'Ready', status: 'True', reason: 'Serving' }, autoscaled],
  };
  let object: KubeObject = { ...scorer('a', { concurrency: -1 }, { generation: 2 }), status };
  const written: unknown[] = [];
  const told: string[] = [];
  const fakes = {
    world: {
      ...{ all: () => [object], get: () => object },
      note: (_: string, next: KubeObject) => {
        object = { ...object, status: next.status };
      },
    },
    kube: {
      async apply(one: KubeObject, how: object) {
        written.push([one.status, how]);
        return one;
      },
    },
    ...{
      clock: createFakeClock(),
      events: { tell: (_: unknown, { reason }: { reason: string }) => told.push(reason) },
    },
  };
  const ensure = async () => ({ access: null, trouble: null });
  const reconcile = createScorerReconciler(fakes as unknown as Parts, { ensure, forget() {} });
  for (let n = 0; n < 2; n += 1) await expect(reconcile('a')).rejects.toThrow(/concurrency/);
  const fault = { reason: 'Invalid', message: expect.stringMatching(/concurrency/), observedGeneration: 2 };
  const expected = {
    ...{ observedGeneration: 2, readyReplicas: 2, queues: { generation: 3 } },
    conditions: [
      expect.objectContaining({ type: 'Ready', status: 'False', ...fault }),
      expect.objectContaining({ type: 'Reconciling', status: 'False' }),
      expect.objectContaining({ type: 'Stalled', status: 'True', ...fault }),
      autoscaled,
    ],
  };
  expect(written).toEqual([[expected, { manager: 'medley-status', subresource: 'status' }]]);
  expect(told).toEqual(['Invalid']);
});

test('where nobody can look into queues, a Scorer that is to be drained goes at once, and that is told', async () => {
  const told: object[] = [];
  const merged: unknown[] = [];
  const object = scorer('a', { deletionPolicy: 'Drain' }, leaving);
  const fakes = {
    world: { all: () => [object], get: () => object },
    kube: { merge: async (...write: unknown[]) => void merged.push(write.at(-1)) },
    ...{ broker: noBrokerDuties, events: { tell: (_: unknown, one: object) => void told.push(one) } },
  };
  const ensure = async () => ({ access: null, trouble: null });
  await createScorerReconciler(fakes as unknown as Parts, { ensure, forget() {} })('a');
  expect(merged).toEqual([{ metadata: { resourceVersion: '7', finalizers: ['somebody.else/one'] } }]);
  const message = expect.stringMatching(/nobody can say.*goes without waiting/);
  expect(told).toEqual([{ type: 'Warning', reason: 'DrainUnchecked', message }]);
});
