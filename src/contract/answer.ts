import { z } from 'zod';
import { limits } from './limits.ts';
import {
  entityIdSchema,
  instantMsSchema,
  nameSchema,
  outcomeSchema,
  requestIdSchema,
  subjectSchema,
} from './primitives.ts';

/** `medley.answers.v1` and the body a caller receives: the combined, ranked, explained list. */

/** A human reason by one criterion. */
export const reasonSchema = z.object({
  criterion: nameSchema,
  text: z.string().meta({ description: 'Such as `because you watched Alien`.' }),
  lateAgeMs: z
    .number()
    .min(0)
    .optional()
    .meta({ description: 'Set where it comes from a late partial of an earlier request: its age, ms.' }),
});
export type Reason = z.infer<typeof reasonSchema>;

export const answerItemSchema = z.object({
  id: entityIdSchema,
  title: z.string().optional().meta({ description: 'Its title in the catalogue, where known.' }),
  year: z.int().optional().meta({ description: 'Its year in the catalogue, where known.' }),
  score: z.number().nullable().meta({
    description: 'The fused score; null where a part of an absolute sum is missing (a total is never invented).',
  }),
  shares: z.record(nameSchema, z.number()).optional().meta({
    description:
      "Each criterion's part of the score. Relative fusions: fractions that add up to 1. `sum`: the parts themselves, in the unit of the scores. Only where explained.",
  }),
  reasons: z
    .array(reasonSchema)
    .optional()
    .meta({ description: 'Why it is here, the weightiest first. Only where explained.' }),
});
export type AnswerItem = z.infer<typeof answerItemSchema>;

/** An item of an answer as far as the catalogue knows it: the id, and title and year where known. */
export const namedItem = (
  id: string,
  known: { title: string; year?: number | undefined } | undefined,
): Pick<AnswerItem, 'id' | 'title' | 'year'> => {
  if (known === undefined) return { id };
  const { title, year } = known;
  return year === undefined ? { id, title } : { id, title, year };
};

export const criterionCoverageSchema = z.object({
  criterion: nameSchema,
  outcome: outcomeSchema,
  weight: z.number().min(0).max(1).meta({ description: "Share of the plan's weight, 0 to 1." }),
  required: z.boolean().meta({ description: 'Whether the answer falls back without it.' }),
  elapsedMs: z
    .number()
    .min(0)
    .nullable()
    .meta({ description: "From the request's arrival at the aggregator to the partial's, ms; null where none came." }),
  waitMs: z
    .number()
    .min(0)
    .nullable()
    .meta({ description: 'How long the scorer kept it waiting, ms; null where none came.' }),
  serviceMs: z.number().min(0).nullable().meta({ description: 'How long the scorer took, ms; null where none came.' }),
  detail: z.string().optional().meta({ description: 'One sentence, such as `did not answer within 300 ms`.' }),
  lateAgeMs: z
    .number()
    .min(0)
    .optional()
    .meta({ description: 'Set where a late partial of an earlier request stands in: its age, ms.' }),
});
export type CriterionCoverage = z.infer<typeof criterionCoverageSchema>;

export const answerSourceSchema = z.enum(['fresh', 'last-good', 'popular', 'none']);
export type AnswerSource = z.infer<typeof answerSourceSchema>;

export const answerSchema = z.object({
  requestId: requestIdSchema,
  recommender: nameSchema,
  plan: z
    .object({
      version: z.int().min(0).meta({ description: 'Version of the plan.' }),
      variant: z.string().optional().meta({ description: 'The variant of the plan this subject is in.' }),
    })
    .meta({ description: 'The plan it was made by.' }),
  subject: subjectSchema,
  source: answerSourceSchema.meta({
    description:
      '`fresh`: computed for this request. `last-good`, `popular`: fallbacks, said so. `none`: nothing could be said.',
  }),
  complete: z
    .boolean()
    .meta({ description: 'Every criterion of the plan with weight answered in time (scored or abstained).' }),
  exact: z.boolean().meta({ description: "The list is provably the exact top k, by the scorers' floors." }),
  items: z.array(answerItemSchema).meta({ description: 'Best first.' }),
  coverage: z
    .object({
      weight: z
        .number()
        .min(0)
        .max(1)
        .meta({ description: "Share of the plan's weight that was answered in time, 0 to 1." }),
      criteria: z.array(criterionCoverageSchema).meta({ description: 'What became of each criterion of the plan.' }),
    })
    .meta({ description: 'What was answered in time.' }),
  timings: z
    .object({
      totalMs: z.number().min(0).meta({ description: 'From arrival at the door to the answer leaving, ms.' }),
      deadlineMs: z.number().min(0).meta({ description: 'The deadline, counted from arrival, ms.' }),
      slowestMs: z
        .number()
        .min(0)
        .nullable()
        .meta({ description: 'The slowest criterion that answered, its elapsed ms; null where none did.' }),
      slowest: nameSchema.nullable().meta({ description: 'The slowest criterion that answered; null where none did.' }),
      sumMs: z
        .number()
        .min(0)
        .meta({ description: 'Sum of all elapsed ms: what asking one after the other would have cost.' }),
    })
    .meta({ description: 'Where the time went.' }),
  note: z.string().optional().meta({ description: 'Set on a fallback: why, in one sentence.' }),
});
export type Answer = z.infer<typeof answerSchema>;

export const answerBatchSchema = z.object({
  sender: entityIdSchema,
  sentAtMs: instantMsSchema,
  answers: z
    .array(answerSchema)
    .min(1)
    .max(limits.requestsPerBatch)
    .meta({ description: 'Answers to requests of one gateway.' }),
});
export type AnswerBatch = z.infer<typeof answerBatchSchema>;
