import type { Lane } from '../contract/primitives.ts';

/** What waits in a scorer, and the decision what to begin next. */

export interface Load {
  waiting: Readonly<Record<Lane, number>>;
  /** Measured time of one request by lane, ms; null while nothing was measured. */
  serviceMs: Readonly<Record<Lane, number | null>>;
  /** Requests the host scores side by side, and how many of those places are free. */
  slots: number;
  free: number;
  /** Places that work for the durable lane at the moment. */
  durableSlots: number;
  /** Whether interactive requests came lately (within a minute). */
  interactiveLately: boolean;
  /** How long a slice may take, ms. */
  sliceMs: number;
}

export interface Slice {
  lane: Lane;
  /** Requests, ≥ 1. */
  count: number;
}

/** As many as fit a slice by what was measured, but never more than this place's share of what waits. */
const sliceOf = (lane: Lane, load: Load): Slice => {
  const serviceMs = load.serviceMs[lane];
  const fitting = serviceMs === null ? 1 : Math.max(1, Math.floor(load.sliceMs / Math.max(serviceMs, 0.001)));
  const share = Math.ceil(load.waiting[lane] / Math.max(1, load.free));
  return { lane, count: Math.min(fitting, share) };
};

/**
 * Decides what a free place begins next: interactive work first, durable work only while none of that waits.
 *
 * A slice ends the look away from the interactive lane after ≤ `sliceMs`. Where one durable request alone takes longer
 * than that, nothing can interrupt it; so where there is more than one place and interactive requests came lately, the
 * last free place is kept for them.
 */
export const planSlice = (load: Load): Slice | null => {
  if (load.free <= 0) return null;
  if (load.waiting.interactive > 0) return sliceOf('interactive', load);
  if (load.waiting.durable === 0) return null;
  const long = (load.serviceMs.durable ?? load.serviceMs.interactive ?? 0) > load.sliceMs;
  const reserved = long && load.interactiveLately && load.slots > 1 ? 1 : 0;
  if (load.durableSlots + reserved >= load.slots) return null;
  return sliceOf('durable', load);
};

export interface Waiting {
  lane: Lane;
  /** Monotonic ms after which it must not be begun. */
  deadlineMs: number;
}

export interface Backlog<Work extends Waiting> {
  add(works: readonly Work[]): void;
  /** Back to the front, in order: taken, but not begun. */
  putBack(works: readonly Work[]): void;
  /** Takes at most `count` from the front; those whose deadline has passed come apart and do not count. */
  take(slice: Slice, nowMs: number): { live: Work[]; expired: Work[] };
  /** Takes out all whose deadline has passed, of both lanes. */
  takeExpired(nowMs: number): Work[];
  /** Takes out everything. */
  clear(): Work[];
  waiting(): Readonly<Record<Lane, number>>;
}

export const createBacklog = <Work extends Waiting>(): Backlog<Work> => {
  const queues: Record<Lane, Work[]> = { interactive: [], durable: [] };
  const isExpired = (work: Work, nowMs: number): boolean => nowMs >= work.deadlineMs;

  return {
    add(works) {
      for (const work of works) queues[work.lane].push(work);
    },
    putBack(works) {
      for (const lane of ['interactive', 'durable'] as const) {
        const own = works.filter((work) => work.lane === lane);
        if (own.length > 0) queues[lane] = [...own, ...queues[lane]];
      }
    },
    take(slice, nowMs) {
      const queue = queues[slice.lane];
      const live: Work[] = [];
      const expired: Work[] = [];
      let taken = 0;
      while (taken < queue.length && live.length < slice.count) {
        const work = queue[taken] as Work;
        (isExpired(work, nowMs) ? expired : live).push(work);
        taken += 1;
      }
      queue.splice(0, taken);
      return { live, expired };
    },
    takeExpired(nowMs) {
      const expired: Work[] = [];
      for (const lane of ['interactive', 'durable'] as const) {
        const late = queues[lane].filter((work) => isExpired(work, nowMs));
        if (late.length === 0) continue;
        expired.push(...late);
        queues[lane] = queues[lane].filter((work) => !isExpired(work, nowMs));
      }
      return expired;
    },
    clear() {
      const all = [...queues.interactive, ...queues.durable];
      queues.interactive = [];
      queues.durable = [];
      return all;
    },
    waiting: () => ({ interactive: queues.interactive.length, durable: queues.durable.length }),
  };
};
