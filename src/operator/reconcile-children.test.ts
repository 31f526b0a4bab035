import { expect, test } from '@jest/globals';
import { scorerSchema } from '../contract/resources.ts';
import type { KubeObject } from './kube/object.ts';
import type { Parts } from './parts.ts';
import { createPutRight } from './put-right.ts';
import { putChildren } from './reconcile-children.ts';

const object: KubeObject = {
  ...{ apiVersion: 'medley.dev/v1alpha1', kind: 'Scorer', metadata: { name: 'genres', uid: '1' } },
  spec: { autoscaling: { minReplicas: 4 } },
};
const scorer = { object, resource: scorerSchema.parse(object) };
const given = { generation: 0, access: { url: 'amqp://u:p@here', username: 'u', password: 'p' } };

/**
 * An API server that, like the real one, sets a count that nobody owns back to 1. It ends the process after so many writes
 * of the Deployment.
 */
const setUp = () => {
  let live: KubeObject | undefined;
  let left = Number.POSITIVE_INFINITY;
  const owners = new Set<string>();
  const apply = async (one: KubeObject, { manager }: { manager: string }): Promise<KubeObject> => {
    if (one.kind !== 'Deployment' && one.kind !== 'Scale') return one;
    if (left-- <= 0) throw new Error('killed');
    const { replicas } = one.spec as { replicas?: number };
    if (replicas === undefined) owners.delete(manager);
    else owners.add(manager);
    const before = (live?.spec as { replicas?: number } | undefined)?.replicas ?? 1;
    const count = replicas ?? (owners.size === 0 ? 1 : before);
    const rest = one.kind === 'Scale' ? live : one;
    live = { ...(rest as KubeObject), spec: { ...(rest?.spec as object), replicas: count } };
    return live;
  };
  const parts = {
    world: { get: (view: string) => (view === 'deployments' ? live : undefined), has: () => false, note() {} },
    ...{ kube: { apply }, putRight: createPutRight({ apply }), events: { tell() {} }, broker: { declares: true } },
    settings: {
      namespace: 'films',
      instance: 'i',
      image: 'medley',
      imagePullPolicy: 'Always',
      prefix: 't',
      drainMs: 1,
    },
  } as unknown as Parts;
  return {
    async run(writes = Number.POSITIVE_INFINITY) {
      left = writes;
      await putChildren(parts, scorer, given).catch(() => {});
    },
    count: () => ((live?.spec ?? {}) as { replicas?: number }).replicas,
    owners,
    annotations: () => Object.keys(live?.metadata.annotations ?? {}),
  };
};

test.each([0, 1, 2, 3])('a Deployment whose maker ends after %d writes keeps its first count', async (writes) => {
  const { run, count, owners, annotations } = setUp();
  await run(writes);
  await run();
  expect([count(), [...owners], annotations()]).toEqual([4, ['medley-autoscaler'], ['medley.dev/applied']]);
});
