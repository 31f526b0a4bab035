import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from './kube/object.ts';
import { createPutRight } from './put-right.ts';

const wanted = (cpu: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name: 'a' },
  spec: { cpu },
});

/** Keeps what is applied; `1000m` is kept as `1`, as the API server does. */
const setUp = () => {
  const applied: KubeObject[] = [];
  const store = (object: KubeObject): KubeObject => {
    const { cpu } = object.spec as { cpu: string };
    return { ...object, spec: { cpu: cpu === '1000m' ? '1' : cpu, defaulted: true } };
  };
  const putRight = createPutRight({
    async apply(object) {
      applied.push(object);
      return store(object);
    },
  });
  return { applied, putRight };
};

describe('an object put right', () => {
  test('is made where there is none, and left alone where nothing is amiss', async () => {
    const { applied, putRight } = setUp();
    const first = await putRight(wanted('2'), undefined);
    const second = await putRight(wanted('2'), first.object);
    expect([first.written, second.written, applied.length]).toEqual([true, false, 1]);
  });

  test('is written where somebody changed it', async () => {
    const { putRight } = setUp();
    const { object } = await putRight(wanted('2'), undefined);
    expect((await putRight(wanted('2'), { ...object, spec: { cpu: '4' } })).written).toBe(true);
  });

  test('is written where something is wanted no longer, though all that is wanted is there', async () => {
    const { putRight } = setUp();
    const { object } = await putRight(wanted('2'), undefined);
    expect((await putRight({ ...wanted('2'), spec: {} }, object)).written).toBe(true);
  });

  test('is not written again and again where the API server keeps a value in another form', async () => {
    const { putRight, applied } = setUp();
    let { object } = await putRight(wanted('1000m'), undefined);
    for (let turn = 0; turn < 3; turn += 1) object = (await putRight(wanted('1000m'), object)).object;
    expect(applied).toHaveLength(1);
    expect((await putRight(wanted('1000m'), { ...object, spec: { cpu: '7' } })).written).toBe(true);
  });
});
