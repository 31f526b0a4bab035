import type { Clock } from '../contract/clock.ts';
import { limits } from '../contract/limits.ts';

/** A wall clock set back by less costs nobody an answer. */
const toleratedMs = 5;

/**
 * The name that receivers know this process's clock by: another one after each time the clock was set back.
 *
 * They keep the smallest offset seen of each name for minutes; by the old one, everything sent after a step back would
 * look expired to them.
 */
export const createSenderName = (
  process: string,
  { nowMs, monotonicMs }: Pick<Clock, 'nowMs' | 'monotonicMs'>,
): (() => string) => {
  let name = process;
  let steps = 0;
  let wallAheadMs = nowMs() - monotonicMs();
  return () => {
    const aheadMs = nowMs() - monotonicMs();
    if (aheadMs < wallAheadMs - toleratedMs) {
      steps += 1;
      const suffix = `~${steps}`;
      name = `${process.slice(0, limits.idLength - suffix.length)}${suffix}`;
      wallAheadMs = aheadMs;
    } else wallAheadMs = Math.max(wallAheadMs, aheadMs);
    return name;
  };
};
