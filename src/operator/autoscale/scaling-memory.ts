/**
 * What past decisions leave behind for the next: how many were wanted lately, and how many there were. Pure; moments are
 * of the monotonic clock, ms. One per Scorer; lost with the process, which makes the next one more careful, never less.
 */
export interface ScalingMemory {
  readonly sinceMs: number;
  /** The last moment at which anything was wanted, or might have been. */
  readonly busyMs: number;
  /** Oldest first, one a second at most, bounded by the longest window. */
  readonly seen: readonly Seen[];
}

interface Seen {
  readonly atMs: number;
  readonly wanted: number;
  readonly replicas: number;
}

/** Steps up and down are limited over so long. */
const stepWindowMs = 15_000;
const longestMs = 3_600_000;
const everyMs = 1_000;

export const freshMemory = (nowMs: number): ScalingMemory => ({ sinceMs: nowMs, busyMs: nowMs, seen: [] });

/** Those of one second are kept as their highest. */
const append = (seen: readonly Seen[], next: Seen): readonly Seen[] => {
  const last = seen.at(-1);
  if (last === undefined || Math.floor(last.atMs / everyMs) !== Math.floor(next.atMs / everyMs)) return [...seen, next];
  const merged = {
    atMs: next.atMs,
    wanted: Math.max(last.wanted, next.wanted),
    replicas: next.replicas,
  };
  return [...seen.slice(0, -1), merged];
};

export const remember = (
  memory: ScalingMemory,
  now: { atMs: number; wanted: number; replicas: number; busy: boolean; stabilisationMs: number },
): ScalingMemory => {
  const { atMs, wanted, replicas, busy, stabilisationMs } = now;
  const keptMs = Math.min(longestMs, Math.max(stabilisationMs, stepWindowMs));
  const seen = append(memory.seen, { atMs, wanted, replicas }).filter((one) => one.atMs >= atMs - keptMs);
  return { sinceMs: memory.sinceMs, busyMs: busy ? atMs : memory.busyMs, seen };
};

/** The most that was wanted within the window; null: the window is not over yet. */
export const mostWanted = (memory: ScalingMemory, atMs: number, windowMs: number): number | null => {
  if (atMs - memory.sinceMs < windowMs) return null;
  return memory.seen.reduce((most, one) => (one.atMs >= atMs - windowMs ? Math.max(most, one.wanted) : most), 0);
};

/** The fewest and the most replicas there were within a step's window. */
export const replicasLately = (memory: ScalingMemory, atMs: number): { fewest: number; most: number } => {
  const lately = memory.seen.filter((one) => one.atMs >= atMs - stepWindowMs).map((one) => one.replicas);
  return { fewest: Math.min(...lately), most: Math.max(...lately) };
};
