import { z } from 'zod';
import { flatStrings } from './flat.ts';
import { limits } from './limits.ts';
import { nameSchema } from './primitives.ts';
import { filtersSchema } from './request-batch.ts';

/** A Recommender resolved for the data path: what gateways and aggregators switch to without a restart. */

export const fusionSchema = z.strictObject({
  /** `weighted-sum` of normalised scores, `reciprocal-rank`, `max`, or `sum` of absolute quantities (never renormalised). */
  kind: z.enum(['weighted-sum', 'reciprocal-rank', 'max', 'sum']).default('weighted-sum'),
  /** How one list's scores are made comparable: by its maximum, to 0..1, to z-scores, or not at all. */
  normalise: z.enum(['max', 'min-max', 'z-score', 'none']).default('max'),
});
export type Fusion = z.infer<typeof fusionSchema>;

const ids = flatStrings(limits.includeItems, limits.idLength);

export const rulesSchema = z.strictObject({
  excludeSeen: z.boolean().default(true),
  filters: filtersSchema.optional(),
  diversity: z
    .strictObject({
      /** Maximal marginal relevance (Carbonell & Goldstein 1998): 1 = relevance alone, 0 = novelty alone. */
      mmrLambda: z.number().min(0).max(1).default(1),
      /** At most so many items of one genre among the k; absent: no cap. */
      maxPerGenre: z.int().min(1).optional(),
    })
    .optional(),
  /** Always first, in this order. */
  pin: ids.default([]),
  /** Score × `boostFactor`. */
  boost: ids.default([]),
  boostFactor: z.number().min(1).max(100).default(1.5),
  /** After everything else. */
  bury: ids.default([]),
});
export type Rules = z.infer<typeof rulesSchema>;

export const planCriterionSchema = z.strictObject({
  criterion: nameSchema,
  weight: z.number().min(0).max(1_000),
  required: z.boolean(),
  /** How many items this criterion lists. */
  topN: z.int().min(1).max(limits.topN),
  /** Generation of its queues: re-homed queues get a new name. */
  generation: z.int().min(0),
});
export type PlanCriterion = z.infer<typeof planCriterionSchema>;

export const variantSchema = z.strictObject({
  name: nameSchema,
  /** Share of the users, in percent; what the variants leave goes to the plan's own weights. */
  percent: z.number().min(0).max(100),
  weights: z.record(nameSchema, z.number().min(0).max(1_000)),
});

export const planSchema = z.strictObject({
  recommender: nameSchema,
  /** The highest version wins. */
  version: z.int().min(0),
  deadlineMs: z.number().min(limits.minDeadlineMs).max(limits.maxInteractiveDeadlineMs),
  criteria: z.array(planCriterionSchema).min(1).max(limits.criteria),
  /** Share of weight below which the answer falls back. */
  minimumCoverage: z.number().min(0).max(1),
  fusion: fusionSchema,
  rules: rulesSchema,
  /** Ask for a second round over the union of the lists where the top k is not provably exact and time is left. */
  refine: z.boolean(),
  k: z.strictObject({ default: z.int().min(1).max(limits.k), max: z.int().min(1).max(limits.k) }),
  variants: z.array(variantSchema).max(8),
  /** What a fallback may use, in order. */
  fallback: z.array(z.enum(['last-good', 'popular'])).max(2),
  /** Half-life of a late partial's weight, ms. */
  lateHalfLifeMs: z.number().min(1),
});
export type Plan = z.infer<typeof planSchema>;
