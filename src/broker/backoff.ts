/** Full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"): anywhere between nothing and the doubled bound, ms. */
export const fullJitterMs = (
  attempt: number,
  random: () => number,
  bounds: { baseMs: number; capMs: number } = backoffBounds,
): number => Math.round(random() * Math.min(bounds.capMs, bounds.baseMs * 2 ** Math.min(attempt, 30)));

/** The first wait is below 100 ms, later ones below twice that each, never above 5 s. */
export const backoffBounds = { baseMs: 100, capMs: 5_000 } as const;

/** What lasted so long was well: the next failure starts from the shortest wait again. */
const lastingMs = 5_000;

export interface Backoff {
  /** How long to wait before the next attempt. */
  nextDelayMs(): number;
  /** The attempt succeeded; what it made may still fail at once. */
  succeeded(): void;
}

export const createBackoff = (options: { random: () => number; monotonicMs: () => number }): Backoff => {
  let attempt = 0;
  let succeededAtMs: number | null = null;
  return {
    nextDelayMs() {
      if (succeededAtMs !== null && options.monotonicMs() - succeededAtMs >= lastingMs) attempt = 0;
      succeededAtMs = null;
      const delayMs = fullJitterMs(attempt, options.random);
      attempt += 1;
      return delayMs;
    },
    succeeded() {
      succeededAtMs = options.monotonicMs();
    },
  };
};
