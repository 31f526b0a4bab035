import { expect, test } from '@jest/globals';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { scorerSchema } from '../contract/resources.ts';
import { createNames } from '../contract/topology.ts';
import { silentLog } from '../runtime/log.ts';
import type { KubeObject } from './kube/object.ts';
import type { Parts } from './parts.ts';
import { createBrokerReconciler } from './reconcile-broker.ts';
import { reconcileRest } from './reconcile-rest.ts';

const names = createNames('t');
const scorer = (name: string): KubeObject => ({
  apiVersion: 'medley.dev/v1alpha1',
  kind: 'Scorer',
  metadata: { name, uid: name },
  spec: {},
});

/** Scorers `a` and `b`, and `c` that can't be read, on a broker that keeps the names of the queues it was told to declare. */
const setUp = () => {
  const queues = new Set<string>();
  const added: string[] = [];
  const swept: unknown[] = [];
  const parts = {
    world: {
      all: () => [scorer('a'), scorer('b'), { ...scorer('c'), spec: { weight: -1 } }],
      get: () => undefined,
      note() {},
    },
    broker: {
      ...{ declares: true, provisions: false, async ensureCore() {}, async grow() {} },
      async ensureQueues({ object }: { object: KubeObject }) {
        for (const lane of ['interactive', 'durable'] as const) queues.add(names.scorer(object.metadata.name, lane, 0));
      },
      queues: async () => [...queues].map((name) => ({ name })),
      async sweep(criteria: readonly unknown[]) {
        swept.push(criteria);
        return { removed: [], kept: [] };
      },
    },
    queue: { add: (key: string) => added.push(key), addAfter() {} },
    ...{ names, settings: { instance: 'i' }, scorerAmqpUrl: 'amqp://u:p@here', generationOf: () => 0 },
    ...{ createPassword: () => 'x', putRight: async (object: KubeObject) => ({ object }) },
    ...{ clock: createFakeClock(), log: silentLog },
  } as unknown as Parts;
  const reconciler = createBrokerReconciler(parts);
  const ensure = (name: string) => {
    const object = scorer(name);
    return reconciler.ensure({ object, resource: scorerSchema.parse(object) }, 0);
  };
  return { parts, reconciler, queues, added, swept, ensure };
};

test('a Scorer whose queue is gone from the broker gets it again, and no other is looked at for it', async () => {
  const { parts, reconciler, queues, added, ensure } = setUp();
  await ensure('a');
  await ensure('b');
  await reconcileRest(parts, reconciler);
  expect(added).toEqual([]);
  queues.delete(names.scorer('b', 'durable', 0));
  await reconcileRest(parts, reconciler);
  expect(added).toEqual(['scorer/b']);
  await ensure('b');
  expect(queues.has(names.scorer('b', 'durable', 0))).toBe(true);
});

test('the queues of a Scorer that can not be read are not swept: its processes go on', async () => {
  const { parts, reconciler, swept } = setUp();
  await reconcileRest(parts, reconciler);
  const wanted = ['a', 'b', 'c'].map((criterion) => ({ criterion, generation: 0 }));
  expect(swept).toEqual([wanted]);
});
