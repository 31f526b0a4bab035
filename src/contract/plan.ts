import { z } from 'zod';
import { flatStrings } from './flat.ts';
import { limits } from './limits.ts';
import { nameSchema } from './primitives.ts';
import { filtersSchema } from './request-batch.ts';

/**
 * A Recommender resolved for the data path: what gateways and aggregators switch to without a restart.
 *
 * Resources are closed: a misspelt field is told. Plans are open all the way down, for one that a newer release made must
 * still be read by an older one, as during a rollout and after a rollback. Filters alone stay closed: to ignore one would
 * recommend what was to be kept out.
 */

export const normaliseSchema = z.enum(['max', 'min-max', 'z-score', 'none']);

export const fusionSchema = z.strictObject({
  kind: z.enum(['weighted-sum', 'reciprocal-rank', 'max', 'sum']).default('weighted-sum').meta({
    description:
      '`weighted-sum` of normalised scores, `reciprocal-rank`, `max`, or `sum` of absolute quantities (never renormalised).',
  }),
  normalise: normaliseSchema.default('max').meta({
    description: "How one list's scores are made comparable: by its maximum, to 0..1, to z-scores, or not at all.",
  }),
});
export type Fusion = z.infer<typeof fusionSchema>;

const ids = flatStrings(limits.includeItems, limits.idLength);

const diversitySchema = z.strictObject({
  mmrLambda: z.number().min(0).max(1).default(1).meta({
    description: 'Maximal marginal relevance (Carbonell & Goldstein 1998): 1 = relevance alone, 0 = novelty alone.',
  }),
  maxPerGenre: z
    .int()
    .min(1)
    .optional()
    .meta({ description: 'At most so many items of one genre among the k; absent: no cap.' }),
});
const diversityDescription = 'How different from one another the items must be.';

export const rulesSchema = z.strictObject({
  excludeSeen: z.boolean().default(true).meta({ description: 'Whether what the user has seen is left out.' }),
  filters: filtersSchema.optional().meta({ description: 'Conditions on the items, besides those of the request.' }),
  diversity: diversitySchema.optional().meta({ description: diversityDescription }),
  pin: ids.default([]).meta({ description: 'Always first, in this order.' }),
  boost: ids.default([]).meta({ description: 'Score × `boostFactor`.' }),
  boostFactor: z
    .number()
    .min(1)
    .max(100)
    .default(1.5)
    .meta({ description: 'What the scores of `boost` are multiplied by.' }),
  bury: ids.default([]).meta({ description: 'After everything else.' }),
});
export type Rules = z.infer<typeof rulesSchema>;

export const planCriterionSchema = z.object({
  criterion: nameSchema,
  weight: z.number().min(0).max(1_000).meta({ description: '0 = shadow: asked and reported, never counted.' }),
  required: z.boolean().meta({ description: 'Whether the answer falls back without it.' }),
  topN: z.int().min(1).max(limits.topN).meta({ description: 'How many items this criterion lists.' }),
  generation: z.int().min(0).meta({ description: 'Generation of its queues: re-homed queues get a new name.' }),
});
export type PlanCriterion = z.infer<typeof planCriterionSchema>;

const weightsByCriterion = z
  .record(nameSchema, z.number().min(0).max(1_000))
  .refine((weights) => Object.keys(weights).length <= limits.criteria, {
    error: `must have at most ${limits.criteria} items`,
  })
  .meta({
    description: "Weights by criterion; where one is missing, the plan's own holds.",
    maxProperties: limits.criteria,
  });

export const variantSchema = z.strictObject({
  name: nameSchema,
  percent: z
    .number()
    .min(0)
    .max(100)
    .meta({ description: "Share of the users, in percent; what the variants leave goes to the plan's own weights." }),
  weights: weightsByCriterion,
});

/** Weights for some circumstances: a cold user is served by other criteria than one whose history is known. */
export const weightSetSchema = z.strictObject({
  name: nameSchema,
  minHistory: z
    .int()
    .min(0)
    .max(limits.profileItems)
    .default(0)
    .meta({ description: 'For histories of at least so many items; an item as subject counts 1.' }),
  maxHistory: z
    .int()
    .min(0)
    .max(limits.profileItems)
    .optional()
    .meta({ description: 'For histories of at most so many items; absent: however long.' }),
  missing: z.array(nameSchema).max(limits.criteria).default([]).meta({
    description:
      'Where all of these gave no list, for whatever reason. Of the sets that apply the one naming most wins.',
  }),
  refined: z
    .boolean()
    .default(false)
    .meta({ description: 'For the second round over the union of the lists, in place of the lists themselves.' }),
  weights: weightsByCriterion,
});
export type WeightSet = z.infer<typeof weightSetSchema>;

const planRulesSchema = rulesSchema.strip().extend({
  diversity: diversitySchema.strip().optional().meta({ description: diversityDescription }),
});

export const planSchema = z.object({
  recommender: nameSchema,
  version: z.int().min(0).meta({ description: 'The highest version wins.' }),
  deadlineMs: z
    .number()
    .min(limits.minDeadlineMs)
    .max(limits.maxInteractiveDeadlineMs)
    .meta({ description: 'The deadline, counted from arrival, ms.' }),
  criteria: z.array(planCriterionSchema).min(1).max(limits.criteria).meta({ description: 'Who is asked.' }),
  minimumCoverage: z.number().min(0).max(1).meta({ description: 'Share of weight below which the answer falls back.' }),
  fusion: fusionSchema.strip().meta({ description: 'How the lists become one.' }),
  rules: planRulesSchema.meta({ description: 'What is applied after fusion.' }),
  refine: z.boolean().meta({
    description:
      'Ask for a second round over the union of the lists where time is left, unless it would rank as the lists do and the top k is provably exact.',
  }),
  refineNormalise: normaliseSchema.default('z-score').meta({
    description: 'How the scores of the second round are made comparable, where the fusion is a weighted sum.',
  }),
  weightSets: z.array(weightSetSchema.strip()).max(limits.weightSets).default([]).meta({
    description:
      "Weights by length of the history and by what is missing, in place of the plan's own; of several that apply equally the first. A request's and a variant's weights win.",
  }),
  k: z
    .object({
      default: z.int().min(1).max(limits.k).meta({ description: 'Where a request names none.' }),
      max: z.int().min(1).max(limits.k).meta({ description: 'The most a request may ask for.' }),
    })
    .meta({ description: 'How many items an answer holds.' }),
  variants: z
    .array(variantSchema.strip())
    .max(8)
    .meta({ description: 'Other sets of weights for a share of the users.' }),
  fallback: z
    .array(z.enum(['last-good', 'popular']))
    .max(2)
    .meta({ description: 'What a fallback may use, in order.' }),
  lateHalfLifeMs: z.number().min(1).meta({ description: "Half-life of a late partial's weight, ms." }),
});
export type Plan = z.infer<typeof planSchema>;
