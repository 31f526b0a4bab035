import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../kube/object.ts';
import { type ScorerState, scorerAutoscaled, scorerReady, scorerReconciling, scorerStalled } from './scorer-ready.ts';

const deployment = (replicas: number, status: object): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'scorer-a', generation: 2 },
  spec: { replicas },
  status: { observedGeneration: 2, ...status },
});
const crashing: KubeObject = {
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } },
  status: { containerStatuses: [{ restartCount: 2, lastState: { terminated: { exitCode: 1 } } }] },
};
const unpullable: KubeObject = {
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } },
  status: { containerStatuses: [{ image: 'x', state: { waiting: { reason: 'ErrImagePull', message: 'none' } } }] },
};
const quota = { type: 'ReplicaFailure', status: 'True', message: 'exceeded quota: pods' };

const state = (given: Partial<ScorerState>): ScorerState => ({
  ...{ stalled: null, broker: null, deployment: undefined, pods: [], draining: null },
  ...given,
});

describe('the Ready condition of a Scorer', () => {
  test.each([
    [
      'a fault of its own',
      { stalled: { reason: 'Invalid', message: 'm' }, deployment: deployment(1, { readyReplicas: 1 }) },
      'False',
      'Invalid',
    ],
    [
      'waiting to go',
      { draining: 'queue holds 3', deployment: deployment(1, { readyReplicas: 1 }) },
      'False',
      'Draining',
    ],
    ['a broker that refuses', { broker: { reason: 'BrokerRefused', message: 'm' } }, 'False', 'BrokerRefused'],
    ['no Deployment yet', {}, 'False', 'Deploying'],
    ['nothing wanted', { deployment: deployment(0, {}) }, 'True', 'Asleep'],
    ['pods that may not be made', { deployment: deployment(1, { conditions: [quota] }) }, 'False', 'ReplicaFailure'],
    ['a process that keeps ending', { deployment: deployment(1, {}), pods: [crashing] }, 'False', 'CrashLoop'],
    [
      'one of two that ended once',
      { deployment: deployment(2, { readyReplicas: 1 }), pods: [crashing] },
      'True',
      'Serving',
    ],
    [
      'a new image that can not be pulled',
      { deployment: deployment(2, { readyReplicas: 2 }), pods: [unpullable] },
      'False',
      'ImagePull',
    ],
    ['a start', { deployment: deployment(1, {}) }, 'False', 'Starting'],
    ['all ready', { deployment: deployment(1, { readyReplicas: 1 }) }, 'True', 'Serving'],
  ] as const)('%s: %#', (_, given, status, reason) => {
    expect(scorerReady(state(given as Partial<ScorerState>))).toMatchObject({ status, reason });
  });

  test('says how many are ready of how many', () => {
    const some = scorerReady(state({ deployment: deployment(3, { readyReplicas: 2 }) }));
    expect(some.message).toBe('2 of 3 processes ready');
    const bad = scorerReady(state({ deployment: deployment(2, { readyReplicas: 2 }), pods: [unpullable] }));
    expect(bad.message).toBe("image x can't be pulled: none; 2 processes still ready");
  });
});

describe('the other conditions of a Scorer', () => {
  test('Reconciling while pods are replaced, and no longer when all are', () => {
    const rolling = state({ deployment: deployment(2, { readyReplicas: 2, updatedReplicas: 1 }) });
    const settled = state({ deployment: deployment(2, { readyReplicas: 2, updatedReplicas: 2 }) });
    const unseen = state({
      deployment: deployment(2, { readyReplicas: 2, updatedReplicas: 2, observedGeneration: 1 }),
    });
    expect([rolling, settled, unseen].map((one) => scorerReconciling(one).status)).toEqual(['True', 'False', 'True']);
  });

  test('Stalled where only an edit helps', () => {
    const stalled = { reason: 'CriterionTaken', message: 'another has it' };
    expect(scorerStalled(state({ stalled }))).toMatchObject({ status: 'True', ...stalled });
    expect(scorerStalled(state({}))).toMatchObject({ status: 'False' });
  });

  test.each([
    [{ replicas: 3, mode: 'operator' }, 'False', 'Pinned'],
    [{ mode: 'none' }, 'False', 'ModeNone'],
    [{ mode: 'observe' }, 'False', 'Observing'],
    [{ mode: 'keda' }, 'True', 'Autoscaling'],
    [{ mode: 'keda', lacks: 'KEDA' }, 'False', 'AddOnMissing'],
    [{ mode: 'operator', decided: { wanted: 0, offeredPerSecond: 0, backlogRequests: 0 } }, 'True', 'Autoscaling'],
    [{ mode: 'keda', decided: { offeredPerSecond: 1, backlogRequests: 0 } }, 'Unknown', 'DemandUnknown'],
    [{ mode: 'keda', decided: {}, lacks: 'KEDA' }, 'False', 'AddOnMissing'],
    [{ mode: 'observe', decided: {} }, 'False', 'Observing'],
    [{ replicas: 3, mode: 'operator', decided: {} }, 'False', 'Pinned'],
  ])('Autoscaled of %j', (spec, status, reason) => {
    expect(scorerAutoscaled(spec)).toMatchObject({ status, reason });
  });

  test.each([
    [{}, 'no gateway has told what is offered'],
    [{ backlogRequests: 3 }, 'no gateway has told what is offered'],
    [{ offeredPerSecond: 0 }, 'the broker has not told what waits'],
    [{ offeredPerSecond: 5, backlogRequests: 3 }, 'a gateway has fallen silent'],
  ])('Autoscaled says what is missing where all that is told is %j', (decided, missing) => {
    const { message } = scorerAutoscaled({ mode: 'operator', decided });
    expect(message).toBe(`mode operator takes no process away: ${missing}`);
  });
});
