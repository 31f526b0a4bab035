import { z } from 'zod';
import { contextSchema } from './context.ts';
import { flatNumbers, flatStrings } from './flat.ts';
import { limits } from './limits.ts';
import {
  entityIdSchema,
  instantMsSchema,
  laneSchema,
  nameSchema,
  requestIdSchema,
  skipReasonSchema,
  subjectSchema,
  traceparentSchema,
} from './primitives.ts';

/**
 * `medley.requests.v1`: requests that travel together, published once to every chosen scorer and to one aggregator.
 */

const filterValues = (description: string) =>
  flatStrings(limits.filterValues, limits.idLength).optional().meta({ description });

/** Which items may be recommended, by attribute; every given condition must hold. */
export const filtersSchema = z.strictObject({
  genres: filterValues('At least one of these genres.'),
  withoutGenres: filterValues('None of these genres.'),
  yearFrom: z.int().optional().meta({ description: 'The first year that passes.' }),
  yearTo: z.int().optional().meta({ description: 'The last year that passes.' }),
  maturity: filterValues('Maturity ratings that may be shown; an item without one passes only when this is absent.'),
  region: z
    .string()
    .min(1)
    .max(limits.idLength)
    .optional()
    .meta({ description: 'Items licensed in this region; an item without regions is licensed everywhere.' }),
  availableAtMs: instantMsSchema.optional().meta({
    description: 'Unix ms at which the licence window must be open; absent: the moment of the request.',
  }),
});
export type Filters = z.infer<typeof filtersSchema>;

/** A subject's recent history, newest first: three flat arrays of one length. */
export const profileSchema = z
  .strictObject({
    items: flatStrings(limits.profileItems, limits.idLength).meta({ description: 'Item ids, newest first.' }),
    weights: flatNumbers(limits.profileItems).meta({
      description: 'How much each event says: 1 = an ordinary watch, negative = disliked. As long as `items`.',
    }),
    atMs: flatNumbers(limits.profileItems).meta({ description: 'When each was, Unix ms. As long as `items`.' }),
  })
  .refine((p) => p.items.length === p.weights.length && p.items.length === p.atMs.length, {
    error: 'items, weights and atMs must have one length',
  })
  .meta({ description: "The subject's recent history: three flat arrays of one length." });
export type Profile = z.infer<typeof profileSchema>;

/** One question, as the gateway resolved it: what both lanes carry. */
export const askFields = {
  id: requestIdSchema,
  recommender: nameSchema.meta({ description: 'The Recommender that was asked.' }),
  subject: subjectSchema,
  k: z.int().min(1).max(limits.k).meta({ description: 'How many items the answer holds.' }),
  profile: profileSchema,
  dropProfile: z.boolean().meta({ description: "Drop the profile's items before the top N is cut." }),
  seen: flatStrings(limits.seenItems, limits.idLength).meta({
    description: 'More ids to drop: seen before the profile begins, or excluded by the caller.',
  }),
  include: flatStrings(limits.includeItems, limits.idLength).meta({
    description: 'Ids that must be in the answer even if seen or filtered.',
  }),
  filters: filtersSchema.optional().meta({ description: 'Conditions on the items; every given one must hold.' }),
  candidates: flatStrings(limits.candidates, limits.idLength)
    .optional()
    .meta({ description: 'When given, score just these and list all of them that are known.' }),
  weights: z
    .record(nameSchema, z.number().min(0).max(1_000))
    .optional()
    .meta({ description: "The caller's own weights by criterion, over the plan's." }),
  variant: z
    .string()
    .max(63)
    .optional()
    .meta({ description: 'The variant of the plan this subject is in; absent when the plan has none.' }),
  explain: z.boolean().meta({ description: 'Whether reasons are wanted.' }),
  context: contextSchema.optional(),
  deadlineAtMs: instantMsSchema.meta({ description: "The one deadline as an instant of the sender's clock, Unix ms." }),
  remainingMs: z
    .number()
    .min(0)
    .meta({ description: 'The same deadline as what remained of it when the message was sent, ms.' }),
  traceparent: traceparentSchema.optional(),
} as const;

export const askSchema = z.object(askFields);
export type Ask = z.infer<typeof askSchema>;

export const scoringRequestSchema = z.object({
  ...askFields,
  round: z.int().min(0).max(1).meta({ description: '0 = first round, 1 = the refine step.' }),
  mask: z.int().min(0).max(0x3fffffff).meta({ description: 'Bit i set: `criteria[i]` of the batch is asked.' }),
  topN: z.int().min(1).max(limits.topN).meta({ description: 'How many items a scorer lists at most.' }),
  planVersion: z.int().min(0).meta({ description: 'Version of the plan the request was made by.' }),
  skipped: z
    .record(nameSchema, skipReasonSchema)
    .meta({ description: 'Criteria of the plan that were not asked, with the reason.' }),
});
export type ScoringRequest = z.infer<typeof scoringRequestSchema>;

/** The batch without its requests, which are checked one by one so that a bad one does not take its neighbours along. */
export const requestEnvelopeSchema = z.object({
  lane: laneSchema,
  sender: entityIdSchema.meta({
    description: 'The process that sent it; receivers keep the smallest clock offset seen per sender.',
  }),
  sentAtMs: instantMsSchema.meta({ description: "When it was sent, by the sender's clock, Unix ms." }),
  results: z.string().min(1).max(255).meta({ description: 'Routing key on the results exchange for the partials.' }),
  replyTo: z.string().min(1).max(255).nullable().meta({
    description: 'Routing key on the replies exchange; null on the durable lane, whose answer goes to the store.',
  }),
  criteria: z
    .array(nameSchema)
    .min(1)
    .max(limits.criteria)
    .meta({ description: 'What the bits of a mask mean: bit i is `criteria[i]`.' }),
  requests: z.array(z.unknown()).min(1).max(limits.requestsPerBatch),
});

export const requestBatchSchema = requestEnvelopeSchema.extend({
  requests: z
    .array(scoringRequestSchema)
    .min(1)
    .max(limits.requestsPerBatch)
    .meta({ description: 'Those that travel together; each asks the criteria in its mask.' }),
});
export type RequestBatch = z.infer<typeof requestBatchSchema>;
