/** The CustomResourceDefinitions of Scorer and Recommender, made from src/contract. Pure; scripts/generate.ts writes them. */
import { stringify } from 'yaml';
import { nameSchema } from '../src/contract/primitives.ts';
import { apiVersion } from '../src/contract/resources.ts';
import { recommenderSpecSchema, recommenderStatusSchema } from '../src/contract/resources-recommender.ts';
import { scorerSpecSchema, scorerStatusSchema } from '../src/contract/resources-scorer.ts';
import { nameRules, type StructuralSchema, structuralSchema } from './structural-schema.ts';

const [group = '', version = ''] = apiVersion.split('/');

export interface Column {
  name: string;
  type: 'string' | 'integer' | 'date';
  jsonPath: string;
  description: string;
  /** 1: only with `kubectl get -o wide`. */
  priority?: 1;
}

export interface CustomResource {
  kind: string;
  shortName: string;
  description: string;
  spec: StructuralSchema;
  status: StructuralSchema;
  columns: readonly Column[];
  scale?: { specReplicasPath: string; statusReplicasPath: string; labelSelectorPath: string };
}

const ready = (part: 'status' | 'reason' | 'message'): string => `.status.conditions[?(@.type=="Ready")].${part}`;

const lastColumns: readonly Column[] = [
  { name: 'Status', type: 'string', jsonPath: ready('reason'), description: 'The state it is in, in one word.' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'How long it has been there.' },
  {
    ...{ name: 'Message', type: 'string', jsonPath: ready('message'), priority: 1 },
    description: 'The state it is in, in a sentence.',
  },
];

const scorer: CustomResource = {
  kind: 'Scorer',
  shortName: 'sco',
  description: 'The processes behind one criterion: what they judge by, how they run, and how many.',
  spec: structuralSchema(scorerSpecSchema.prefault({}), 'Scorer.spec'),
  status: structuralSchema(scorerStatusSchema, 'Scorer.status'),
  columns: [
    { name: 'Criterion', type: 'string', jsonPath: '.status.criterion', description: 'The criterion it judges by.' },
    { name: 'Mode', type: 'string', jsonPath: '.spec.autoscaling.mode', description: 'Who sets the count.' },
    {
      ...{ name: 'Wanted', type: 'integer', jsonPath: '.status.autoscaling.wanted' },
      description: 'Processes the demand asks for.',
    },
    { name: 'Ready', type: 'integer', jsonPath: '.status.readyReplicas', description: 'Processes that are ready.' },
    { name: 'Replicas', type: 'integer', jsonPath: '.status.replicas', description: 'Processes there are.' },
    ...lastColumns,
  ],
  scale: {
    specReplicasPath: '.spec.replicas',
    statusReplicasPath: '.status.replicas',
    labelSelectorPath: '.status.selector',
  },
};

const recommender: CustomResource = {
  kind: 'Recommender',
  shortName: 'rec',
  description:
    'A named pipeline: which criteria, with what weights, by what deadline, and what becomes of their lists.',
  spec: structuralSchema(recommenderSpecSchema, 'Recommender.spec'),
  status: structuralSchema(recommenderStatusSchema, 'Recommender.status'),
  columns: [
    {
      ...{ name: 'Plan', type: 'integer', jsonPath: '.status.planVersion' },
      description: 'Version of the plan that answers name.',
    },
    { name: 'Criteria', type: 'integer', jsonPath: '.status.criteria', description: 'How many criteria it asks.' },
    { name: 'Deadline', type: 'integer', jsonPath: '.spec.deadlineMs', description: 'Its deadline, ms.' },
    ...lastColumns,
  ],
};

/** Every kind there is. */
export const customResources: readonly CustomResource[] = [scorer, recommender];

const rootSchema = ({ description, spec, status }: CustomResource): StructuralSchema => ({
  type: 'object',
  description,
  required: spec.default === undefined ? ['metadata', 'spec'] : ['metadata'],
  properties: {
    apiVersion: { type: 'string', description: 'Group and version.' },
    kind: { type: 'string', description: 'The kind of resource.' },
    metadata: { type: 'object' },
    spec,
    status: { ...status, description: 'What the operator says of it.' },
  },
  'x-kubernetes-validations': nameRules(nameSchema),
});

const definition = (resource: CustomResource): object => {
  const { kind, shortName, columns, scale } = resource;
  const singular = kind.toLowerCase();
  const plural = `${singular}s`;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}`, labels: { 'app.kubernetes.io/name': 'medley' } },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, listKind: `${kind}List`, singular, plural, shortNames: [shortName], categories: ['medley'] },
      versions: [
        {
          ...{ name: version, served: true, storage: true },
          additionalPrinterColumns: columns,
          subresources: { status: {}, ...(scale === undefined ? {} : { scale }) },
          schema: { openAPIV3Schema: rootSchema(resource) },
        },
      ],
    },
  };
};

/** By file name. */
export const crds = (): ReadonlyMap<string, string> =>
  new Map(
    customResources.map((resource) => [
      `${resource.kind.toLowerCase()}s.${group}.yaml`,
      `# Generated by scripts/generate.ts from src/contract.\n${stringify(definition(resource), { lineWidth: 0, aliasDuplicateObjects: false })}`,
    ]),
  );
