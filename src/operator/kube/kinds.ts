import { apiVersion } from '../../contract/resources.ts';

/** A kind of object, and where the API has it. */
export interface Kind {
  apiVersion: string;
  kind: string;
  plural: string;
}

/** Every kind the operator reads or writes, all inside its own namespace. */
export const kinds = {
  scorer: { apiVersion, kind: 'Scorer', plural: 'scorers' },
  recommender: { apiVersion, kind: 'Recommender', plural: 'recommenders' },
  deployment: { apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments' },
  pod: { apiVersion: 'v1', kind: 'Pod', plural: 'pods' },
  secret: { apiVersion: 'v1', kind: 'Secret', plural: 'secrets' },
  configMap: { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps' },
  serviceAccount: { apiVersion: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts' },
  podDisruptionBudget: { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', plural: 'poddisruptionbudgets' },
  podMonitor: { apiVersion: 'monitoring.coreos.com/v1', kind: 'PodMonitor', plural: 'podmonitors' },
  horizontalPodAutoscaler: {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    plural: 'horizontalpodautoscalers',
  },
  scaledObject: { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', plural: 'scaledobjects' },
  event: { apiVersion: 'v1', kind: 'Event', plural: 'events' },
  lease: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', plural: 'leases' },
} as const satisfies Record<string, Kind>;

const byKind = new Map<string, Kind>(Object.values(kinds).map((one) => [`${one.apiVersion}/${one.kind}`, one]));

/** @throws TypeError for an object of a kind the operator has nothing to do with */
export const kindOf = (object: { apiVersion: string; kind: string }): Kind => {
  const found = byKind.get(`${object.apiVersion}/${object.kind}`);
  if (found === undefined) throw new TypeError(`no kind ${object.apiVersion} ${object.kind}`);
  return found;
};

/** `/api/v1` or `/apis/GROUP/VERSION`. */
export const groupPath = ({ apiVersion: version }: Pick<Kind, 'apiVersion'>): string =>
  version.includes('/') ? `/apis/${version}` : `/api/${version}`;
