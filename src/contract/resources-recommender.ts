import { z } from 'zod';
import { limits } from './limits.ts';
import { fusionSchema, normaliseSchema, rulesSchema, variantSchema, weightSetSchema } from './plan.ts';
import { nameSchema } from './primitives.ts';
import { conditionSchema, labelsSchema } from './resources-kubernetes.ts';

/** What a Recommender says (`spec`), and what the operator says of it (`status`). */

const criterionReference = z.strictObject({
  criterion: nameSchema.optional().meta({ description: 'One criterion by name. Give this or `selector`.' }),
  selector: z
    .strictObject({ matchLabels: labelsSchema.meta({ description: 'Labels and their values; all must be there.' }) })
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

export const recommenderStatusSchema = z.object({
  observedGeneration: z.int().min(0).optional().meta({ description: '`metadata.generation` this was made from.' }),
  planVersion: z.int().min(0).optional().meta({ description: 'Version of the plan that answers name.' }),
  criteria: z
    .array(nameSchema)
    .max(limits.criteria)
    .optional()
    .meta({ description: 'The criteria that plan asks, found by name or by labels.' }),
  conditions: z.array(conditionSchema).max(16).optional().meta({ description: 'What is so, and why or why not.' }),
});
export type RecommenderStatus = z.infer<typeof recommenderStatusSchema>;
