import { LRUCache } from 'lru-cache';
import type { Answer } from '../contract/answer.ts';
import type { Clock } from '../contract/clock.ts';
import type { RecommendationRequest } from '../contract/http.ts';
import type { SkipReason, Subject } from '../contract/primitives.ts';
import type { Bound } from './compose-ask.ts';
import { createDeadlines } from './deadlines.ts';
import type { Resolved } from './profile.ts';
import type { Mark } from './queue-estimate.ts';

/** One request a caller waits for. */
export interface Open {
  readonly id: string;
  readonly request: RecommendationRequest;
  readonly bound: Bound;
  readonly subject: Subject;
  /** What a remembered answer to this question is kept under; null: not worth remembering. */
  readonly slot: string | null;
  /** The span of this request; undefined where it is not traced. */
  readonly traceparent: string | undefined;
  /** Monotonic ms. */
  readonly arrivedMs: number;
  readonly deadlineMs: number;
  /** When the gateway answers itself: the deadline and a grace for answers on their way. Monotonic ms. */
  readonly dueMs: number;
  resolved: Resolved | null;
  /** Where it was sent; null before. */
  sent: { ordinal: number; askedMs: number; marks: ReadonlyMap<string, Mark> } | null;
  skipped: Readonly<Record<string, SkipReason>>;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The table of open requests, each with its last timer.
 *
 * A request leaves it exactly once, by answer, refusal or timer, whether or not its caller still listens; the ids of
 * those that left are remembered for a while (bounded), to tell a late answer from a foreign one.
 */
export interface OpenRequests {
  add(open: Open): void;
  get(id: string): Open | undefined;
  /** False: it had left already. */
  remove(open: Open): boolean;
  /** The slot of a request that left, `undefined` where none is known. */
  left(id: string): { slot: string | null } | undefined;
  count(): number;
  /** Resolves when nothing is open. */
  idle(): Promise<void>;
  stop(): void;
}

const rememberedIds = 20_000;

export const createOpenRequests = (clock: Clock, onDue: (open: Open) => void): OpenRequests => {
  const table = new Map<string, Open>();
  const gone = new LRUCache<string, { slot: string | null }>({ max: rememberedIds });
  const deadlines = createDeadlines<Open>(clock, onDue);
  let waiters: (() => void)[] = [];

  return {
    add(open) {
      table.set(open.id, open);
      deadlines.add(open.dueMs, open);
    },
    get: (id) => table.get(id),
    remove(open) {
      if (!table.delete(open.id)) return false;
      deadlines.remove(open.dueMs, open);
      gone.set(open.id, { slot: open.slot });
      if (table.size > 0) return true;
      for (const wake of waiters) wake();
      waiters = [];
      return true;
    },
    left: (id) => gone.get(id),
    count: () => table.size,
    idle: () => (table.size === 0 ? Promise.resolve() : new Promise((resolve) => waiters.push(resolve))),
    stop: () => deadlines.stop(),
  };
};
