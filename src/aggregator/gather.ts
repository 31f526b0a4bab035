import { LRUCache } from 'lru-cache';
import type { Partial as ScorerPartial } from '../contract/partial-batch.ts';
import { type Subject, subjectKey } from '../contract/primitives.ts';
import type { ScoringRequest } from '../contract/request-batch.ts';
import { createDeadlines, type Due } from './gather-deadlines.ts';
import { createEarlyPartials, type EarlyPartial } from './gather-early.ts';

/** A partial and when it came, on the monotonic clock. */
export interface Arrival {
  partial: ScorerPartial;
  atMs: number;
}

/** One request being gathered. `Held` is whatever the caller wants to release once the group is dealt with. */
export interface Group<Held> extends Due {
  readonly key: string;
  readonly request: ScoringRequest;
  /** Of the request, worked out once for all its partials. */
  readonly subjectKey: string;
  /** What the bits of the masks mean. */
  readonly criteria: readonly string[];
  /** Routing key of the answer; null on the durable lane. */
  readonly replyTo: string | null;
  readonly receivedAtMs: number;
  /** By bit. */
  readonly arrivals: (Arrival | undefined)[];
  /** Bits still waited for. */
  missing: number;
  readonly held: Held[];
}

/** What is remembered of a group that was closed, so that what comes late for it is known for what it is. */
export interface ClosedGroup {
  readonly subject: Subject;
  readonly criteria: readonly string[];
  readonly asked: number;
  answered: number;
  /** Whether its partials say something of the user at large: no candidates, no filters. */
  readonly unconstrained: boolean;
}

export interface Opening<Held> {
  request: ScoringRequest;
  criteria: readonly string[];
  replyTo: string | null;
  receivedAtMs: number;
  /** The deadline on this process's monotonic clock. */
  dueMs: number;
  held: Held;
  /** Opens it anew where it was closed before: a durable request that comes again must be answered again. */
  again?: boolean;
}

/** A partial that had overtaken its request, and what became of it. */
export interface Adopted<Held> {
  criterion: string;
  result: 'counted' | 'duplicate' | 'foreign';
  held: Held;
}

/**
 * `opened`: its group now waits. `complete`: nothing was left to wait for. `duplicate`: known, open (`group`) or closed.
 * `expired`: its deadline had passed. `refused`: too many are open.
 */
export type OpenResult<Held> =
  | { kind: 'opened' | 'complete'; group: Group<Held>; adopted: readonly Adopted<Held>[] }
  | { kind: 'duplicate'; group: Group<Held> | undefined }
  | { kind: 'expired' | 'refused' };

export interface PartialInput<Held> {
  criterion: string;
  partial: ScorerPartial;
  atMs: number;
  /** Until when it is held if it overtook its request. */
  holdUntilMs: number;
  held: Held;
}

/**
 * `counted`: taken, others are waited for. `complete`: taken, and it was the last. `duplicate`: known already.
 * `foreign`: another subject, a criterion or round that was not asked. `late`: its group is closed. `early`: it overtook
 * its request and is held. `unknown`: no such request, and it can't be held. `evicted`: the held ones it pushed out.
 * Only `counted`, `complete` and `early` keep what the caller holds.
 */
export type PartialResult<Held> = { evicted?: readonly EarlyPartial<Held>[] } & (
  | { kind: 'counted' | 'complete'; group: Group<Held> }
  | { kind: 'late'; closed: ClosedGroup }
  | { kind: 'duplicate' | 'foreign' | 'early' | 'unknown' }
);

export interface Gather<Held> {
  open(opening: Opening<Held>): OpenResult<Held>;
  partial(input: PartialInput<Held>): PartialResult<Held>;
  /** Closes at most `limit` groups that are due; and gives up held partials whose request never came. */
  expire(nowMs: number, limit?: number): { closed: readonly Group<Held>[]; unclaimed: readonly EarlyPartial<Held>[] };
  nextDeadlineMs(): number | null;
  /** Groups open, of both rounds. */
  openGroups(): number;
  /** Partials held for a request that has not come. */
  earlyPartials(): number;
}

export interface GatherBounds {
  maxOpenGroups: number;
  maxEarlyPartials: number;
  /** Ids of closed groups remembered. */
  maxClosedGroups: number;
}

const keyOf = (id: string, round: number): string => (round === 0 ? id : `${id}/${round}`);

const isUnconstrained = (request: ScoringRequest): boolean =>
  request.candidates === undefined && (request.filters === undefined || Object.keys(request.filters).length === 0);

/** The bit of a criterion that was asked; -1 where it was not. One name may stand twice, under two generations. */
const bitOf = (criteria: readonly string[], asked: number, criterion: string): number => {
  for (let bit = 0; bit < criteria.length; bit += 1) {
    if (criteria[bit] === criterion && (asked & (1 << bit)) !== 0) return bit;
  }
  return -1;
};

