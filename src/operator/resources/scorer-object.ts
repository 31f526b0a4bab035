import { criterionOf, type ScorerResource } from '../../contract/resources.ts';
import type { KubeObject, Metadata } from '../kube/object.ts';

/** A Scorer as the API has it: what was parsed of it, and the object it was. */
export interface ScorerObject {
  resource: ScorerResource;
  object: KubeObject;
}

/** What everything made for a Scorer is named, its broker's Secret apart. */
export const childName = (scorer: ScorerObject): string => `scorer-${scorer.object.metadata.name}`;

export const brokerSecretName = (scorer: ScorerObject): string => `${childName(scorer)}-broker`;

/** On whatever the operator makes: how it finds its own again. */
export const managedBy = { 'app.kubernetes.io/managed-by': 'medley-operator' } as const;
export const scorerComponent = { 'app.kubernetes.io/component': 'scorer' } as const;

/** What tells the pods of one Scorer from all others; a Deployment's selector never changes. */
export const selectorLabels = (scorer: ScorerObject): Record<string, string> => ({
  'app.kubernetes.io/name': 'medley',
  ...scorerComponent,
  'medley.dev/scorer': scorer.object.metadata.name,
});

export const childLabels = (scorer: ScorerObject, instance: string): Record<string, string> => ({
  ...selectorLabels(scorer),
  'app.kubernetes.io/instance': instance,
  ...managedBy,
  'medley.dev/criterion': criterionOf(scorer.resource),
});

/** Name, labels and the owner: deleted with the Scorer by Kubernetes itself. */
export const childMetadata = (scorer: ScorerObject, instance: string, name = childName(scorer)): Metadata => {
  const { apiVersion, kind, metadata } = scorer.object;
  return {
    name,
    labels: childLabels(scorer, instance),
    ownerReferences: [
      { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '', controller: true, blockOwnerDeletion: true },
    ],
  };
};
