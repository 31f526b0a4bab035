import type { KubeObject } from '../kube/object.ts';
import { childMetadata, type ScorerObject, selectorLabels } from './scorer-object.ts';

/** A node that is drained takes one process of a Scorer at a time; one that is not healthy holds up nobody. */
export const buildPodDisruptionBudget = (scorer: ScorerObject, instance: string): KubeObject => ({
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  metadata: childMetadata(scorer, instance),
  spec: {
    maxUnavailable: 1,
    unhealthyPodEvictionPolicy: 'AlwaysAllow',
    selector: { matchLabels: selectorLabels(scorer) },
  },
});
