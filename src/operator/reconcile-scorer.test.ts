import { expect, test } from '@jest/globals';
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
