import { LRUCache } from 'lru-cache';
import type { Partial as ScorerPartial } from '../contract/partial-batch.ts';

/** A late partial as it stands in for its criterion in a later answer. */
export interface StandIn {
  partial: ScorerPartial;
  /** Since it came, ms. */
  ageMs: number;
}

/** What came too late for its own answer, kept for the same user's next ones. */
export interface LatePartials {
  keep(user: string, criterion: string, partial: ScorerPartial, nowMs: number): void;
  /** Undefined: none, or older than `maxAgeMs`. */
  find(user: string, criterion: string, age: { nowMs: number; maxAgeMs: number }): StandIn | undefined;
  /** The criterion has answered in time: what it said before is worth nothing now. */
  drop(user: string, criterion: string): void;
  /** The user was deleted: what is kept of him goes, and what is still under way for him is not kept either. */
  forget(user: string, nowMs: number): void;
  users(): number;
}

interface Kept {
  partial: ScorerPartial;
  atMs: number;
}

/** Longer than an interactive request lives, and its late partials after it. */
const forgottenForMs = 120_000;
const forgottenUsers = 10_000;

const itemOverheadBytes = 24;

/** Near enough: two bytes a character, and what an array slot, a score and an object cost. */
const bytesOf = ({ items, labels = [], because = [] }: ScorerPartial): number => {
  const characters = items.reduce((sum, id) => sum + id.length, 0) + labels.reduce((sum, text) => sum + text.length, 0);
  return 200 + 2 * characters + itemOverheadBytes * (items.length + labels.length) + 8 * because.length;
};

/** Bounded by users and by bytes; the user not heard of for longest goes first. */
export const createLatePartials = (bounds: { maxUsers: number; maxBytes: number }): LatePartials => {
  const byUser = new LRUCache<string, ReadonlyMap<string, Kept>>({ max: bounds.maxUsers, maxSize: bounds.maxBytes });

  const forgotten = new LRUCache<string, number>({ max: forgottenUsers });

  const put = (user: string, kept: ReadonlyMap<string, Kept>): void => {
    if (kept.size === 0) byUser.delete(user);
    else byUser.set(user, kept, { size: [...kept.values()].reduce((sum, { partial }) => sum + bytesOf(partial), 0) });
  };
  const without = (kept: ReadonlyMap<string, Kept>, criterion: string): ReadonlyMap<string, Kept> =>
    new Map([...kept].filter(([name]) => name !== criterion));

  return {
    keep(user, criterion, partial, nowMs) {
      const forgottenAtMs = forgotten.get(user);
      if (forgottenAtMs !== undefined && nowMs - forgottenAtMs < forgottenForMs) return;
      put(user, new Map([...(byUser.get(user) ?? []), [criterion, { partial, atMs: nowMs }]]));
    },
    find(user, criterion, { nowMs, maxAgeMs }) {
      const kept = byUser.get(user);
      const found = kept?.get(criterion);
      if (kept === undefined || found === undefined) return undefined;
      const ageMs = Math.max(0, nowMs - found.atMs);
      if (ageMs <= maxAgeMs) return { partial: found.partial, ageMs };
      put(user, without(kept, criterion));
      return undefined;
    },
    drop(user, criterion) {
      const kept = byUser.peek(user);
      if (kept?.has(criterion) === true) put(user, without(kept, criterion));
    },
    forget(user, nowMs) {
      byUser.delete(user);
      forgotten.set(user, nowMs);
    },
    users: () => byUser.size,
  };
};

/** A late partial older than so many half-lives weighs under a thousandth, and is let go. */
const halfLivesKept = 10;

export const maxLateAgeMs = (lateHalfLifeMs: number): number => halfLivesKept * lateHalfLifeMs;

/** What a late partial's weight is multiplied by. */
export const lateDiscount = (ageMs: number, lateHalfLifeMs: number): number => 0.5 ** (ageMs / lateHalfLifeMs);
