import { z } from 'zod';
import { flatIntegers, flatNumbers, flatStrings } from './flat.ts';
import { limits } from './limits.ts';
import {
  entityIdSchema,
  instantMsSchema,
  laneSchema,
  nameSchema,
  partialOutcomeSchema,
  requestIdSchema,
} from './primitives.ts';

/** `medley.partials.v1`: what one scorer answers for the requests of one batch. */
export const partialSchema = z
  .strictObject({
    id: requestIdSchema,
    round: z.int().min(0).max(1),
    /** `user:17`; must be that of the request, or the partial is refused as foreign. */
    subject: z
      .string()
      .min(1)
      .max(limits.idLength + 10),
    /** Echo of the request's deadline. */
    deadlineAtMs: instantMsSchema,
    outcome: partialOutcomeSchema,
    /** Best first. Empty unless `scored`. */
    items: flatStrings(limits.topN, limits.idLength),
    scores: flatNumbers(limits.topN),
    /** No unlisted item scores more than this; null: unlisted items have no score at all. */
    floor: z.number().nullable(),
    /** `labels[because[i]]` is why item i was chosen; -1 = no particular reason. */
    because: flatIntegers(limits.topN).optional(),
    labels: flatStrings(limits.topN, limits.titleLength).optional(),
    /** A sentence with `{}` where the label goes, such as `because you watched {}`. */
    reason: z.string().max(200).optional(),
    /** What went wrong, when `failed`. */
    detail: z.string().max(500).optional(),
    /** How long the request waited before it was begun, ms. */
    waitMs: z.number().min(0),
    /** How long scoring took, ms. */
    serviceMs: z.number().min(0),
  })
  .refine((p) => p.items.length === p.scores.length, { error: 'items and scores must have one length' })
  .refine((p) => p.because === undefined || p.because.length === p.items.length, {
    error: 'because must be as long as items',
  });
export type Partial = z.infer<typeof partialSchema>;

export const partialEnvelopeSchema = z.strictObject({
  criterion: nameSchema,
  lane: laneSchema,
  /** The scorer process. */
  scorer: entityIdSchema,
  sentAtMs: instantMsSchema,
  /** Version of the model that scored; null when there is none. */
  model: z.string().max(limits.idLength).nullable(),
  partials: z.array(z.unknown()).min(1).max(limits.partialsPerBatch),
});

export const partialBatchSchema = partialEnvelopeSchema.extend({
  partials: z.array(partialSchema).min(1).max(limits.partialsPerBatch),
});
export type PartialBatch = z.infer<typeof partialBatchSchema>;
