import type { Clock } from '../../contract/clock.ts';

/** What was read, believed for a moment: one reading serves all who ask meanwhile. */
export interface HeldView<T> {
  /** At most `maxAgeMs` old. */
  current(): Promise<T>;
  /** Reads anew next time: something was otherwise than it said. */
  forget(): void;
}

export const createHeldView = <T>(options: {
  read: () => Promise<T>;
  clock: Pick<Clock, 'monotonicMs'>;
  maxAgeMs: number;
}): HeldView<T> => {
  const { read, clock, maxAgeMs } = options;
  let held: { view: Promise<T>; atMs: number } | null = null;
  return {
    async current() {
      if (held === null || clock.monotonicMs() - held.atMs >= maxAgeMs) {
        held = { view: read(), atMs: clock.monotonicMs() };
      }
      const mine = held;
      try {
        return await mine.view;
      } catch (error) {
        if (held === mine) held = null;
        throw error;
      }
    },
    forget() {
      held = null;
    },
  };
};
