import type { Clock } from '../contract/clock.ts';

/** Tries again, with growing pauses, until it succeeds, meets an error that trying can't mend, or is told to stop. */
export type Persevere = <T>(attempt: () => Promise<T>) => Promise<T>;

export const createPersevere = (options: {
  clock: Clock;
  firstMs: number;
  longestMs: number;
  /** Whether trying again may help. */
  isPassing(error: unknown): boolean;
  mayGoOn(): boolean;
  onFailure(error: unknown, nextInMs: number): void;
}): Persevere => {
  const { clock, firstMs, longestMs, isPassing, mayGoOn, onFailure } = options;
  return async (attempt) => {
    for (let pauseMs = firstMs; ; pauseMs = Math.min(longestMs, pauseMs * 2)) {
      try {
        return await attempt();
      } catch (error) {
        if (!isPassing(error) || !mayGoOn()) throw error;
        onFailure(error, pauseMs);
        await new Promise<void>((resolve) => void clock.setTimer(pauseMs, resolve));
      }
    }
  };
};
