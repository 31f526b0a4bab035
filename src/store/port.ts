import type { Answer } from '../contract/answer.ts';
import type { AnswerStatus } from '../contract/http.ts';
import type { FeedbackType, Item, User } from '../contract/item.ts';

/**
 * What Medley keeps: catalogue, users, feedback, models, durable answers. One port, one suite for every implementation.
 *
 * @throws StoreUnavailableError from any method when the database does not answer
 */
export interface Store {
  items: ItemStore;
  users: UserStore;
  feedback: FeedbackStore;
  models: ModelStore;
  answers: AnswerStore;
  close(): Promise<void>;
}

export interface Page {
  /** Ids greater than this, in id order; absent: from the start. */
  after?: string;
  limit: number;
}

export interface ItemStore {
  /** In the order of the ids; unknown ones are left out. */
  get(ids: readonly string[]): Promise<readonly Item[]>;
  /** Inserts or replaces. */
  put(items: readonly Item[]): Promise<void>;
  delete(id: string): Promise<boolean>;
  list(page: Page): Promise<readonly Item[]>;
  count(): Promise<number>;
  /** Grows with every change of the catalogue, so that caches know when to look again. */
  version(): Promise<number>;
}

export interface UserStore {
  get(id: string): Promise<User | null>;
  put(users: readonly User[]): Promise<void>;
  /** Deletes the user with all that is kept about him: feedback, answers, idempotency keys. False: nothing was kept. */
  delete(id: string): Promise<boolean>;
  list(page: Page): Promise<readonly User[]>;
  count(): Promise<number>;
}

/** One event as kept: id and moment are always there. */
export interface StoredEvent {
  id: string;
  user: string;
  item: string;
  type: FeedbackType;
  value: number | null;
  /** When it happened, Unix ms. */
  atMs: number;
}

/** A user's history by item, newest event first: his latest event of each item that says anything of taste. */
export interface History {
  items: readonly string[];
  weights: readonly number[];
  atMs: readonly number[];
}

/** All events as columns over the tables of ids: what models are fitted on. */
export interface EventColumns {
  users: readonly string[];
  items: readonly string[];
  /** Indices into `users` and `items`. */
  user: Int32Array;
  item: Int32Array;
  /** As `eventWeight` of the contract. */
  weight: Float32Array;
  atMs: Float64Array;
}

export interface FeedbackStore {
  /** Idempotent by event id. Users not yet known are created; an event may name an item the catalogue does not have (yet). */
  add(events: readonly StoredEvent[]): Promise<{ added: number; duplicates: number }>;
  /** At most `limit` items, newest first. Impressions are not history. */
  history(user: string, limit: number): Promise<History>;
  columns(): Promise<EventColumns>;
  count(): Promise<number>;
  /**
   * The items of the catalogue with most events of positive weight, each event halving in `halfLifeMs` before `nowMs`;
   * best first.
   */
  popular(options: {
    limit: number;
    halfLifeMs: number;
    nowMs: number;
  }): Promise<readonly { item: string; score: number }[]>;
}

export interface ModelArtefact {
  name: string;
  version: string;
  /** SHA-256 of the bytes, hexadecimal. */
  sha256: string;
  bytes: Uint8Array;
}

export interface ModelStore {
  /** Keeps the newest versions of each name and drops older ones. */
  publish(model: ModelArtefact, keep?: number): Promise<void>;
  /** Null: none was published. */
  latest(name: string): Promise<ModelArtefact | null>;
  latestVersion(name: string): Promise<{ version: string; sha256: string; bytes: number } | null>;
  list(): Promise<readonly { name: string; version: string; sha256: string; bytes: number; createdAtMs: number }[]>;
}

export interface AnswerStore {
  /**
   * Notes that a durable request is about to be accepted. Under an id already there nothing changes.
   *
   * `known`: whether the id was there; `sameBody`: whether with this body hash.
   */
  accept(pending: {
    id: string;
    user: string | null;
    bodyHash: string;
    acceptedAtMs: number;
    deadlineAtMs: number;
  }): Promise<{
    known: boolean;
    sameBody: boolean;
    status: AnswerStatus;
  }>;
  /** Inserts the answer if absent; true when this call did. An id never accepted is accepted by the way. */
  complete(id: string, answer: Answer): Promise<boolean>;
  /** Inserts an explicit failure if nothing is there yet. */
  fail(id: string, failure: string): Promise<boolean>;
  /** A pending one past its deadline reads as failed, and from then on is. Null: unknown, or its user was deleted. */
  get(id: string, nowMs: number): Promise<AnswerStatus | null>;
  /** Drops what ended before the instant. Returns how many. */
  sweep(beforeMs: number): Promise<number>;
}

/** The database does not answer. Blast radius: the call; the next one tries again. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}
