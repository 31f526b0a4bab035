import { z } from 'zod';
import { limits } from './limits.ts';

/**
 * The small types every message is made of.
 *
 * What `.meta` says of a field, here and in the messages, is what the published JSON Schemas tell foreign implementers.
 */

export const requestIdSchema = z
  .string()
  .regex(/^[0-9a-f]{32}$/, 'must be 32 lower-case hexadecimal digits')
  .meta({ description: '128 random bits as 32 lower-case hexadecimal digits.' });

export const entityIdSchema = z
  .string()
  .min(1)
  .max(limits.idLength)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is refused
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'must not contain control characters')
  .meta({ description: 'An id that its owner chose: any text without control characters.' });

export const nameSchema = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'must be lower-case letters, digits and dashes, as a DNS label')
  .meta({ description: 'A name that ends up in queue names, labels and URLs: a DNS label.' });

export const instantMsSchema = z.number().nonnegative().max(8.64e15).meta({ description: 'Unix milliseconds.' });

export const laneSchema = z
  .enum(['interactive', 'durable'])
  .meta({ description: '`interactive`: a caller waits. `durable`: accepted work that must not be lost.' });
export type Lane = z.infer<typeof laneSchema>;
export const lanes = laneSchema.options;

export const subjectSchema = z
  .strictObject({
    kind: z
      .enum(['user', 'session', 'item'])
      .meta({ description: '`session`: somebody without a user id; `item`: what is like this item.' }),
    id: entityIdSchema,
  })
  .meta({ description: 'Whom or what is recommended to.' });
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
export const outcomeSchema = z.enum(['scored', 'abstained', 'expired', 'failed', 'late', 'full', 'asleep']).meta({
  description:
    '`scored`, `abstained`: it answered. `expired`: never begun. `failed`: it threw. `late`: it missed the deadline. `full`, `asleep`: it was never asked.',
});
export type Outcome = z.infer<typeof outcomeSchema>;

/** What a scorer may say of itself; the other outcomes are the gateway's and the aggregator's to say. */
export const partialOutcomeSchema = z.enum(['scored', 'abstained', 'expired', 'failed']).meta({
  description:
    '`scored`: a list. `abstained`: knows nothing of this subject. `expired`: the deadline had passed before it began. `failed`: scoring threw; `detail` says how.',
});

export const skipReasonSchema = z
  .enum(['full', 'asleep'])
  .meta({ description: 'Why a criterion was not asked: it could not meet the deadline, or has no replica.' });
export type SkipReason = z.infer<typeof skipReasonSchema>;

/**
 * The span a message part belongs to, as W3C Trace Context writes it. Optional everywhere, and never a reason to refuse: what
 * can't be read is no trace.
 */
export const traceparentSchema = z
  .string()
  .max(128)
  .meta({ description: 'W3C traceparent of the span above; absent where the request is not traced.' });
