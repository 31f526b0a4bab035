import type { Clock } from '../../src/contract/clock.ts';

/** A clock that moves only when told to; timers fire in order of their moment. */
export interface FakeClock extends Clock {
  /** Moves time forward and fires what is due, in order. */
  advance(ms: number): void;
  pendingTimers(): number;
  /** Sets the wall clock ahead, or back; the monotonic one goes on. */
  step(ms: number): void;
}

export const createFakeClock = (startMs = 1_700_000_000_000): FakeClock => {
  let elapsed = 0;
  let stepped = 0;
  let sequence = 0;
  const timers = new Map<number, { at: number; fire: () => void }>();
  const nextDue = (until: number): number | undefined => {
    let best: number | undefined;
    for (const [id, timer] of timers) {
      if (timer.at > until) continue;
      const incumbent = best === undefined ? undefined : timers.get(best);
      if (incumbent === undefined || timer.at < incumbent.at) best = id;
    }
    return best;
  };
  return {
    nowMs: () => startMs + stepped + elapsed,
    step(ms) {
      stepped += ms;
    },
    monotonicMs: () => elapsed,
    setTimer(delayMs, fire) {
      const id = sequence++;
      timers.set(id, { at: elapsed + Math.max(0, delayMs), fire });
      return () => void timers.delete(id);
    },
    advance(ms) {
      const until = elapsed + ms;
      for (let due = nextDue(until); due !== undefined; due = nextDue(until)) {
        const timer = timers.get(due);
        timers.delete(due);
        if (timer === undefined) continue;
        elapsed = Math.max(elapsed, timer.at);
        timer.fire();
      }
      elapsed = until;
    },
    pendingTimers: () => timers.size,
  };
};
