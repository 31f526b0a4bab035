import { expect, test } from '@jest/globals';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { scorerSchema } from '../contract/resources.ts';
import { createFleetView } from './fleet.ts';
import type { KubeObject } from './kube/object.ts';
import type { Parts } from './parts.ts';

const object: KubeObject = {
  ...{ apiVersion: 'medley.dev/v1alpha1', kind: 'Scorer', metadata: { name: 'genres', uid: '1' }, spec: {} },
};
const scorers = [{ object, resource: scorerSchema.parse(object) }];

/** One Scorer, whose Deployment wants and has what is set. */
const setUp = () => {
  const clock = createFakeClock();
  const now = { connected: true, wanted: 3, ready: 3 };
  const world = {
    get: () => ({ metadata: {}, spec: { replicas: now.wanted }, status: { readyReplicas: now.ready } }),
  } as unknown as Parts['world'];
  const fleet = createFleetView({ world, clock }, { connected: () => now.connected });
  return { clock, now, fleet, replicas: () => fleet.of(scorers).criteria[0]?.replicas };
};

test('nobody is asleep because the broker is away, nor for ten seconds after', () => {
  const { clock, now, fleet, replicas } = setUp();
  expect([replicas(), fleet.holdsForMs()]).toEqual([3, 0]);
  Object.assign(now, { connected: false, ready: 0 });
  expect([replicas(), fleet.holdsForMs()]).toEqual([3, 10_000]);
  clock.advance(60_000);
  expect(replicas()).toBe(3);
  now.connected = true;
  clock.advance(9_000);
  expect([replicas(), fleet.holdsForMs()]).toEqual([3, 1_000]);
  clock.advance(1_000);
  expect([replicas(), fleet.holdsForMs()]).toEqual([0, 0]);
});

test('a broker that was gone between two reconciles counts as well, if only somebody looked', () => {
  const { clock, now, fleet, replicas } = setUp();
  replicas();
  now.connected = false;
  fleet.look();
  clock.advance(1_000);
  Object.assign(now, { connected: true, ready: 0 });
  expect(replicas()).toBe(3);
});

test('who is scaled down meanwhile is told of, and who is unready for another reason', () => {
  const { now, replicas } = setUp();
  replicas();
  now.ready = 1;
  expect(replicas()).toBe(1);
  now.ready = 3;
  replicas();
  Object.assign(now, { connected: false, ready: 0, wanted: 2 });
  expect(replicas()).toBe(2);
  now.wanted = 0;
  expect(replicas()).toBe(0);
});
