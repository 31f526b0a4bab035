import { fullJitterMs } from '../broker/backoff.ts';
import type { Clock } from '../contract/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { Metrics } from '../runtime/metrics.ts';
import { NotLeadingError, TerminalError } from './kube/errors.ts';

/**
 * Keys to reconcile. A key is worked on once at a time; added while it is, it comes again after. What fails comes again
 * with growing waits; a `TerminalError` does not, until something changes.
 */
export interface KeyedQueue {
  add(key: string): void;
  addAfter(key: string, delayMs: number): void;
  /** Works until `stop`; what was added before waits until now. */
  start(): void;
  /** Begins nothing more, forgets what waits, and resolves once what runs has ended. */
  stop(): Promise<void>;
  /** Keys that wait to be begun. */
  depth(): number;
}

export interface KeyedQueueOptions {
  /** What keys may begin with: their failures are counted from 0, so that the first one shows as a rise. */
  kinds: readonly string[];
  reconcile: (key: string) => Promise<void>;
  concurrency: number;
  clock: Clock;
  random: () => number;
  log: Log;
  metrics: Metrics;
}

const backoff = { baseMs: 500, capMs: 60_000 } as const;

const kindOfKey = (key: string): string => key.split('/', 1)[0] ?? key;

export const createKeyedQueue = (options: KeyedQueueOptions): KeyedQueue => {
  const { concurrency, clock, random, log, metrics } = options;
  const waiting = new Set<string>();
  const running = new Map<string, Promise<void>>();
  const again = new Set<string>();
  const later = new Map<string, { atMs: number; cancel: () => void }>();
  const attempts = new Map<string, number>();
  let working = false;
  for (const kind of options.kinds) {
    for (const terminal of ['false', 'true']) {
      metrics.count('medley_operator_reconcile_errors_total', { kind, terminal }, 0);
    }
  }

  const failed = (key: string, cause: unknown): void => {
    if (cause instanceof NotLeadingError) return;
    const kind = kindOfKey(key);
    const terminal = cause instanceof TerminalError;
    metrics.count('medley_operator_reconcile_errors_total', { kind, terminal: String(terminal) });
    if (terminal) {
      attempts.delete(key);
      log.warn({ event: 'reconcile-refused', key, err: cause }, 'left until something changes');
      return;
    }
    const attempt = attempts.get(key) ?? 0;
    attempts.set(key, attempt + 1);
    const delayMs = backoff.baseMs + fullJitterMs(attempt, random, backoff);
    log.warn({ event: 'reconcile-failed', key, attempt, delayMs, err: cause }, 'will be tried again');
    addAfter(key, delayMs);
  };

  const runOne = async (key: string): Promise<void> => {
    const beganAtMs = clock.monotonicMs();
    try {
      await options.reconcile(key);
      attempts.delete(key);
    } catch (cause) {
      failed(key, cause);
    }
    const seconds = (clock.monotonicMs() - beganAtMs) / 1_000;
    metrics.observe('medley_operator_reconcile_seconds', { kind: kindOfKey(key) }, seconds);
    running.delete(key);
    if (again.delete(key)) add(key);
    pump();
  };

  const pump = (): void => {
    for (const key of waiting) {
      if (!working || running.size >= concurrency) return;
      waiting.delete(key);
      running.set(key, runOne(key));
    }
  };

  const add = (key: string): void => {
    later.get(key)?.cancel();
    later.delete(key);
    if (running.has(key)) again.add(key);
    else waiting.add(key);
    pump();
  };

  const addAfter = (key: string, delayMs: number): void => {
    const atMs = clock.monotonicMs() + delayMs;
    const planned = later.get(key);
    if (planned !== undefined && planned.atMs <= atMs) return;
    planned?.cancel();
    later.set(key, { atMs, cancel: clock.setTimer(delayMs, () => add(key)) });
  };

  return {
    add,
    addAfter,
    start() {
      working = true;
      pump();
    },
    async stop() {
      working = false;
      for (const { cancel } of later.values()) cancel();
      for (const one of [waiting, again, later, attempts]) one.clear();
      await Promise.all(running.values());
    },
    depth: () => waiting.size,
  };
};
