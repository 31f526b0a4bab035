import { expect, test } from '@jest/globals';
import { silentLog } from '../runtime/log.ts';
import { drainFinalizer } from './drain.ts';
import { KubeError } from './kube/errors.ts';
import type { Kind } from './kube/kinds.ts';
import type { KubeObject } from './kube/object.ts';
import { liftFinalizersAtTheEnd } from './lift-finalizers.ts';
import type { Parts } from './parts.ts';

const scorer = (name: string, resourceVersion: string): KubeObject => ({
  apiVersion: 'medley.dev/v1alpha1',
  kind: 'Scorer',
  metadata: { name, resourceVersion, finalizers: ['other', drainFinalizer] },
});

/** The server has version 2 of what was last seen as version 1; `broken` can't be written at all. */
const setUp = (broken: string, namespaceEnds = true) => {
  const seen = ['a', 'b', 'c'].map((name) => scorer(name, '1'));
  const lifted: string[] = [];
  const fakes = {
    log: silentLog,
    world: { all: () => seen },
    kube: {
      namespaceEnds: async () => namespaceEnds,
      get: async (_: Kind, name: string) => scorer(name, '2'),
      async merge(_: Kind, name: string, { metadata }: { metadata: KubeObject['metadata'] }) {
        if (name === broken) throw new KubeError(500, 'Broken', 'broken');
        if (metadata.resourceVersion !== '2') throw new KubeError(409, 'Conflict', 'changed');
        lifted.push(`${name} ${metadata.finalizers?.join()}`);
      },
    },
  };
  return { lifted, parts: fakes as unknown as Parts };
};

test('every finalizer is lifted though its Scorer changed since, and though one can not be', async () => {
  const { lifted, parts } = setUp('a');
  await liftFinalizersAtTheEnd(parts);
  expect(lifted).toEqual(['b other', 'c other']);
});

test('none is lifted where the namespace stays', async () => {
  const { lifted, parts } = setUp('', false);
  await liftFinalizersAtTheEnd(parts);
  expect(lifted).toEqual([]);
});
