import type { Partial as ScorerPartial } from '../contract/partial-batch.ts';
import { createDeadlines, type Due } from './gather-deadlines.ts';

/** A partial that overtook its request. */
export interface EarlyPartial<Held> {
  criterion: string;
  partial: ScorerPartial;
  atMs: number;
  held: Held;
}

interface Waiting<Held> extends EarlyPartial<Held>, Due {
  id: string;
}

/** Partials that wait for their request: bounded, the oldest pushed out first, and given up at their deadline. */
export interface EarlyPartials<Held> {
  /** `kept` is false where this criterion already has one for this id and subject. */
  hold(
    id: string,
    input: EarlyPartial<Held> & { holdUntilMs: number },
  ): { kept: boolean; evicted: readonly EarlyPartial<Held>[] };
  /** Takes out what waits for this id, in order of arrival. */
  claim(id: string): readonly EarlyPartial<Held>[];
  expire(nowMs: number): readonly EarlyPartial<Held>[];
  /** Infinite when none waits. */
  nextDeadlineMs(): number;
  size(): number;
}

export const createEarlyPartials = <Held>(max: number): EarlyPartials<Held> => {
  const byId = new Map<string, Waiting<Held>[]>();
  const oldestFirst = new Set<Waiting<Held>>();
  const due = createDeadlines<Waiting<Held>>();

  const drop = (one: Waiting<Held>): void => {
    oldestFirst.delete(one);
    due.remove(one);
    const left = (byId.get(one.id) ?? []).filter((other) => other !== one);
    if (left.length === 0) byId.delete(one.id);
    else byId.set(one.id, left);
  };

  return {
    hold(id, { criterion, partial, atMs, held, holdUntilMs }) {
      const same = byId.get(id) ?? [];
      const isSame = (one: EarlyPartial<Held>): boolean =>
        one.criterion === criterion && one.partial.subject === partial.subject;
      if (same.some(isSame)) return { kept: false, evicted: [] };
      const waiting: Waiting<Held> = { id, criterion, partial, atMs, held, dueMs: holdUntilMs, heapIndex: -1 };
      byId.set(id, [...same, waiting]);
      oldestFirst.add(waiting);
      due.add(waiting);
      const oldest = oldestFirst.size > max ? oldestFirst.values().next().value : undefined;
      if (oldest === undefined) return { kept: true, evicted: [] };
      drop(oldest);
      return { kept: true, evicted: [oldest] };
    },
    claim(id) {
      const claimed = byId.get(id) ?? [];
      for (const one of claimed) drop(one);
      return claimed;
    },
    expire(nowMs) {
      const expired: Waiting<Held>[] = [];
      for (let one = due.first(); one !== undefined && one.dueMs <= nowMs; one = due.first()) {
        drop(one);
        expired.push(one);
      }
      return expired;
    },
    nextDeadlineMs: () => due.first()?.dueMs ?? Number.POSITIVE_INFINITY,
    size: () => oldestFirst.size,
  };
};
