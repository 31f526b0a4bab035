import { setTimeout as sleep } from 'node:timers/promises';
import { startCallers } from './callers.ts';
import type { Doors } from './doors.ts';
import { marginMs } from './drill-report.ts';

/** How many callers a second are answered whole and in time. */
export interface CapacityOptions {
  doors: Doors;
  deadlineMs: number;
  firstPerSecond: number;
  /** How long each step lasts, ms. */
  stepMs: number;
  say(line: string): void;
}

const growth = 1.25;
const goodShare = 0.98;
/** A busy neighbour may spoil a step: it is tried so often before it counts as too much. */
const attempts = 3;

/** Raises the rate step by step; the last one that held is the capacity. */
export const findCapacity = async ({
  doors,
  deadlineMs,
  firstPerSecond,
  stepMs,
  say,
}: CapacityOptions): Promise<number> => {
  const holds = async (rate: number, attempt: number): Promise<boolean> => {
    const callers = startCallers({ doors, ratePerSecond: rate, users: 500, prefix: `c${attempt}-` });
    await sleep(stepMs);
    await callers.stop();
    const good = callers.calls.filter(
      ({ verdict, startedMs, endedMs }) => verdict === 'whole' && endedMs - startedMs <= deadlineMs + marginMs,
    ).length;
    say(`${rate.toFixed(0)}/s: ${good} of ${callers.calls.length} whole and in time`);
    await sleep(500);
    return good >= goodShare * callers.calls.length;
  };
  const holdsAtLast = async (rate: number): Promise<boolean> => {
    for (let attempt = 0; attempt < attempts; attempt += 1) if (await holds(rate, attempt)) return true;
    return false;
  };
  let held = 0;
  for (let rate = firstPerSecond; await holdsAtLast(rate); rate *= growth) held = rate;
  return held;
};
