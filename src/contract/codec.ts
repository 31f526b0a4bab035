import { z } from 'zod';
import { type AnswerBatch, answerBatchSchema } from './answer.ts';
import {
  aggregatorAnnouncementSchema,
  fleetSchema,
  forgottenSchema,
  intakeSchema,
  type MessageType,
  maximumMessageBytes,
  messageTypes,
  plansMessageSchema,
  plansWantedSchema,
} from './control.ts';
import { demandSchema } from './demand.ts';
import { type Partial, partialEnvelopeSchema, partialSchema } from './partial-batch.ts';
import { isOrdinaryPartial, isOrdinaryRequest } from './quick-check.ts';
import { requestEnvelopeSchema, type ScoringRequest, scoringRequestSchema } from './request-batch.ts';

/**
 * Bytes ↔ messages. Decoding never throws: the outcome says what was good, and what was bad with its reason.
 *
 * Batches are decoded part by part, so that a bad part does not take its neighbours along.
 */
export interface BadPart {
  part: unknown;
  reason: string;
}

export type Decoded<T> = { ok: true; value: T; bad: readonly BadPart[] } | { ok: false; reason: string };

const maximumFaults = 8;
const maximumFaultLength = 200;

/** One sentence per fault: `requests.0.k: expected number`. Bounded, since it travels on in a header. */
export const faultsOf = (error: z.ZodError): string => {
  const said = error.issues
    .slice(0, maximumFaults)
    .map((issue) => `${issue.path.length === 0 ? 'message' : issue.path.join('.')}: ${issue.message}`)
    .map((fault) => (fault.length > maximumFaultLength ? `${fault.slice(0, maximumFaultLength)}…` : fault));
  const more = error.issues.length - said.length;
  return [...said, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
};

export const encode = (message: object): Buffer => Buffer.from(JSON.stringify(message));

const parseJson = (type: MessageType, received: { type: string; body: Buffer }): Decoded<unknown> => {
  if (received.type !== type) {
    return { ok: false, reason: `type is ${JSON.stringify(received.type)}, expected ${JSON.stringify(type)}` };
  }
  if (received.body.length > maximumMessageBytes) {
    return { ok: false, reason: `${received.body.length} bytes, at most ${maximumMessageBytes} are taken` };
  }
  try {
    return { ok: true, value: JSON.parse(received.body.toString('utf8')), bad: [] };
  } catch (cause) {
    return { ok: false, reason: `not JSON: ${cause instanceof Error ? cause.message : String(cause)}` };
  }
};

const decodeWhole =
  <T>(type: MessageType, schema: z.ZodType<T>) =>
  (received: { type: string; body: Buffer }): Decoded<T> => {
    const parsed = parseJson(type, received);
    if (!parsed.ok) return parsed;
    const result = schema.safeParse(parsed.value);
    if (result.success) return { ok: true, value: result.data, bad: [] };
    return { ok: false, reason: faultsOf(result.error) };
  };

/** What is nested deeper than can be written again is told of, not handed on: whoever sets it aside would fail over it. */
const tellable = (part: unknown): unknown => {
  try {
    JSON.stringify(part);
    return part;
  } catch {
    return 'nested too deep to be written again';
  }
};

const sortParts = <T>(
  parts: readonly unknown[],
  schema: z.ZodType<T>,
  isOrdinary: (part: unknown) => part is T,
): { good: T[]; bad: BadPart[] } => {
  const good: T[] = [];
  const bad: BadPart[] = [];
  for (const part of parts) {
    if (isOrdinary(part)) {
      good.push(part);
      continue;
    }
    const result = schema.safeParse(part);
    if (result.success) good.push(result.data);
    else bad.push({ part: tellable(part), reason: faultsOf(result.error) });
  }
  return { good, bad };
};

const requestEnvelope = decodeWhole(messageTypes.requests, requestEnvelopeSchema);

export type ReceivedRequests = Omit<z.infer<typeof requestEnvelopeSchema>, 'requests'> & { requests: ScoringRequest[] };
export const decodeRequests = (received: { type: string; body: Buffer }): Decoded<ReceivedRequests> => {
  const envelope = requestEnvelope(received);
  if (!envelope.ok) return envelope;
  const { good, bad } = sortParts(envelope.value.requests, scoringRequestSchema, isOrdinaryRequest);
  return { ok: true, value: { ...envelope.value, requests: good }, bad };
};

const partialEnvelope = decodeWhole(messageTypes.partials, partialEnvelopeSchema);

export type ReceivedPartials = Omit<z.infer<typeof partialEnvelopeSchema>, 'partials'> & { partials: Partial[] };
export const decodePartials = (received: { type: string; body: Buffer }): Decoded<ReceivedPartials> => {
  const envelope = partialEnvelope(received);
  if (!envelope.ok) return envelope;
  const { good, bad } = sortParts(envelope.value.partials, partialSchema, isOrdinaryPartial);
  return { ok: true, value: { ...envelope.value, partials: good }, bad };
};

/** Answers come from Medley's own aggregator: the envelope is checked, the answers are trusted. */
const answerEnvelopeSchema = answerBatchSchema.extend({
  answers: z.custom<AnswerBatch['answers']>(
    (value) =>
      Array.isArray(value) &&
      value.every(
        (one) =>
          typeof one === 'object' && one !== null && typeof (one as { requestId?: unknown }).requestId === 'string',
      ),
    { error: 'must be a list of answers' },
  ),
});
export const decodeAnswers = decodeWhole<AnswerBatch>(messageTypes.answers, answerEnvelopeSchema);
export const decodeIntake = decodeWhole(messageTypes.intake, intakeSchema);
export const decodeAnnouncement = decodeWhole(messageTypes.aggregator, aggregatorAnnouncementSchema);
export const decodePlans = decodeWhole(messageTypes.plans, plansMessageSchema);
export const decodePlansWanted = decodeWhole(messageTypes.plansWanted, plansWantedSchema);
export const decodeForgotten = decodeWhole(messageTypes.forgotten, forgottenSchema);
export const decodeFleet = decodeWhole(messageTypes.fleet, fleetSchema);
export const decodeDemand = decodeWhole(messageTypes.demand, demandSchema);
