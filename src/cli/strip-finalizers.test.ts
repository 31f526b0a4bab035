import { expect, test } from '@jest/globals';
import type { KubeObject } from '../operator/kube/object.ts';
import { stripFinalizers } from './strip-finalizers.ts';

const scorer = (name: string, finalizers?: string[]): KubeObject => ({
  apiVersion: 'medley.dev/v1alpha1',
  kind: 'Scorer',
  metadata: { name, resourceVersion: '5', ...(finalizers === undefined ? {} : { finalizers }) },
});

const strip = async (scorers: readonly KubeObject[], served = true): Promise<object[]> => {
  const merged: object[] = [];
  await stripFinalizers({
    kube: {
      serves: async () => served,
      list: async ({ kind }) => ({ items: kind === 'Scorer' ? scorers : [], resourceVersion: '9' }),
      async merge(kind, name, patch) {
        merged.push({ [`${kind.kind}/${name}`]: patch });
        return scorer(name);
      },
    },
    say: () => undefined,
  });
  return merged;
};

test("Medley's finalizer goes, others stay, and the operator is kept from setting it again", async () => {
  const found = await strip([scorer('night', ['medley.dev/drain', 'example.org/other']), scorer('day')]);
  const metadata = {
    resourceVersion: '5',
    annotations: { 'medley.dev/force-delete': 'uninstall' },
    finalizers: ['example.org/other'],
  };
  expect(found).toEqual([{ 'Scorer/night': { metadata } }]);
});

test('where the resources are not known any more, nothing is to do', async () => {
  expect(await strip([scorer('night', ['medley.dev/drain'])], false)).toEqual([]);
});
