import { expect, test } from '@jest/globals';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import type { KubeObject } from './kube/object.ts';
import type { Parts } from './parts.ts';
import { createScorerReconciler } from './reconcile-scorer.ts';
import { type AutoscalingStatus, conditionsOf } from './scorer-status.ts';

/** A Scorer that is looked at again and again, whatever was decided meanwhile. */
const setUp = () => {
  const clock = createFakeClock();
  let object: KubeObject = {
    ...{ apiVersion: 'medley.dev/v1alpha1', kind: 'Scorer', spec: {} },
    metadata: { name: 'a', uid: 'a', generation: 1 },
  };
  let decided: AutoscalingStatus | undefined;
  let writes = 0;
  const told: string[] = [];
  const fakes = {
    world: {
      all: (view: string) => (view === 'scorers' ? [object] : []),
      get: (view: string) => (view === 'scorers' ? object : undefined),
      note: (_: string, { status }: KubeObject) => {
        object = { ...object, status };
      },
    },
    kube: {
      async apply(one: KubeObject) {
        writes += 1;
        return one;
      },
    },
    ...{ clock, generationOf: () => 0, autoscaling: () => decided, queue: { add() {}, addAfter() {} } },
    events: {
      tell(_: unknown, { type, reason, message }: { type: string; reason: string; message: string }) {
        if (reason !== 'Deploying') told.push(`${type} ${reason} ${message}`);
      },
    },
  };
  const ensure = async () => ({ access: null, trouble: null });
  const reconcile = createScorerReconciler(fakes as unknown as Parts, { ensure, forget() {} });
  return {
    told,
    writes: () => writes,
    async look(next: AutoscalingStatus | undefined, times = 1) {
      decided = next;
      for (let n = 0; n < times; n += 1) {
        clock.advance(1_000);
        await reconcile('a');
      }
      return conditionsOf(object).find(({ type }) => type === 'Autoscaled');
    },
  };
};

const known: AutoscalingStatus = {
  ...{ mode: 'operator', wanted: 2, offeredPerSecond: 5, backlogRequests: 0, reason: 'wants 2, has 2' },
};
const unknown: AutoscalingStatus = {
  ...{ mode: 'operator', backlogRequests: 0, reason: 'offered unknown, wants 0, has 2: stays' },
};

test('while demand is not known its condition says so, and why; one Event and one write at each change', async () => {
  const { look, told, writes } = setUp();
  expect(await look(known, 3)).toMatchObject({ status: 'True', reason: 'Autoscaling' });
  const message = 'mode operator takes no process away: no gateway has told what is offered';
  expect(await look(unknown, 30)).toMatchObject({ status: 'Unknown', reason: 'DemandUnknown', message });
  // A new leader, which has decided nothing yet, says what the last one said.
  expect(await look(undefined, 30)).toMatchObject({ status: 'Unknown', message });
  expect(await look(known, 30)).toMatchObject({ status: 'True', reason: 'Autoscaling' });
  expect(told).toEqual([`Warning DemandUnknown ${message}`, 'Normal DemandKnown demand is known again']);
  expect(writes()).toBe(3);
});
