/** docs/resources.md: both resources with an example each, every field, and every sentence with which one is refused. Pure. */
import { type CustomResource, customResources } from './crd.ts';
import { type Field, fieldsOf } from './resource-fields.ts';
import type { StructuralSchema } from './structural-schema.ts';

const examples: Readonly<Record<string, string>> = {
  Scorer: `A scorer of one's own takes five lines; any image that speaks [the protocol](protocol.md) will do. With no \`image\`, the
criterion of that name which Medley ships.

\`\`\`yaml
apiVersion: medley.dev/v1alpha1
kind: Scorer
metadata:
  name: mood
spec: { image: "example.org/mood-scorer:1.2" }
\`\`\`

Everything that is usually said of one:

\`\`\`yaml
apiVersion: medley.dev/v1alpha1
kind: Scorer
metadata:
  name: history
  labels: { medley.dev/family: webflix }   # Recommenders may ask for all that have a label
spec:
  weight: 0.55
  topN: 200
  concurrency: 2
  timeoutMs: 10000
  resources:
    requests: { cpu: 250m, memory: 256Mi }
    limits: { memory: 512Mi }
  autoscaling:
    minReplicas: 1
    maxReplicas: 20
    scaleDownStabilisationSeconds: 60
  deletionPolicy: Drain
\`\`\`

\`replicas\` is left out here, so its processes are counted by the demand. \`kubectl scale scorer history --replicas=3\`
pins them; \`kubectl patch scorer history --type=json -p '[{"op":"remove","path":"/spec/replicas"}]'\` lets go again.`,
  Recommender: `\`\`\`yaml
apiVersion: medley.dev/v1alpha1
kind: Recommender
metadata:
  name: home
spec:
  deadlineMs: 300
  criteria:
    - { criterion: history, weight: 0.5, required: true }
    - { criterion: genres, weight: 0.3 }
    - { criterion: popularity, weight: 0.2 }
    - selector: { matchLabels: { medley.dev/family: experiments } }
      weight: 0                                # asked and reported, never counted
  minimumCoverage: 0.3
  rules:
    filters: { withoutGenres: [Horror] }
    diversity: { mmrLambda: 0.8, maxPerGenre: 4 }
  variants:
    - { name: more-genres, percent: 10, weights: { genres: 0.6 } }
\`\`\``,
};

const escaped = (text: string): string => text.replaceAll('|', '\\|');

const bounds = (schema: StructuralSchema): string => {
  const range = (least: unknown, most: unknown, unit: string): string => {
    if (least === undefined && most === undefined) return '';
    return ` ${least ?? ''}…${most ?? ''}${unit}`;
  };
  if (schema.enum !== undefined) return `: ${schema.enum.map((one) => `\`${String(one)}\``).join(', ')}`;
  if (schema.type === 'string') return range(schema.minLength, schema.maxLength, ' characters');
  if (schema.type === 'array') return `, ${range(schema.minItems ?? 0, schema.maxItems, '').trim()} of them`;
  if (schema.type === 'object') return schema.properties === undefined ? `, at most ${schema.maxProperties}` : '';
  return range(schema.minimum, schema.maximum, '');
};

const typeOf = (schema: StructuralSchema): string => {
  if (schema.items !== undefined) {
    const of = schema.items.enum === undefined ? schema.items.type : `one${bounds(schema.items)}`;
    return `list of ${of}${bounds(schema)}`;
  }
  if (schema.additionalProperties !== undefined) {
    return `map of ${schema.additionalProperties.type}${bounds(schema)}`;
  }
  return `${schema.type}${bounds(schema)}`;
};

const defaultOf = ({ schema, required }: Field): string => {
  if (required) return 'required';
  if (schema.default === undefined) return '';
  return schema.properties === undefined ? `\`${JSON.stringify(schema.default)}\`` : 'as below';
};

const fieldRow = (field: Field, root: string): string => {
  const { path, schema } = field;
  const cells = [`\`${path.slice(root.length + 1)}\``, typeOf(schema), defaultOf(field), schema.description ?? ''];
  return `| ${cells.map(escaped).join(' | ')} |`;
};

const fieldTable = (schema: StructuralSchema, root: string): string =>
  [
    '| field | type | default | meaning |',
    '|---|---|---|---|',
    ...fieldsOf(schema, root).map((field) => fieldRow(field, root)),
  ].join('\n');

const sentencesIn = (schema: StructuralSchema, path: string): string[] => {
  const own = (schema['x-kubernetes-validations'] ?? []).map(
    ({ message, fieldPath = '' }) => `| \`${path}${fieldPath}\` | ${escaped(message)} |`,
  );
  return [
    ...own,
    ...Object.entries(schema.properties ?? {}).flatMap(([name, child]) => sentencesIn(child, `${path}.${name}`)),
    ...(schema.items === undefined ? [] : sentencesIn(schema.items, `${path}[]`)),
    ...(schema.additionalProperties === undefined ? [] : sentencesIn(schema.additionalProperties, `${path}{}`)),
  ];
};

const section = ({ kind, shortName, description, spec, status, columns }: CustomResource): string =>
  `## ${kind}

${description} Short name \`${shortName}\`.

${examples[kind]}

### spec

${fieldTable(spec, 'spec').replaceAll('| `spec.', '| `')}

### What is refused

Besides values of another type, over a bound, or unknown fields:

| at | sentence |
|---|---|
${sentencesIn(spec, 'spec').join('\n')}

### status

Written by the operator, on a cluster.

${fieldTable(status, 'status')}

### Columns of \`kubectl get ${shortName}\`

| column | meaning |
|---|---|
${columns.map(({ name, description: meaning, priority }) => `| ${name}${priority === 1 ? ' (`-o wide`)' : ''} | ${meaning} |`).join('\n')}`;

export const resourcesPage = (): string => `<!-- Generated by scripts/generate.ts from src/contract. -->
# Resources

Scorers and Recommenders, the two kinds of resource Medley knows (\`medley.dev/v1alpha1\`). The same YAML works on a cluster
(\`kubectl apply\`) and on one machine (\`medley up FILE…\`), and is refused with the same sentences: the definitions in
\`k8s/crds\` and the checks of the command line come from one source. What is wrong *between* resources (a criterion nobody judges
by, two Scorers for one) is said by \`medley up\` before it starts, and on a cluster by the \`Ready\` condition.
\`kubectl get medley\` lists both kinds, \`kubectl explain scorer.spec\` tells what is written here.

${customResources.map(section).join('\n\n')}
`;
