import type { KubeObject } from '../kube/object.ts';
import { childMetadata, type ScorerObject, selectorLabels } from './scorer-object.ts';

/** What the Prometheus Operator needs to scrape a Scorer's pods; made only where its API exists. */
export const buildPodMonitor = (scorer: ScorerObject, instance: string): KubeObject => ({
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PodMonitor',
  metadata: childMetadata(scorer, instance),
  spec: {
    selector: { matchLabels: selectorLabels(scorer) },
    podTargetLabels: ['medley.dev/scorer', 'medley.dev/criterion'],
    podMetricsEndpoints: [{ port: 'ops', path: '/metrics', interval: '15s' }],
  },
});
