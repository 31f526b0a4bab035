import { z } from 'zod';
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
} from './primitives.ts';

/**
 * `medley.requests.v1`: requests that travel together, published once to every chosen scorer and to one aggregator.
 */

/** Which items may be recommended, by attribute; every given condition must hold. */
export const filtersSchema = z.strictObject({
  /** At least one of these genres. */
  genres: flatStrings(limits.filterValues, limits.idLength).optional(),
  /** None of these genres. */
  withoutGenres: flatStrings(limits.filterValues, limits.idLength).optional(),
  yearFrom: z.int().optional(),
  yearTo: z.int().optional(),
  /** Maturity ratings that may be shown; an item without one passes only when this is absent. */
  maturity: flatStrings(limits.filterValues, limits.idLength).optional(),
  /** Items licensed in this region; an item without regions is licensed everywhere. */
  region: z.string().min(1).max(limits.idLength).optional(),
  /** Unix ms at which the licence window must be open; absent: the moment of the request. */
  availableAtMs: instantMsSchema.optional(),
});
export type Filters = z.infer<typeof filtersSchema>;

/** A subject's recent history, newest first: three flat arrays of one length. */
export const profileSchema = z
  .strictObject({
    items: flatStrings(limits.profileItems, limits.idLength),
    /** How much each event says, 1 = an ordinary watch; negative = disliked. */
    weights: flatNumbers(limits.profileItems),
    /** When, Unix ms. */
    atMs: flatNumbers(limits.profileItems),
  })
  .refine((p) => p.items.length === p.weights.length && p.items.length === p.atMs.length, {
    error: 'items, weights and atMs must have one length',
  });
export type Profile = z.infer<typeof profileSchema>;

const json = z.record(z.string(), z.json());

/** One question, as the gateway resolved it: what both lanes carry. */
export const askFields = {
  id: requestIdSchema,
  recommender: nameSchema,
  subject: subjectSchema,
  k: z.int().min(1).max(limits.k),
  profile: profileSchema,
  /** Drop the profile's items from what is recommended ("exclude seen"). */
  dropProfile: z.boolean(),
  /** More ids to drop: seen before the profile begins, or excluded by the caller. */
  seen: flatStrings(limits.seenItems, limits.idLength),
  /** Ids that must be in the answer even if seen or filtered. */
  include: flatStrings(limits.includeItems, limits.idLength),
  filters: filtersSchema.optional(),
  /** When given, every scorer scores just these. */
  candidates: flatStrings(limits.candidates, limits.idLength).optional(),
  /** The caller's own weights by criterion, over the plan's. */
  weights: z.record(nameSchema, z.number().min(0).max(1_000)).optional(),
  /** The variant of the plan this subject is in; absent when the plan has none. */
  variant: z.string().max(63).optional(),
  explain: z.boolean(),
  /** Free fields of the caller, passed through to scorers. */
  context: json.optional(),
  /** The one deadline as an instant of the sender's clock. */
  deadlineAtMs: instantMsSchema,
  /** The same deadline as what remained when the message was sent. */
  remainingMs: z.number().min(0),
} as const;

export const askSchema = z.strictObject(askFields);
export type Ask = z.infer<typeof askSchema>;

export const scoringRequestSchema = z.strictObject({
  ...askFields,
  /** 0 = first round, 1 = the refine step. */
  round: z.int().min(0).max(1),
  /** Bit i set: `criteria[i]` of the batch is asked. */
  mask: z.int().min(0).max(0x3fffffff),
  /** How many items a scorer lists at most. */
  topN: z.int().min(1).max(limits.topN),
  planVersion: z.int().min(0),
  /** Criteria of the plan that were not asked, with the reason. */
  skipped: z.record(nameSchema, skipReasonSchema),
});
export type ScoringRequest = z.infer<typeof scoringRequestSchema>;

/** The batch without its requests, which are checked one by one so that a bad one does not take its neighbours along. */
export const requestEnvelopeSchema = z.strictObject({
  lane: laneSchema,
  /** The process that sent it; receivers keep the smallest clock offset seen per sender. */
  sender: entityIdSchema,
  sentAtMs: instantMsSchema,
  /** Routing key on the results exchange for the partials. */
  results: z.string().min(1).max(255),
  /** Routing key on the replies exchange for the answer; null on the durable lane, whose answer goes to the store. */
  replyTo: z.string().min(1).max(255).nullable(),
  /** What the bits of a mask mean. */
  criteria: z.array(nameSchema).min(1).max(limits.criteria),
  requests: z.array(z.unknown()).min(1).max(limits.requestsPerBatch),
});

export const requestBatchSchema = requestEnvelopeSchema.extend({
  requests: z.array(scoringRequestSchema).min(1).max(limits.requestsPerBatch),
});
export type RequestBatch = z.infer<typeof requestBatchSchema>;
