import { expect, test } from '@jest/globals';
import { silentLog } from '../runtime/log.ts';
import { drainFinalizer } from './drain.ts';
import { KubeError } from './kube/errors.ts';
import type { KubeObject } from './kube/object.ts';
import { liftFinalizersAtTheEnd } from './lift-finalizers.ts';
import type { Parts } from './parts.ts';

const scorer = (name: string, finalizers?: string[]): KubeObject => ({
  apiVersion: 'medley.dev/v1alpha1',
  kind: 'Scorer',
  metadata: { name, resourceVersion: `${name}-7`, ...(finalizers === undefined ? {} : { finalizers }) },
});

/** Scorers of a namespace that ends or not; `lifted` holds each patch. */
const setUp = (scorers: KubeObject[], ends: boolean, refusals: number[] = []) => {
  const lifted: unknown[] = [];
  let asked = 0;
  const fakes = {
    world: { all: () => scorers },
    kube: {
      async namespaceEnds() {
        asked += 1;
        return ends;
      },
      get: async (_: unknown, name: string) => scorers.find(({ metadata }) => metadata.name === name) ?? null,
      async merge(_: unknown, name: string, patch: object) {
        const status = refusals.shift();
        if (status !== undefined) throw new KubeError(status, 'No', 'no');
        lifted.push([name, patch]);
      },
    },
    log: silentLog,
  };
  return { lift: () => liftFinalizersAtTheEnd(fakes as unknown as Parts), lifted, asked: () => asked };
};

test('where the namespace goes, our finalizer is lifted and nobody else loses his', async () => {
  const { lift, lifted } = setUp([scorer('a', ['other.dev/keep', drainFinalizer]), scorer('b')], true);
  await lift();
  expect(lifted).toEqual([['a', { metadata: { resourceVersion: 'a-7', finalizers: ['other.dev/keep'] } }]]);
});

test('where the namespace stays, all stay: another operator goes on', async () => {
  const { lift, lifted } = setUp([scorer('a', [drainFinalizer])], false);
  await lift();
  expect(lifted).toEqual([]);
});

test('where none is held, nobody is asked', async () => {
  const { lift, asked } = setUp([scorer('a', ['other.dev/keep'])], true);
  await lift();
  expect(asked()).toBe(0);
});

test('one written to meanwhile is read and tried again; one that can not be lifted leaves no other', async () => {
  const { lift, lifted } = setUp([scorer('a', [drainFinalizer]), scorer('b', [drainFinalizer])], true, [403, 409, 409]);
  await lift();
  expect(lifted).toEqual([['b', { metadata: { resourceVersion: 'b-7', finalizers: [] } }]]);
});
