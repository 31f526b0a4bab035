import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * When the machine kept a process waiting: Linux says of every process how long it was ready to run and did not.
 *
 * A drill on a machine with other work would else blame a role for what its neighbours did. Where the system says
 * nothing, nothing is noted.
 */
export interface StarvationWatch {
  /** Moments of `performance.now()` between which some process waited most of the time. */
  windows(): readonly { fromMs: number; toMs: number }[];
  stop(): Promise<void>;
}

const lookMs = 100;
/** A process that was ready for more than this share of a window, and not running, was starved in it. */
const starvedShare = 0.4;
/** What has queued up meanwhile is worked off after it, ms. */
const aftermathMs = 300;
/** A process that starts has much to do and holds up nobody but itself, ms. */
const startMs = 3_000;

/** How long one thread has waited for a processor so far, ms; null: not known. */
const waitedMs = async (path: string): Promise<number | null> => {
  const text = await readFile(`${path}/schedstat`, 'utf8').catch(() => null);
  const waitedNs = Number(text?.split(' ')[1]);
  return Number.isFinite(waitedNs) ? waitedNs / 1e6 : null;
};

/** A process of ours waits where its main thread does. */
export const mainThread = (pid: number): string => `/proc/${pid}`;

/** Of a process whose work is in other threads, such as the broker's: each of them. */
export const threadsOf = async (pid: number): Promise<readonly string[]> =>
  (await readdir(`/proc/${pid}/task`).catch(() => [])).map((thread) => `/proc/${pid}/task/${thread}`);

/** @param threads Where the system tells of each thread that is watched */
export const watchStarvation = (threads: () => readonly string[]): StarvationWatch => {
  const found: { fromMs: number; toMs: number }[] = [];
  const known = new Map<string, { sinceMs: number; waitedMs: number }>();
  let running = true;

  /** Whether any was starved since the last look, `tookMs` ago. */
  const look = async (tookMs: number): Promise<boolean> => {
    let starved = false;
    const nowMs = performance.now();
    for (const thread of threads()) {
      const now = await waitedMs(thread);
      if (now === null) continue;
      const before = known.get(thread);
      known.set(thread, { sinceMs: before?.sinceMs ?? nowMs, waitedMs: now });
      const isUp = before !== undefined && nowMs - before.sinceMs > startMs;
      if (isUp && now - before.waitedMs > starvedShare * tookMs) starved = true;
    }
    return starved;
  };
  const watch = async (): Promise<void> => {
    let lastMs = performance.now();
    while (running) {
      await sleep(lookMs);
      const nowMs = performance.now();
      if (await look(nowMs - lastMs)) found.push({ fromMs: lastMs, toMs: nowMs + aftermathMs });
      lastMs = nowMs;
    }
  };
  const watching = watch();
  return {
    windows: () => found,
    async stop() {
      running = false;
      await watching;
    },
  };
};
