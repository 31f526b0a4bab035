import { percentile } from './percentile.ts';

/** What one question came to. Only `good` counts as a success: every criterion in the answer, and the right items. */
export interface Outcome {
  /** `good`, or what was wrong, such as `source last-good` or `3 of 4 criteria`. */
  verdict: string;
  /** Service time of the slowest scorer as that scorer measured it, ms; null where nobody said. */
  slowestServiceMs: number | null;
}

/** Asks one question about one user and says what came of it. A rejection is tabled by its message. */
export type Ask = (user: number, delaysMs: readonly number[]) => Promise<Outcome>;

export interface Load {
  /** Callers that each ask their next question when they have the answer to the last. */
  callers: number;
  durationMs: number;
  /** How long each scorer sleeps before it scores, ms, in the order of the criteria; empty: not at all. */
  delaysMs: readonly number[];
}

export interface Measured {
  callers: number;
  /** Good answers. */
  good: number;
  /** How many answers were anything else, by what was wrong with them. */
  other: Readonly<Record<string, number>>;
  goodPerSecond: number;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  /** CPU time of all processes of the system, and of the broker where it was named, for one good answer, ms. */
  cpuMs: number;
  /** Median over the good answers of what an answer took longer than its slowest scorer's service time, ms. */
  overSlowestMs: number;
}

/** How many users there are to ask about, and which of them a round begins with. */
export interface Users {
  count: number;
  first: number;
}

/** Keeps so many callers busy for so long. The time counts until the last answer is in. */
export const runClosedLoop = async (ask: Ask, load: Load, users: Users): Promise<Omit<Measured, 'cpuMs'>> => {
  const latencies: number[] = [];
  const over: number[] = [];
  const other: Record<string, number> = {};
  let next = users.first;
  const startedMs = performance.now();
  const untilMs = startedMs + load.durationMs;

  const note = (verdict: string): void => {
    other[verdict] = (other[verdict] ?? 0) + 1;
  };
  const one = async (): Promise<void> => {
    next += 1;
    const beganMs = performance.now();
    try {
      const { verdict, slowestServiceMs } = await ask(next % users.count, load.delaysMs);
      const tookMs = performance.now() - beganMs;
      if (verdict !== 'good') return note(verdict);
      latencies.push(tookMs);
      if (slowestServiceMs !== null) over.push(tookMs - slowestServiceMs);
    } catch (error) {
      note(error instanceof Error ? error.message : String(error));
    }
  };
  const caller = async (): Promise<void> => {
    while (performance.now() < untilMs) await one();
  };

  await Promise.all(Array.from({ length: load.callers }, caller));
  const seconds = (performance.now() - startedMs) / 1_000;
  const sorted = Float64Array.from(latencies).sort();
  return {
    callers: load.callers,
    good: latencies.length,
    other,
    goodPerSecond: latencies.length / seconds,
    p50Ms: percentile(sorted, 0.5),
    p95Ms: percentile(sorted, 0.95),
    p99Ms: percentile(sorted, 0.99),
    overSlowestMs: percentile(Float64Array.from(over).sort(), 0.5),
  };
};
