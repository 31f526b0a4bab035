import { z } from 'zod';
import { limits } from './limits.ts';
import { fusionSchema, normaliseSchema, rulesSchema, variantSchema, weightSetSchema } from './plan.ts';
import { nameSchema } from './primitives.ts';

/**
 * The `Scorer` and `Recommender` resources (`medley.dev/v1alpha1`): the same YAML on a cluster and on one machine.
 *
 * Only shapes that Kubernetes structural schemas allow: bounded strings, lists and maps, no unions.
 */
export const apiVersion = 'medley.dev/v1alpha1';

const labels = z
  .record(z.string().max(317), z.string().max(63))
  .meta({ description: 'Labels, as Kubernetes has them.' });
const metadata = z
  .looseObject({
    name: nameSchema,
    namespace: z.string().max(63).optional().meta({ description: 'Its namespace on a cluster.' }),
    labels: labels.optional(),
  })
  .meta({ description: 'Name and labels; whatever else Kubernetes puts there is left alone.' });

export const scorerSpecSchema = z.strictObject({
  criterion: nameSchema.optional().meta({ description: 'The criterion it judges by; absent: its own name.' }),
  implementation: nameSchema.optional().meta({
    description:
      'A criterion shipped with Medley that does the judging; absent: the one named like the criterion, unless `command` is given.',
  }),
  settings: z
    .record(z.string().max(63), z.string().max(253))
    .default({})
    .meta({ description: 'Settings of the implementation, as text.' }),
  image: z
    .string()
    .max(512)
    .optional()
    .meta({ description: "Container image of a scorer of one's own; absent: Medley's." }),
  command: z
    .array(z.string().max(1_024))
    .max(64)
    .optional()
    .meta({ description: "What to run: in the image on a cluster, relative to this file's folder on one machine." }),
  env: z
    .record(z.string().max(253), z.string().max(4_096))
    .default({})
    .meta({ description: 'Environment variables of its processes.' }),
  weight: z.number().min(0).max(1_000).default(1).meta({ description: 'Weight where a Recommender names none.' }),
  topN: z.int().min(1).max(limits.topN).default(100).meta({ description: 'How many items it lists.' }),
  concurrency: z
    .int()
    .min(1)
    .max(256)
    .default(1)
    .meta({ description: 'Requests it computes side by side in one process.' }),
  replicas: z.int().min(0).max(1_000).optional().meta({
    description: 'Processes (on one machine: with `--broker`); absent: autoscaled on a cluster, one on one machine.',
  }),
});

export const scorerSchema = z.strictObject({
  apiVersion: z.literal(apiVersion).meta({ description: 'Group and version.' }),
  kind: z.literal('Scorer').meta({ description: 'The kind of resource.' }),
  metadata,
  spec: scorerSpecSchema.prefault({}).meta({ description: 'What it judges by, and how it runs.' }),
});
export type ScorerResource = z.infer<typeof scorerSchema>;

const criterionReference = z.strictObject({
  criterion: nameSchema.optional().meta({ description: 'One criterion by name. Give this or `selector`.' }),
  selector: z
    .strictObject({ matchLabels: labels.meta({ description: 'Labels and their values; all must be there.' }) })
    .optional()
    .meta({ description: 'Every Scorer with these labels. Give this or `criterion`.' }),
  weight: z
    .number()
    .min(0)
    .max(1_000)
    .optional()
    .meta({ description: "Absent: the Scorer's own. 0 = shadow: asked and reported, never counted." }),
  required: z.boolean().default(false).meta({ description: 'Whether the answer falls back without it.' }),
});

export const recommenderSpecSchema = z.strictObject({
  deadlineMs: z
    .number()
    .min(limits.minDeadlineMs)
    .max(limits.maxInteractiveDeadlineMs)
    .default(300)
    .meta({ description: 'Within how many ms of its arrival a request is answered. A caller may lower it.' }),
  criteria: z
    .array(criterionReference)
    .min(1)
    .max(limits.criteria)
    .meta({ description: 'Who is asked, by name or by labels. A name wins over labels.' }),
  minimumCoverage: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .meta({ description: 'Share of weight below which the answer falls back.' }),
  fusion: fusionSchema.prefault({}).meta({ description: 'How the lists become one.' }),
  rules: rulesSchema.prefault({}).meta({ description: 'What is applied after fusion.' }),
  refine: z.boolean().default(false).meta({
    description:
      'Ask a second time, over the union of the lists, where time is left, unless that would rank as the lists do and the top k is provably exact.',
  }),
  refineNormalise: normaliseSchema.default('z-score').meta({
    description: 'How the scores of the second round are made comparable, where the fusion is a weighted sum.',
  }),
  weightSets: z.array(weightSetSchema).max(limits.weightSets).default([]).meta({
    description:
      'Weights by length of the history and by what is missing; of several that apply equally the first. `medley tune` writes them.',
  }),
  k: z
    .strictObject({
      default: z.int().min(1).max(limits.k).default(10).meta({ description: 'Where a request names none.' }),
      max: z.int().min(1).max(limits.k).default(limits.k).meta({ description: 'The most a request may ask for.' }),
    })
    .prefault({})
    .meta({ description: 'How many items an answer holds.' }),
  variants: z
    .array(variantSchema)
    .max(8)
    .default([])
    .meta({ description: 'Other sets of weights for a share of the users (A/B).' }),
  fallback: z
    .array(z.enum(['last-good', 'popular']))
    .max(2)
    .default(['last-good', 'popular'])
    .meta({
      description:
        "What a fallback may use, in order: the user's last good answer, popular items. None: the request fails instead.",
    }),
  lateHalfLifeMs: z
    .number()
    .min(1)
    .default(600_000)
    .meta({ description: "Half-life of a late partial's weight in the user's next answer, ms." }),
});

export const recommenderSchema = z.strictObject({
  apiVersion: z.literal(apiVersion).meta({ description: 'Group and version.' }),
  kind: z.literal('Recommender').meta({ description: 'The kind of resource.' }),
  metadata,
  spec: recommenderSpecSchema.meta({ description: 'Which criteria, and what becomes of their lists.' }),
});
export type RecommenderResource = z.infer<typeof recommenderSchema>;

export const resourceSchema = z.discriminatedUnion('kind', [scorerSchema, recommenderSchema]);
export type Resource = z.infer<typeof resourceSchema>;

/** The criterion a Scorer judges by. */
export const criterionOf = (scorer: ScorerResource): string => scorer.spec.criterion ?? scorer.metadata.name;
