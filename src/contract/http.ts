import { z } from 'zod';
import { answerSchema } from './answer.ts';
import { contextSchema } from './context.ts';

import { feedbackEventSchema, itemSchema, userSchema } from './item.ts';
import { limits } from './limits.ts';
import { entityIdSchema, instantMsSchema, nameSchema, requestIdSchema } from './primitives.ts';
import { filtersSchema } from './request-batch.ts';

/** HTTP bodies. The OpenAPI document is made from these. */

/** An id as callers send it: numbers are taken too, since catalogues often have such. Checked, it is text. */
export const idSchema = z
  .union([entityIdSchema, z.int().nonnegative().transform(String)], { error: 'must be text or a whole number' })
  .meta({ description: 'Text or whole number' });
const idList = (max: number) => z.array(idSchema).max(max);

export const recommendationRequestSchema = z
  .strictObject({
    recommender: nameSchema.default('home'),
    user: idSchema.optional().meta({
      description: 'Whom to recommend to. Exactly one of `user`, `session` and `item`; `item` may come with `user`.',
    }),
    session: z
      .strictObject({
        id: entityIdSchema.optional(),
        history: z
          .array(
            z.strictObject({
              item: idSchema,
              weight: z.number().min(-10).max(10).default(1),
              atMs: instantMsSchema.optional(),
            }),
          )
          .max(limits.profileItems),
      })
      .optional(),
    item: idSchema.optional(),
    k: z.int().min(1).max(limits.k).optional(),
    filters: filtersSchema.optional(),
    include: idList(limits.includeItems).default([]),
    exclude: idList(limits.candidates).default([]),
    candidates: idList(limits.candidates).min(1).optional(),
    deadlineMs: z
      .number()
      .min(limits.minDeadlineMs)
      .max(limits.durableDeadlineMs)
      .optional()
      .meta({ description: "May lower the recommender's deadline, never raise it (durable: up to 10 minutes)." }),
    weights: z.record(nameSchema, z.number().min(0).max(1_000)).optional(),
    explain: z.boolean().default(true),
    context: contextSchema.optional(),
  })
  .superRefine((body, context) => {
    const given = [body.user, body.session, body.item].filter((one) => one !== undefined).length;
    const itemForUser = body.item !== undefined && body.user !== undefined && body.session === undefined;
    if (given === 1 || itemForUser) return;
    context.addIssue({
      code: 'custom',
      path: [],
      message: 'give exactly one of user, session and item (item may come with user)',
    });
  });
export type RecommendationRequest = z.infer<typeof recommendationRequestSchema>;

/** One event of `feedbackRequestSchema`, checked by itself so that every bad one is named. */
export const feedbackEntrySchema = feedbackEventSchema.extend({ user: idSchema, item: idSchema });
export const feedbackRequestSchema = z.strictObject({
  events: z.array(z.unknown()).min(1).max(limits.feedbackEvents),
});
export const feedbackResponseSchema = z.object({ added: z.int(), duplicates: z.int() });

/** Entries of a bulk, checked one by one as well. */
export const itemEntrySchema = itemSchema.extend({ id: idSchema });
export const userEntrySchema = userSchema.extend({ id: idSchema });
export const itemBodySchema = itemSchema.omit({ id: true });
export const itemsBulkSchema = z.strictObject({ items: z.array(z.unknown()).min(1).max(limits.bulkItems) });
export const userBodySchema = userSchema.omit({ id: true });
export const usersBulkSchema = z.strictObject({ users: z.array(z.unknown()).min(1).max(limits.bulkItems) });

export const bulkResponseSchema = z.object({ stored: z.int() });

export const pageSchema = z.object({ next: entityIdSchema.nullable() });
export const itemsPageSchema = pageSchema.extend({ items: z.array(itemSchema) });
export const usersPageSchema = pageSchema.extend({ users: z.array(userSchema) });

/** What became of a durable request: `GET /v1/answers/{id}`. */
export const answerStatusSchema = z.object({
  id: requestIdSchema,
  state: z.enum(['pending', 'answered', 'failed']),
  acceptedAtMs: instantMsSchema,
  deadlineAtMs: instantMsSchema,
  answer: answerSchema.optional(),
  failure: z.string().optional().meta({ description: 'Why there is no answer, when `failed`.' }),
});
export type AnswerStatus = z.infer<typeof answerStatusSchema>;

/** RFC 9457 problem details. */
export const problemSchema = z.object({
  type: z.string(),
  code: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  errors: z
    .array(z.object({ pointer: z.string(), detail: z.string() }))
    .optional()
    .meta({ description: 'Where in the request, as JSON pointers with a sentence each.' }),
  requestId: z.string().optional(),
});
export type Problem = z.infer<typeof problemSchema>;
