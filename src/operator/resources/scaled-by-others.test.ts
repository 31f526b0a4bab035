import { expect, test } from '@jest/globals';
import { scorerSchema } from '../../contract/resources.ts';
import { buildHorizontalPodAutoscaler } from './hpa.ts';
import { buildScaledObject } from './scaled-object.ts';
import type { ScorerObject } from './scorer-object.ts';

const scorer = (spec: object): ScorerObject => {
  const object = { apiVersion: 'medley.dev/v1alpha1', kind: 'Scorer', metadata: { name: 'slow', uid: 'u-1' } };
  return { resource: scorerSchema.parse({ ...object, metadata: { name: 'slow' }, spec }), object };
};
const options = { instance: 'shop', namespace: 'films', prometheusUrl: 'http://prometheus.monitoring:9090' };

test('mode hpa: as many as are wanted, within the bounds, with the steps of the Scorer', () => {
  const autoscaling = {
    mode: 'hpa',
    minReplicas: 2,
    maxReplicas: 20,
    scaleDownStabilisationSeconds: 40,
    scaleDownStep: 50,
  };
  expect(buildHorizontalPodAutoscaler(scorer({ autoscaling }), 'shop')).toMatchObject({
    apiVersion: 'autoscaling/v2',
    metadata: { name: 'scorer-slow', ownerReferences: [{ kind: 'Scorer', name: 'slow' }] },
    spec: {
      scaleTargetRef: { kind: 'Deployment', name: 'scorer-slow' },
      minReplicas: 2,
      maxReplicas: 20,
      metrics: [
        {
          external: {
            metric: {
              name: 'medley_operator_scorer_wanted_replicas',
              selector: { matchLabels: { scorer: 'slow' } },
            },
            target: { type: 'AverageValue', averageValue: '1' },
          },
        },
      ],
      behavior: {
        scaleUp: { stabilizationWindowSeconds: 0, policies: [{ type: 'Pods', value: 20, periodSeconds: 15 }] },
        scaleDown: { stabilizationWindowSeconds: 40, policies: [{ type: 'Percent', value: 50, periodSeconds: 15 }] },
      },
    },
  });
});

test('mode keda: the same series by query, zero after the quiet time, and nothing at all while it is unknown', () => {
  const autoscaling = { mode: 'keda', minReplicas: 0, scaleToZeroAfterSeconds: 120 };
  expect(buildScaledObject(scorer({ autoscaling }), options)).toMatchObject({
    kind: 'ScaledObject',
    spec: {
      minReplicaCount: 0,
      maxReplicaCount: 10,
      cooldownPeriod: 120,
      triggers: [
        {
          type: 'prometheus',
          metadata: {
            serverAddress: 'http://prometheus.monitoring:9090',
            query: 'max(medley_operator_scorer_wanted_replicas{scorer_namespace="films",scorer="slow"})',
            ignoreNullValues: 'false',
          },
        },
      ],
    },
  });
});

test.each(['operator', 'hpa', 'keda', 'observe', 'none'])(
  'mode %s makes what it needs and no more, pinned nothing',
  (mode) => {
    const made = (spec: object) => [
      buildHorizontalPodAutoscaler(scorer(spec), 'shop') !== null,
      buildScaledObject(scorer(spec), options) !== null,
    ];
    expect(made({ autoscaling: { mode } })).toEqual([mode === 'hpa', mode === 'keda']);
    expect(made({ autoscaling: { mode }, replicas: 3 })).toEqual([false, false]);
  },
);
