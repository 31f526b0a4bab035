import { type Call, tookMs } from './callers.ts';
import { marginMs } from './drill-report.ts';

/** Whether a caller got all of it, and in time. */
export const isWhole = (call: Call, deadlineMs: number): boolean =>
  call.verdict === 'whole' && tookMs(call) <= deadlineMs + marginMs;

/** How long and how well it must go for a fault to count as got over. */
export const calm = { seconds: 10, share: 0.99 } as const;

/**
 * How many seconds after a moment the first second comes from which, for ten seconds, 99 % of the calls were answered whole
 * and in time; null: none does while calls were made. Seconds without calls are no good sign, so they need at least one each.
 */
export const recoveredAfterS = (calls: readonly Call[], fromMs: number, deadlineMs: number): number | null => {
  const seconds: { calls: number; whole: number }[] = [];
  for (const call of calls) {
    if (call.startedMs < fromMs) continue;
    const at = Math.floor((call.startedMs - fromMs) / 1_000);
    while (seconds.length <= at) seconds.push({ calls: 0, whole: 0 });
    const second = seconds[at] as { calls: number; whole: number };
    second.calls += 1;
    if (isWhole(call, deadlineMs)) second.whole += 1;
  }
  for (let first = 0; first + calm.seconds <= seconds.length; first += 1) {
    const window = seconds.slice(first, first + calm.seconds);
    const sum = (of: 'calls' | 'whole'): number => window.reduce((total, second) => total + second[of], 0);
    if (window.every((second) => second.calls > 0) && sum('whole') >= calm.share * sum('calls')) return first;
  }
  return null;
};
