import { limits } from './limits.ts';
import type { Partial } from './partial-batch.ts';
import type { Subject } from './primitives.ts';
import type { Profile, ScoringRequest } from './request-batch.ts';

/**
 * Says of the ordinary part of a batch, without asking its schema, that the schema would take it just as it is.
 *
 * Parts are most of what a busy process decodes, and the schemas cost more time and garbage than the JSON itself. Only a
 * yes counts: what is not recognised here, bad or merely unusual, goes to the schema, which alone refuses and explains.
 */
type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const hasOnly = (value: Fields, known: ReadonlySet<string>): boolean => {
  for (const key in value) if (!known.has(key)) return false;
  return true;
};

const isWithin = (value: unknown, least: number, most: number): boolean =>
  typeof value === 'number' && value >= least && value <= most;

const isWhole = (value: unknown, least: number, most: number): boolean =>
  Number.isSafeInteger(value) && isWithin(value, least, most);

/** By UTF-16 length, which is never less than the count of code points that the schemas go by. */
const isText = (value: unknown, least: number, most: number): value is string =>
  typeof value === 'string' && value.length >= least && value.length <= most;

const isTexts = (value: unknown, max: number, length: number): value is readonly string[] => {
  if (!Array.isArray(value) || value.length > max) return false;
  for (const one of value) if (!isText(one, 1, length)) return false;
  return true;
};

const isTraceparent = (value: unknown): boolean => value === undefined || isText(value, 0, 128);

const isNumbers = (value: unknown, max: number): value is readonly number[] => {
  if (!Array.isArray(value) || value.length > max) return false;
  for (const one of value) if (!Number.isFinite(one)) return false;
  return true;
};

const hexadecimal = /^[0-9a-f]{32}$/;
const dnsLabel = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const latestMs = 8.64e15;
const mostMs = Number.MAX_VALUE;

const isRequestId = (value: unknown): boolean => isText(value, 32, 32) && hexadecimal.test(value);
const isName = (value: unknown): boolean => isText(value, 1, 63) && dnsLabel.test(value);

const hasControlCharacter = (text: string): boolean => {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
};

const subjectFields: ReadonlySet<string> = new Set<keyof Subject>(['kind', 'id']);
const isSubject = (value: unknown): boolean => {
  if (!isObject(value) || !hasOnly(value, subjectFields)) return false;
  const { kind, id } = value;
  const known = kind === 'user' || kind === 'session' || kind === 'item';
  return known && isText(id, 1, limits.idLength) && !hasControlCharacter(id);
};

const profileFields: ReadonlySet<string> = new Set<keyof Profile>(['items', 'weights', 'atMs']);
const isProfile = (value: unknown): boolean => {
  if (!isObject(value) || !hasOnly(value, profileFields)) return false;
  const { items, weights, atMs } = value;
  const max = limits.profileItems;
  if (!isTexts(items, max, limits.idLength) || !isNumbers(weights, max) || !isNumbers(atMs, max)) return false;
  return items.length === weights.length && items.length === atMs.length;
};

const isEmptyRecord = (value: unknown): boolean => {
  if (!isObject(value)) return false;
  for (const _ in value) return false;
  return true;
};

const requestFields: ReadonlySet<string> = new Set<keyof ScoringRequest>([
  ...(['id', 'recommender', 'subject', 'k', 'profile', 'dropProfile', 'seen', 'include', 'candidates'] as const),
  ...([
    'explain',
    'deadlineAtMs',
    'remainingMs',
    'round',
    'mask',
    'topN',
    'planVersion',
    'skipped',
    'traceparent',
  ] as const),
]);

const isAsk = (value: Fields): boolean =>
  isRequestId(value.id) &&
  isName(value.recommender) &&
  isSubject(value.subject) &&
  isWhole(value.k, 1, limits.k) &&
  isProfile(value.profile) &&
  typeof value.dropProfile === 'boolean' &&
  isTexts(value.seen, limits.seenItems, limits.idLength) &&
  isTexts(value.include, limits.includeItems, limits.idLength) &&
  (value.candidates === undefined || isTexts(value.candidates, limits.candidates, limits.idLength)) &&
  typeof value.explain === 'boolean' &&
  isWithin(value.deadlineAtMs, 0, latestMs) &&
  isWithin(value.remainingMs, 0, mostMs) &&
  isTraceparent(value.traceparent);

/** A request without filters, weights, variant, context, skipped criteria, or fields of a later release. */
export const isOrdinaryRequest = (value: unknown): value is ScoringRequest =>
  isObject(value) &&
  hasOnly(value, requestFields) &&
  isAsk(value) &&
  isWhole(value.round, 0, 1) &&
  isWhole(value.mask, 0, 0x3fffffff) &&
  isWhole(value.topN, 1, limits.topN) &&
  isWhole(value.planVersion, 0, Number.MAX_SAFE_INTEGER) &&
  isEmptyRecord(value.skipped);

const partialFields: ReadonlySet<string> = new Set<keyof Partial>([
  ...(['id', 'round', 'subject', 'deadlineAtMs', 'outcome', 'items', 'scores', 'floor'] as const),
  ...(['because', 'labels', 'reason', 'waitMs', 'serviceMs', 'traceparent'] as const),
]);

const areReasons = ({ because, labels, reason }: Fields, items: number): boolean => {
  if (labels !== undefined && !isTexts(labels, limits.topN, limits.titleLength)) return false;
  if (reason !== undefined && !isText(reason, 0, 200)) return false;
  if (because === undefined) return true;
  if (!Array.isArray(because) || because.length !== items) return false;
  const last = labels === undefined ? -1 : labels.length - 1;
  for (const one of because) if (!isWhole(one, -1, last)) return false;
  return true;
};

/** A partial that scored or abstained, without fields of a later release. */
export const isOrdinaryPartial = (value: unknown): value is Partial => {
  if (!isObject(value) || !hasOnly(value, partialFields)) return false;
  const { items, scores, outcome, floor } = value;
  if (!isTexts(items, limits.topN, limits.idLength) || !isNumbers(scores, limits.topN)) return false;
  return (
    items.length === scores.length &&
    isRequestId(value.id) &&
    isWhole(value.round, 0, 1) &&
    isText(value.subject, 1, limits.idLength) &&
    isWithin(value.deadlineAtMs, 0, latestMs) &&
    (outcome === 'scored' || outcome === 'abstained') &&
    (floor === null || Number.isFinite(floor)) &&
    areReasons(value, items.length) &&
    isWithin(value.waitMs, 0, mostMs) &&
    isWithin(value.serviceMs, 0, mostMs) &&
    isTraceparent(value.traceparent)
  );
};
