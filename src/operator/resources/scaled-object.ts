import type { KubeObject } from '../kube/object.ts';
import { scalingBehaviour, wantedSeries } from './scaling-behaviour.ts';
import { childMetadata, childName, type ScorerObject } from './scorer-object.ts';

/** How often KEDA looks whether a sleeper is wanted, s. */
const pollingSeconds = 2;

/**
 * A KEDA ScaledObject on the operator's series, read from Prometheus. Null: this Scorer is scaled another way.
 *
 * KEDA does zero as well: it sleeps after `scaleToZeroAfterSeconds` without anything wanted. Where the series is gone the
 * query is an error to KEDA (`ignoreNullValues: false`), and an error scales nothing.
 */
export const buildScaledObject = (
  scorer: ScorerObject,
  options: { instance: string; namespace: string; prometheusUrl: string },
): KubeObject | null => {
  const { autoscaling, replicas } = scorer.resource.spec;
  if (autoscaling.mode !== 'keda' || replicas !== undefined) return null;
  const { name } = scorer.object.metadata;
  const series = `${wantedSeries}{scorer_namespace="${options.namespace}",scorer="${name}"}`;
  return {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: childMetadata(scorer, options.instance),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: childName(scorer) },
      pollingInterval: pollingSeconds,
      cooldownPeriod: autoscaling.scaleToZeroAfterSeconds,
      minReplicaCount: autoscaling.minReplicas,
      maxReplicaCount: autoscaling.maxReplicas,
      advanced: {
        restoreToOriginalReplicaCount: false,
        horizontalPodAutoscalerConfig: { name: childName(scorer), behavior: scalingBehaviour(autoscaling) },
      },
      triggers: [
        {
          type: 'prometheus',
          metricType: 'AverageValue',
          metadata: {
            serverAddress: options.prometheusUrl,
            query: `max(${series})`,
            threshold: '1',
            activationThreshold: '0',
            ignoreNullValues: 'false',
          },
        },
      ],
    },
  };
};