/**
 * Brings the partials of each request together, by id, round, criterion and subject.
 *
 * A pure state machine: time comes in with each call, and nothing in it waits. Each request opened is closed exactly
 * once, when its last criterion has answered or at its deadline; nothing that comes twice, late, for another subject or
 * for nobody changes what a group holds. Everything in it is bounded.
 */
export const createGather = <Held>(bounds: GatherBounds): Gather<Held> => {
  const open = new Map<string, Group<Held>>();
  const due = createDeadlines<Group<Held>>();
  const early = createEarlyPartials<Held>(bounds.maxEarlyPartials);
  const closed = new LRUCache<string, ClosedGroup>({ max: bounds.maxClosedGroups });

  const close = (group: Group<Held>): void => {
    open.delete(group.key);
    due.remove(group);
    const { request, criteria } = group;
    closed.set(group.key, {
      subject: request.subject,
      criteria,
      asked: request.mask,
      answered: request.mask & ~group.missing,
      unconstrained: isUnconstrained(request),
    });
  };

  /** Puts a partial where it belongs. Does not close. */
  const take = (group: Group<Held>, input: EarlyPartial<Held>): Adopted<Held>['result'] => {
    const { request } = group;
    const bit = bitOf(group.criteria, request.mask, input.criterion);
    if (bit < 0 || input.partial.subject !== group.subjectKey) return 'foreign';
    if ((group.missing & (1 << bit)) === 0) return 'duplicate';
    group.missing &= ~(1 << bit);
    group.arrivals[bit] = { partial: input.partial, atMs: input.atMs };
    return 'counted';
  };

  const afterClosing = (group: ClosedGroup, input: PartialInput<Held>): PartialResult<Held> => {
    const bit = bitOf(group.criteria, group.asked, input.criterion);
    if (bit < 0 || input.partial.subject !== subjectKey(group.subject)) return { kind: 'foreign' };
    if ((group.answered & (1 << bit)) !== 0) return { kind: 'duplicate' };
    group.answered |= 1 << bit;
    return { kind: 'late', closed: group };
  };

  const withoutGroup = (input: PartialInput<Held>): PartialResult<Held> => {
    const { id, round } = input.partial;
    const before = closed.get(keyOf(id, round));
    if (before !== undefined) return afterClosing(before, input);
    const otherRound = keyOf(id, round === 0 ? 1 : 0);
    if (open.has(otherRound) || closed.has(otherRound)) return { kind: 'foreign' };
    // A second round is opened here before it is asked for, so its partials never come first.
    if (round !== 0 || input.holdUntilMs <= input.atMs) return { kind: 'unknown' };
    const { kept, evicted } = early.hold(id, input);
    return kept ? { kind: 'early', evicted } : { kind: 'duplicate' };
  };

  return {
    open({ request, criteria, replyTo, receivedAtMs, dueMs, held, again = false }) {
      const key = keyOf(request.id, request.round);
      const known = open.get(key);
      if (known !== undefined) {
        known.held.push(held);
        return { kind: 'duplicate', group: known };
      }
      if (closed.has(key) && !again) return { kind: 'duplicate', group: undefined };
      if (dueMs <= receivedAtMs) return { kind: 'expired' };
      if (open.size >= bounds.maxOpenGroups) return { kind: 'refused' };
      closed.delete(key);
      const group: Group<Held> = {
        key,
        request,
        subjectKey: subjectKey(request.subject),
        criteria,
        replyTo,
        receivedAtMs,
        dueMs,
        heapIndex: -1,
        arrivals: [],
        missing: request.mask,
        held: [held],
      };
      const adopted = early.claim(key).map((one) => ({ ...one, result: take(group, one) }));
      for (const one of adopted) group.held.push(one.held);
      if (group.missing === 0) {
        close(group);
        return { kind: 'complete', group, adopted };
      }
      open.set(key, group);
      due.add(group);
      return { kind: 'opened', group, adopted };
    },

    partial(input) {
      const group = open.get(keyOf(input.partial.id, input.partial.round));
      if (group === undefined) return withoutGroup(input);
      const result = take(group, input);
      if (result !== 'counted') return { kind: result };
      group.held.push(input.held);
      if (group.missing !== 0) return { kind: 'counted', group };
      close(group);
      return { kind: 'complete', group };
    },

    expire(nowMs, limit = Number.POSITIVE_INFINITY) {
      const expired: Group<Held>[] = [];
      while (expired.length < limit) {
        const group = due.first();
        if (group === undefined || group.dueMs > nowMs) break;
        close(group);
        expired.push(group);
      }
      return { closed: expired, unclaimed: early.expire(nowMs) };
    },

    nextDeadlineMs() {
      const group = due.first()?.dueMs ?? Number.POSITIVE_INFINITY;
      const next = Math.min(group, early.nextDeadlineMs());
      return next === Number.POSITIVE_INFINITY ? null : next;
    },
    openGroups: () => open.size,
    earlyPartials: () => early.size(),
  };
};
