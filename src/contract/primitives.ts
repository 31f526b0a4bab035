import { z } from 'zod';
import { limits } from './limits.ts';

/** The small types every message is made of. */

/** 128 random bits as 32 lower-case hexadecimal digits. */
export const requestIdSchema = z.string().regex(/^[0-9a-f]{32}$/, 'must be 32 lower-case hexadecimal digits');

/** An id that its owner chose (user, item): any printable text without control characters. */
export const entityIdSchema = z
  .string()
  .min(1)
  .max(limits.idLength)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is refused
  .regex(/^[^\u0000-\u001f\u007f]+$/, 'must not contain control characters');

/** A name that ends up in queue names, labels and URLs: a DNS label, so it is a Kubernetes name as well. */
export const nameSchema = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'must be lower-case letters, digits and dashes, as a DNS label');

/** Unix milliseconds. */
export const instantMsSchema = z.number().nonnegative().max(8.64e15);

export const laneSchema = z.enum(['interactive', 'durable']);
export type Lane = z.infer<typeof laneSchema>;
export const lanes = laneSchema.options;

export const subjectSchema = z.strictObject({ kind: z.enum(['user', 'session', 'item']), id: entityIdSchema });
export type Subject = z.infer<typeof subjectSchema>;

/** `user:17`: how a partial names whom it is about. */
export const subjectKey = (subject: Subject): string => `${subject.kind}:${subject.id}`;

/**
 * What became of one criterion for one request.
 *
 * `scored` and `abstained` are answers (abstained: knows nothing of this subject); `expired` (the scorer never began),
 * `failed` (it threw), `late` (it missed the deadline), `full` and `asleep` (it was never asked) are truthful reasons
 * for a missing one. None counts as a score of zero.
 */
export const outcomeSchema = z.enum(['scored', 'abstained', 'expired', 'failed', 'late', 'full', 'asleep']);
export type Outcome = z.infer<typeof outcomeSchema>;

/** What a scorer may say of itself; the other outcomes are the gateway's and the aggregator's to say. */
export const partialOutcomeSchema = z.enum(['scored', 'abstained', 'expired', 'failed']);

/** Why a criterion was not asked. */
export const skipReasonSchema = z.enum(['full', 'asleep']);
export type SkipReason = z.infer<typeof skipReasonSchema>;
