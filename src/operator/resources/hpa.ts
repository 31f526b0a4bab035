import type { MetricName } from '../../contract/metrics.ts';
import type { KubeObject } from '../kube/object.ts';
import { scalingBehaviour, wantedSeries } from './scaling-behaviour.ts';
import { childMetadata, childName, type ScorerObject } from './scorer-object.ts';

const metric: MetricName = wantedSeries;

/**
 * A HorizontalPodAutoscaler (autoscaling/v2) on the external metric that k8s/autoscaling/adapter-rules.yaml makes of the
 * operator's series. Null: this Scorer is scaled another way.
 *
 * The target is one wanted replica for each there is, so Kubernetes sets as many as are wanted; where the series is gone,
 * because demand is unknown or the operator dead, it leaves the count alone. It can't do zero.
 */
export const buildHorizontalPodAutoscaler = (scorer: ScorerObject, instance: string): KubeObject | null => {
  const { autoscaling, replicas } = scorer.resource.spec;
  if (autoscaling.mode !== 'hpa' || replicas !== undefined) return null;
  const { name } = scorer.object.metadata;
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: childMetadata(scorer, instance),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: childName(scorer) },
      minReplicas: Math.max(1, autoscaling.minReplicas),
      maxReplicas: autoscaling.maxReplicas,
      metrics: [
        {
          type: 'External',
          external: {
            // Its namespace is put in by the adapter: an autoscaler sees no other's.
            metric: { name: metric, selector: { matchLabels: { scorer: name } } },
            target: { type: 'AverageValue', averageValue: '1' },
          },
        },
      ],
      behavior: scalingBehaviour(autoscaling),
    },
  };
};
