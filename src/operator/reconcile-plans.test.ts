import { expect, test } from '@jest/globals';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import type { Fleet, PlansMessage } from '../contract/control.ts';
import { noMetrics } from '../runtime/metrics.ts';
import { NotLeadingError } from './kube/errors.ts';
import type { KubeObject } from './kube/object.ts';
import type { Parts } from './parts.ts';
import { createPlansReconciler } from './reconcile-plans.ts';

const apiVersion = 'medley.dev/v1alpha1';
const scorer: KubeObject = { apiVersion, kind: 'Scorer', metadata: { name: 'genres', uid: '1' }, spec: {} };
const recommender: KubeObject = {
  ...{ apiVersion, kind: 'Recommender', metadata: { name: 'home', uid: '2', generation: 1 } },
  spec: { criteria: [{ criterion: 'genres' }] },
};

/** One Recommender of one Scorer; `whileWritten` happens while the ConfigMap is being written. */
const setUp = (whileWritten: () => void = () => {}) => {
  const told: (PlansMessage & { fleet: Fleet })[] = [];
  const fleets: Fleet[] = [];
  const statuses: unknown[] = [];
  const later: unknown[] = [];
  const connected = { now: true };
  /** On the API server, and not in view. */
  const unseen = new Map<string, KubeObject>();
  const objects: Record<string, KubeObject[]> = { scorers: [scorer], recommenders: [recommender] };
  /** What a list would find that the view does not have yet, once. */
  const listed: Record<string, KubeObject[]> = {};
  const refreshed: string[] = [];
  const refresh = async (view: string): Promise<void> => {
    refreshed.push(view);
    objects[view] = listed[view] ?? objects[view] ?? [];
  };
  const fakes = {
    world: { all: (view: string) => objects[view] ?? [], get: () => undefined, note() {}, refresh },
    kube: {
      get: async (_: unknown, name: string) => unseen.get(name) ?? null,
      async apply(object: KubeObject) {
        statuses.push(object.status);
        return object;
      },
    },
    async putRight(object: KubeObject) {
      whileWritten();
      return { object, written: true };
    },
    ...{ settings: { instance: 'i' }, generationOf: () => 0, clock: createFakeClock(), metrics: noMetrics },
    events: { tell() {} },
    queue: { addAfter: (...one: unknown[]) => void later.push(one) },
  };
  const plans = createPlansReconciler(fakes as unknown as Parts, {
    async publish(those, fleet) {
      told.push({ ...those, fleet });
    },
    async publishFleet(fleet) {
      fleets.push(fleet);
    },
    trouble: () => (connected.now ? null : 'not connected yet'),
    connecting: () => !connected.now,
    connected: () => connected.now,
  });
  return { plans, told, fleets, objects, connected, statuses, unseen, later, listed, refreshed };
};

test('plans are published once they are kept', async () => {
  const { plans, told } = setUp();
  await plans.reconcile();
  expect(told).toMatchObject([{ plans: [{ recommender: 'home' }], fleet: { criteria: [{ criterion: 'genres' }] } }]);
  expect(plans.current()).toHaveLength(1);
});

test('who ceased to lead while they were written publishes nothing, and has no plans in force', async () => {
  const { plans, told } = setUp(() => plans.forget());
  await expect(plans.reconcile()).rejects.toThrow(NotLeadingError);
  expect(told).toEqual([]);
  expect(plans.current()).toEqual([]);
});

test('a deleted Recommender is published away, under a higher version of the set', async () => {
  const { plans, told, objects } = setUp();
  await plans.reconcile();
  objects.recommenders = [];
  await plans.reconcile();
  const [before, after] = told;
  expect(after?.plans).toEqual([]);
  expect(after?.setVersion).toBeGreaterThan(before?.setVersion ?? Number.POSITIVE_INFINITY);
});

test('a Recommender that is there keeps its last plan while none can be made of it, and nobody waits for who is gone', async () => {
  const { plans, told, fleets, objects } = setUp();
  await plans.reconcile();
  objects.scorers = [{ ...scorer, metadata: { name: 'other', uid: '3' } }];
  await plans.reconcile();
  expect(plans.current()).toEqual(told[0]?.plans);
  expect(fleets.at(-1)?.criteria).toMatchObject([
    { criterion: 'other', replicas: 0 },
    { criterion: 'genres', replicas: 0 },
  ]);
});

test('a process that just started leaves what was said of publishing until it has tried to connect', async () => {
  const { plans, objects, connected, statuses } = setUp();
  await plans.reconcile();
  const [status] = statuses;
  objects.recommenders = [{ ...recommender, status }];
  connected.now = false;
  await plans.reconcile();
  expect(statuses).toHaveLength(1);
});

test('a Recommender that is only out of view keeps its plan: it goes when the API server has it no more', async () => {
  const { plans, told, objects, unseen } = setUp();
  await plans.reconcile();
  objects.recommenders = [];
  unseen.set('home', recommender);
  await plans.reconcile();
  expect([told.length, plans.current()]).toEqual([1, told[0]?.plans]);
  unseen.set('home', {
    ...recommender,
    metadata: { ...recommender.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
  });
  await plans.reconcile();
  expect(told.at(-1)?.plans).toEqual([]);
});

test('counts that are kept while the broker is away are looked at again', async () => {
  const { plans, connected, later } = setUp();
  connected.now = false;
  await plans.reconcile();
  expect(later).toEqual([['plans/all', 10_000]]);
});

test('the first plans of a term are made from what there is now, not from a view that lags', async () => {
  const { plans, told, listed, refreshed } = setUp();
  listed.recommenders = [{ ...recommender, spec: { criteria: [{ criterion: 'genres' }], deadlineMs: 777 } }];
  await plans.reconcile();
  expect(told.at(-1)?.plans).toMatchObject([{ deadlineMs: 777 }]);
  await plans.reconcile();
  expect(refreshed).toEqual(['recommenders', 'scorers']);
  plans.forget();
  await plans.reconcile();
  expect(refreshed).toHaveLength(4);
});
