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
  traceparentSchema,
} from './primitives.ts';

const becauseFits = (because: readonly number[] | undefined, labels: number): boolean =>
  because === undefined || because.every((one) => one >= -1 && one < labels);

/** `medley.partials.v1`: what one scorer answers for the requests of one batch. */
export const partialSchema = z
  .object({
    id: requestIdSchema,
    round: z.int().min(0).max(1).meta({ description: 'Echo of the request.' }),
    subject: z
      .string()
      .min(1)
      .max(limits.idLength + 10)
      .meta({ description: "Kind and id of the request's subject, as `user:17`; another makes the partial foreign." }),
    deadlineAtMs: instantMsSchema.meta({ description: "Echo of the request's deadline, Unix ms." }),
    outcome: partialOutcomeSchema,
    items: flatStrings(limits.topN, limits.idLength).meta({
      description: 'Item ids, best first. Empty unless `scored`.',
    }),
    scores: flatNumbers(limits.topN).meta({
      description: 'The score of each item, higher is better. As long as `items`.',
    }),
    floor: z.number().nullable().meta({
      description: 'No unlisted item scores more than this; null: unlisted items have no score at all.',
    }),
    because: flatIntegers(limits.topN).optional().meta({
      description: '`labels[because[i]]` is why item i was chosen; -1 = no particular reason. As long as `items`.',
    }),
    labels: flatStrings(limits.topN, limits.titleLength)
      .optional()
      .meta({ description: 'What goes into the `{}` of `reason`, each text once.' }),
    reason: z
      .string()
      .max(200)
      .optional()
      .meta({ description: 'A sentence with `{}` where the label goes, such as `because you watched {}`.' }),
    detail: z.string().max(500).optional().meta({ description: 'What went wrong, when `failed`.' }),
    waitMs: z.number().min(0).meta({ description: 'How long the request waited before it was begun, ms.' }),
    serviceMs: z.number().min(0).meta({ description: 'How long scoring took, ms; 0 where it was never begun.' }),
    traceparent: traceparentSchema.optional(),
  })
  .refine((p) => p.items.length === p.scores.length, { error: 'items and scores must have one length' })
  .refine((p) => p.because === undefined || p.because.length === p.items.length, {
    error: 'because must be as long as items',
  })
  .refine((p) => becauseFits(p.because, p.labels?.length ?? 0), { error: 'because must point into labels' });
export type Partial = z.infer<typeof partialSchema>;

export const partialEnvelopeSchema = z.object({
  criterion: nameSchema.meta({ description: 'The criterion that judges; one not asked makes its partials foreign.' }),
  lane: laneSchema,
  scorer: entityIdSchema.meta({ description: 'The scorer process.' }),
  sentAtMs: instantMsSchema.meta({ description: "When it was sent, by the scorer's clock, Unix ms." }),
  model: z
    .string()
    .max(limits.idLength)
    .nullable()
    .meta({ description: 'Version of the model that scored; null when there is none.' }),
  partials: z.array(z.unknown()).min(1).max(limits.partialsPerBatch),
});

export const partialBatchSchema = partialEnvelopeSchema.extend({
  partials: z
    .array(partialSchema)
    .min(1)
    .max(limits.partialsPerBatch)
    .meta({ description: 'One for each request answered.' }),
});
export type PartialBatch = z.infer<typeof partialBatchSchema>;
