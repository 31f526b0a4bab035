import { describe, expect, test } from '@jest/globals';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { silentLog } from '../runtime/log.ts';
import type { Decision } from './autoscale/autoscaler.ts';
import { KubeError } from './kube/errors.ts';
import type { KubeObject } from './kube/object.ts';
import type { Parts } from './parts.ts';
import { startScaling } from './scaling.ts';

const settle = async () => {
  for (let n = 0; n < 30; n += 1) await Promise.resolve();
};

const scorer = (name: string): KubeObject => ({
  apiVersion: 'medley.dev/v1alpha1',
  kind: 'Scorer',
  metadata: { name, uid: name },
  spec: {},
});
const deployment = (name: string): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: { replicas: 1 },
});
const decision = (name: string): Decision => ({
  ...{ namespace: 'here', name, mode: 'operator', wanted: 3, apply: 3, reason: 'wants 3, has 1: goes to 3' },
  inputs: { offeredPerSecond: 1, backlogRequests: 0, serviceMs: 1, replicas: 1 },
});

/** Three Scorers that all are to have three replicas, on an API server that answers as `answer` says. */
const setUp = (answer: (deployment: string) => Promise<void>, decide = decision) => {
  const clock = createFakeClock();
  const scaled: string[] = [];
  const looked: string[] = [];
  let turns = 0;
  const names = ['a', 'b', 'c'];
  const fakes = {
    world: { all: () => names.map(scorer), get: (_: string, name: string) => deployment(name) },
    kube: {
      async apply(object: KubeObject) {
        await answer(object.metadata.name);
        scaled.push(object.metadata.name);
        return object;
      },
    },
    ...{ broker: { declares: false }, settings: { namespace: 'here' }, generationOf: () => 0 },
    ...{
      queue: { add: (key: string) => void looked.push(key), addAfter() {} },
      events: { tell() {} },
      clock,
      log: silentLog,
    },
  };
  const scaling = startScaling({
    parts: () => fakes as unknown as Parts,
    autoscaler: {
      decide() {
        turns += 1;
        return names.map(decide);
      },
      withdraw() {},
    },
    ...{ plans: () => [], synced: () => true, onQueues: async () => {} },
  });
  return { clock, scaled, looked, scaling, turns: () => turns };
};

describe('what was decided is carried out', () => {
  test.each([403, 404, 422, 500])('for the others too where the API server answers %i for one', async (status) => {
    const { clock, scaled, scaling } = setUp(async (name) => {
      if (name === 'scorer-a') throw new KubeError(status, 'No', 'no');
    });
    scaling.lead(true);
    clock.advance(1_000);
    await settle();
    expect(scaled).toEqual(['scorer-b', 'scorer-c']);
  });

  test('and where the API server does not answer, it is asked once a turn', async () => {
    let asked = 0;
    const { clock, scaling } = setUp(async () => {
      asked += 1;
      throw new KubeError(0, 'Unreachable', 'no answer');
    });
    scaling.lead(true);
    clock.advance(1_000);
    await settle();
    expect(asked).toBe(1);
  });

  test('once a second, also where it leads again before an old turn has ended', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { clock, scaling, turns } = setUp(() => promise);
    scaling.lead(true);
    clock.advance(1_000);
    scaling.lead(false);
    scaling.lead(true);
    resolve();
    await settle();
    expect(clock.pendingTimers()).toBe(1);
    for (let second = 1; second <= 3; second += 1) {
      clock.advance(1_000);
      await settle();
    }
    expect(turns()).toBe(4);
  });
});

describe('a new leader', () => {
  const unknown = (name: string): Decision => ({
    ...decision(name),
    ...{ wanted: null, apply: null, reason: 'demand is not known yet' },
  });
  const pass = async (clock: ReturnType<typeof createFakeClock>, seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      clock.advance(1_000);
      await settle();
    }
  };

  test('leaves what the last one noted while it has yet to hear of demand, and says so after half a minute', async () => {
    const { clock, looked, scaling } = setUp(async () => {}, unknown);
    scaling.lead(true);
    await pass(clock, 29);
    expect([looked, scaling.of('a')]).toEqual([[], undefined]);
    await pass(clock, 2);
    expect(looked).toEqual(['scorer/a', 'scorer/b', 'scorer/c']);
    expect(scaling.of('a')?.reason).toBe('demand is not known yet');
  });

  test('notes what it decides at once where it knows', async () => {
    const { clock, scaling } = setUp(async () => {});
    scaling.lead(true);
    await pass(clock, 1);
    expect(scaling.of('b')?.wanted).toBe(3);
  });
});
