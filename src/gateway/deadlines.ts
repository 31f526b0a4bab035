import type { Clock } from '../contract/clock.ts';

/**
 * Many deadlines on one timer: entries due within the same few milliseconds share a bucket.
 *
 * A timer per request would cost more than the request at ten thousand a second. Moments are of the monotonic clock,
 * ms; an entry fires at its moment or up to `bucketMs` later, never before.
 */
export interface Deadlines<T> {
  add(dueMs: number, entry: T): void;
  /** The same moment as it was added with. An entry that is gone already is no fault. */
  remove(dueMs: number, entry: T): void;
  /** Cancels the timer; nothing fires any more. */
  stop(): void;
}

export const createDeadlines = <T>(clock: Clock, fire: (entry: T) => void, bucketMs = 2): Deadlines<T> => {
  const buckets = new Map<number, Set<T>>();
  /** The buckets there are, soonest first. */
  const order: number[] = [];
  let armed: { bucket: number; cancel: () => void } | undefined;

  const bucketOf = (dueMs: number): number => Math.ceil(dueMs / bucketMs);

  const arm = (): void => {
    const soonest = order[0];
    if (soonest === armed?.bucket) return;
    armed?.cancel();
    if (soonest === undefined) armed = undefined;
    else armed = { bucket: soonest, cancel: clock.setTimer(soonest * bucketMs - clock.monotonicMs(), ring) };
  };

  const ring = (): void => {
    armed = undefined;
    const nowMs = clock.monotonicMs();
    for (let bucket = order[0]; bucket !== undefined && bucket * bucketMs <= nowMs; bucket = order[0]) {
      order.shift();
      const due = buckets.get(bucket);
      buckets.delete(bucket);
      for (const entry of due ?? []) fire(entry);
    }
    arm();
  };

  /** Most requests are due last, so the search goes from the end. */
  const insert = (bucket: number): void => {
    let at = order.length;
    while (at > 0 && (order[at - 1] ?? 0) > bucket) at -= 1;
    order.splice(at, 0, bucket);
  };

  return {
    add(dueMs, entry) {
      const bucket = bucketOf(dueMs);
      const there = buckets.get(bucket);
      if (there !== undefined) {
        there.add(entry);
        return;
      }
      buckets.set(bucket, new Set([entry]));
      insert(bucket);
      arm();
    },
    remove: (dueMs, entry) => void buckets.get(bucketOf(dueMs))?.delete(entry),
    stop() {
      armed?.cancel();
      armed = undefined;
      order.length = 0;
      buckets.clear();
    },
  };
};
