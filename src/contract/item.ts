import { z } from 'zod';
import { flatStrings } from './flat.ts';
import { limits } from './limits.ts';
import { entityIdSchema, instantMsSchema } from './primitives.ts';

/** What can be recommended, who it is recommended to, and what they did with it. */

export const itemSchema = z.strictObject({
  id: entityIdSchema,
  title: z.string().min(1).max(limits.titleLength),
  genres: flatStrings(limits.genresPerItem, limits.idLength).default([]),
  year: z.int().min(1000).max(9999).optional(),
  maturity: z.string().min(1).max(limits.idLength).optional(),
  regions: flatStrings(limits.filterValues, limits.idLength)
    .default([])
    .meta({ description: 'Regions of the licence; empty: everywhere.' }),
  availableFromMs: instantMsSchema
    .optional()
    .meta({ description: 'When the licence window opens, Unix ms; absent: it is open.' }),
  availableUntilMs: instantMsSchema
    .optional()
    .meta({ description: 'When the licence window closes, Unix ms; absent: never.' }),
  addedAtMs: instantMsSchema
    .optional()
    .meta({ description: 'When it entered the catalogue, Unix ms; absent: its year says how new it is.' }),
});
export type Item = z.infer<typeof itemSchema>;

export const userSchema = z.strictObject({
  id: entityIdSchema,
  attributes: z
    .record(z.string().min(1).max(limits.idLength), z.string().max(limits.titleLength))
    .default({})
    .meta({ description: "Fields of the owner's choosing; never logged." }),
});
export type User = z.infer<typeof userSchema>;

/**
 * What a user may do with an item, and how much each says of his taste when the event carries no value of its own.
 *
 * `impression` is kept and says nothing of taste; `dislike` counts against.
 */
export const feedbackWeights = {
  watch: 1,
  like: 1.5,
  dislike: -1,
  rate: 1,
  save: 0.7,
  click: 0.2,
  impression: 0,
} as const;
export const feedbackTypeSchema = z.enum(['watch', 'like', 'dislike', 'rate', 'save', 'click', 'impression']);
export type FeedbackType = z.infer<typeof feedbackTypeSchema>;

export const feedbackEventSchema = z.strictObject({
  id: entityIdSchema
    .optional()
    .meta({ description: 'Makes the event idempotent; absent: user, item, type and moment do.' }),
  user: entityIdSchema,
  item: entityIdSchema,
  type: feedbackTypeSchema,
  value: z
    .number()
    .min(0)
    .max(100)
    .optional()
    .meta({ description: '`rate`: stars from 0.5 to 5. Others: how strong, 1 = ordinary.' }),
  atMs: instantMsSchema
    .optional()
    .meta({ description: 'When it happened, Unix ms; absent: now. May lie in the past.' }),
});
export type FeedbackEvent = z.infer<typeof feedbackEventSchema>;

/** How much one event says of the user's taste: 1 = an ordinary watch. Stars count 3 as neutral-positive (0.5 → 0.17, 5 → 1.67). */
export const eventWeight = (event: { type: FeedbackType; value?: number | undefined }): number => {
  if (event.value === undefined) return feedbackWeights[event.type];
  if (event.type === 'rate') return event.value / 3;
  return feedbackWeights[event.type] * event.value;
};
