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

/** A human reason by one criterion; `lateByMs` marks one that came from a late partial of an earlier request, and its age. */
export const reasonSchema = z.object({
  criterion: nameSchema,
  text: z.string(),
  lateAgeMs: z.number().min(0).optional(),
});
export type Reason = z.infer<typeof reasonSchema>;

export const answerItemSchema = z.object({
  id: entityIdSchema,
  title: z.string().optional(),
  /** The fused score; null where a part of an absolute sum is missing (a total is never invented). */
  score: z.number().nullable(),
  /**
   * Each criterion's part of the score. Relative fusions: fractions that add up to 1. `sum`: the parts themselves, in
   * the unit of the scores. Only where explained.
   */
  shares: z.record(nameSchema, z.number()).optional(),
  reasons: z.array(reasonSchema).optional(),
});
export type AnswerItem = z.infer<typeof answerItemSchema>;

export const criterionCoverageSchema = z.object({
  criterion: nameSchema,
  outcome: outcomeSchema,
  /** Share of the plan's weight, 0 to 1. */
  weight: z.number().min(0).max(1),
  required: z.boolean(),
  /** From the request's arrival at the aggregator to the partial's, ms; null where none came. */
  elapsedMs: z.number().min(0).nullable(),
  waitMs: z.number().min(0).nullable(),
  serviceMs: z.number().min(0).nullable(),
  /** One sentence, such as `did not answer within 300 ms`. */
  detail: z.string().optional(),
  /** Set where a late partial of an earlier request stands in: its age, ms. */
  lateAgeMs: z.number().min(0).optional(),
});
export type CriterionCoverage = z.infer<typeof criterionCoverageSchema>;

export const answerSourceSchema = z.enum(['fresh', 'last-good', 'popular', 'none']);
export type AnswerSource = z.infer<typeof answerSourceSchema>;

export const answerSchema = z.object({
  requestId: requestIdSchema,
  recommender: nameSchema,
  plan: z.object({ version: z.int().min(0), variant: z.string().optional() }),
  subject: subjectSchema,
  /** `fresh`: computed for this request. `last-good`, `popular`: fallbacks, said so. `none`: nothing could be said. */
  source: answerSourceSchema,
  /** Every criterion of the plan with weight answered in time (scored or abstained). */
  complete: z.boolean(),
  /** The list is provably the exact top k, by the scorers' floors. */
  exact: z.boolean(),
  items: z.array(answerItemSchema),
  coverage: z.object({
    /** Share of the plan's weight that was answered in time, 0 to 1. */
    weight: z.number().min(0).max(1),
    criteria: z.array(criterionCoverageSchema),
  }),
  timings: z.object({
    /** From arrival at the door to the answer leaving, ms. */
    totalMs: z.number().min(0),
    deadlineMs: z.number().min(0),
    /** The slowest criterion that answered, its elapsed ms; null where none did. */
    slowestMs: z.number().min(0).nullable(),
    slowest: nameSchema.nullable(),
    /** Sum of all elapsed ms: what asking one after the other would have cost. */
    sumMs: z.number().min(0),
  }),
  /** Set on a fallback: why, in one sentence. */
  note: z.string().optional(),
});
export type Answer = z.infer<typeof answerSchema>;

export const answerBatchSchema = z.strictObject({
  sender: entityIdSchema,
  sentAtMs: instantMsSchema,
  answers: z.array(answerSchema).min(1).max(limits.requestsPerBatch),
});
export type AnswerBatch = z.infer<typeof answerBatchSchema>;
