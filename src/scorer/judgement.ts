import { limits } from '../contract/limits.ts';
import type { Partial } from '../contract/partial-batch.ts';
import type { Question } from '../contract/scoring.ts';

/** What is said of one request: the fields of a partial that do not depend on when and by whom it was scored. */
export type Judgement = Pick<Partial, 'outcome' | 'items' | 'scores' | 'floor'> & {
  because?: readonly number[];
  labels?: readonly string[];
  reason?: string;
  detail?: string;
};

/** A judgement as the JSON it will be on the wire: made where it was scored, so that the host only joins texts. */
export interface Rendered {
  outcome: Judgement['outcome'];
  /** The text of a JSON object. */
  json: string;
}

export const render = (judgement: Judgement): Rendered => ({
  outcome: judgement.outcome,
  json: JSON.stringify(judgement),
});

const nothing = { items: [], scores: [], floor: null } as const;
const maximumDetail = 500;
const maximumReason = 200;

export const expired: Judgement = { outcome: 'expired', ...nothing };

/** A scorer that threw, answered nonsense, or did not answer; the detail is cut to what a partial may carry. */
export const failed = (cause: unknown): Judgement => {
  const message = cause instanceof Error ? cause.message : String(cause);
  const detail = message === '' ? 'failed without a message' : message.slice(0, maximumDetail);
  return { outcome: 'failed', ...nothing, detail };
};

interface Listing {
  items: readonly unknown[];
  scores: ArrayLike<unknown>;
  floor: number | null;
  because: readonly unknown[] | undefined;
  labels: readonly unknown[] | undefined;
  reason: string | undefined;
}

const isNumbers = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || value instanceof Float64Array || value instanceof Float32Array;

const isText = (value: unknown, length: number): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= length;

/** The fault of the lists, as a sentence; null when there is none. */
const listFault = ({ items, scores, because }: Record<string, unknown>): string | null => {
  if (!Array.isArray(items)) return 'items is not a list';
  if (!isNumbers(scores)) return 'scores is not a list of numbers';
  if (items.length !== scores.length) return `${items.length} items came with ${scores.length} scores`;
  if (because === undefined) return null;
  if (!Array.isArray(because)) return 'because is not a list';
  return because.length === items.length ? null : 'because is not as long as items';
};

/** The fault of what is said about the list, as a sentence; null when there is none. */
const remarkFault = ({ floor, labels, reason }: Record<string, unknown>): string | null => {
  if (floor !== null && floor !== undefined && !Number.isFinite(floor)) return 'floor is not a finite number';
  if (labels !== undefined && !Array.isArray(labels)) return 'labels is not a list';
  if (labels !== undefined && labels.length > limits.topN) return `more than ${limits.topN} labels`;
  if (reason !== undefined && !isText(reason, maximumReason)) return `reason is not 1 to ${maximumReason} characters`;
  return null;
};

/** The fault of one place of the list, as a sentence; null when there is none. */
const elementFault = (listing: Listing, at: number): string | null => {
  if (!isText(listing.items[at], limits.idLength))
    return `item ${at} is not an id of 1 to ${limits.idLength} characters`;
  if (!Number.isFinite(listing.scores[at])) return `the score of item ${at} is not a finite number`;
  const because = listing.because?.[at];
  if (because === undefined) return null;
  if (Number.isInteger(because) && (because as number) >= -1 && (because as number) < (listing.labels?.length ?? 0)) {
    return null;
  }
  return `because of item ${at} names no label`;
};

const firstFault = (listing: Listing): string | null => {
  for (let at = 0; at < listing.items.length; at += 1) {
    const fault = elementFault(listing, at);
    if (fault !== null) return fault;
  }
  const label = listing.labels?.findIndex((one) => !isText(one, limits.titleLength)) ?? -1;
  return label === -1 ? null : `label ${label} is not 1 to ${limits.titleLength} characters`;
};

/** Places in order of score, best first; ties keep the scorer's order. */
const ranking = (scores: readonly number[]): readonly number[] => {
  const order = scores.map((_, at) => at);
  const sorted = scores.every((score, at) => at === 0 || score <= (scores[at - 1] as number));
  return sorted ? order : order.sort((a, b) => (scores[b] as number) - (scores[a] as number));
};

/** Places that may be listed: not dropped, not twice, and among the candidates where there are any. */
const listable = (items: readonly string[], order: readonly number[], question: Question): readonly number[] => {
  const candidates = question.candidates === undefined ? undefined : new Set(question.candidates);
  const taken = new Set<string>();
  return order.filter((at) => {
    const id = items[at] as string;
    if (taken.has(id) || question.drop.has(id)) return false;
    if (candidates !== undefined && !candidates.has(id)) return false;
    taken.add(id);
    return true;
  });
};

const list = (listing: Listing, question: Question): Judgement => {
  const items = listing.items as readonly string[];
  const scores = Array.from(listing.scores as ArrayLike<number>);
  const places = listable(items, ranking(scores), question);
  const most = question.candidates === undefined ? question.topN : limits.topN;
  const kept = places.length > most ? places.slice(0, most) : places;
  const cut = places[most];
  const bound = cut === undefined ? null : (scores[cut] as number);
  const floor = bound === null ? listing.floor : Math.max(bound, listing.floor ?? bound);
  const judgement: Judgement = {
    outcome: 'scored',
    items: kept.map((at) => items[at] as string),
    scores: kept.map((at) => scores[at] as number),
    floor,
  };
  if (!question.explain) return judgement;
  const { because, labels, reason } = listing;
  if (because !== undefined) judgement.because = kept.map((at) => because[at] as number);
  if (labels !== undefined) judgement.labels = labels as readonly string[];
  if (reason !== undefined) judgement.reason = reason;
  return judgement;
};

/**
 * Turns what a scorer returned into what a partial may say.
 *
 * Forgiving where the meaning is plain (unsorted, a dropped id that slipped in, one id twice, more than N), strict where
 * it is not (lengths that differ, scores that are no numbers): that is `failed`, with the fault as a sentence.
 * Where it cuts, the floor becomes the best score it cut off: no unlisted item scores more than that.
 */
export const judge = (result: unknown, question: Question): Judgement => {
  if (result === null) return { outcome: 'abstained', ...nothing };
  if (typeof result !== 'object') return failed(`the scorer returned ${typeof result}, not a list or null`);
  const raw = result as Listing & Record<string, unknown>;
  const fault = listFault(raw) ?? remarkFault(raw);
  if (fault !== null) return failed(fault);
  const listing: Listing = { ...raw, floor: raw.floor ?? null };
  const elements = firstFault(listing);
  return elements === null ? list(listing, question) : failed(elements);
};
