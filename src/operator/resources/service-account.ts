import type { KubeObject } from '../kube/object.ts';
import { childMetadata, type ScorerObject } from './scorer-object.ts';

/** Scorers ask nothing of Kubernetes: an account with no rights and no token. */
export const buildServiceAccount = (scorer: ScorerObject, instance: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: childMetadata(scorer, instance),
  automountServiceAccountToken: false,
});
