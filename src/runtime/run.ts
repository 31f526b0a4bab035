import type { Clock } from '../contract/clock.ts';
import { InvalidInputError } from '../contract/errors.ts';
import { systemClock } from './clock.ts';
import type { Log } from './log.ts';

/** The life of a process: start, wait for a signal, let go of everything in reverse order, end. */

export interface Scope {
  /** Notes how to let go of something just acquired. Released last first. */
  defer(what: string, release: () => unknown): void;
  /** Ends the process as a signal would: for a command that is done, or a fault that can't be lived with. */
  stop(reason: string, exitCode?: number): void;
  /** Aborts when the process begins to stop. */
  readonly stopping: AbortSignal;
}

/** What `run` needs of the process it is in. */
export interface ProcessPort {
  on(signal: 'SIGTERM' | 'SIGINT', listener: (signal: string) => void): unknown;
  off(signal: 'SIGTERM' | 'SIGINT', listener: (signal: string) => void): unknown;
  exit(code: number): void;
}

export interface RunOptions {
  log: Log;
  /** How long letting go may take altogether, ms; default 25,000, under the 30 s that Kubernetes grants. */
  drainMs?: number;
  clock?: Clock;
  process?: ProcessPort;
}

const signals = ['SIGTERM', 'SIGINT'] as const;
/**
 * A signal so soon after the first, ms, is the same Ctrl-C once more: a terminal sends it to every process of the group,
 * and npm passes its own on to the child that has got it already.
 */
const echoMs = 1_000;
const signalExitCodes: Readonly<Record<string, number>> = { SIGINT: 130, SIGTERM: 143 };

interface Release {
  what: string;
  release: () => unknown;
}

const describe = (cause: unknown): Record<string, unknown> =>
  cause instanceof InvalidInputError ? { faults: cause.faults } : { err: cause };

/** Unwinds the list, last first; what fails or hangs does not keep the others from their turn. True: all in time. */
const unwind = async (releases: Release[], options: { log: Log; drainMs: number; clock: Clock }): Promise<boolean> => {
  const { log, clock } = options;
  let overdue = (): void => {};
  const deadline = new Promise<'overdue'>((resolve) => {
    overdue = () => resolve('overdue');
  });
  const cancel = clock.setTimer(options.drainMs, overdue);
  let inTime = true;
  for (let next = releases.pop(); next !== undefined; next = releases.pop()) {
    const { what, release } = next;
    const released = Promise.resolve()
      .then(release)
      .catch((cause: unknown) => log.error({ err: cause, what }, 'could not be let go of'));
    const end = await Promise.race([released, deadline]);
    if (end !== 'overdue') continue;
    inTime = false;
    log.warn({ what }, 'takes too long to stop, it is left behind');
  }
  cancel();
  return inTime;
};

/**
 * Runs a process: `main` acquires what it needs, notes each release on the scope, and resolves once it serves.
 *
 * The first SIGTERM or SIGINT (or `scope.stop`) drains: releases run in reverse against one deadline; then the process
 * exits 0, or with the code of `stop`, or 1 when `main` failed or something had to be left behind. A second signal,
 * a second or more later, exits at once with 128 + its number. Resolves with the exit code, after `exit` was called.
 */
export const run = async (options: RunOptions, main: (scope: Scope) => Promise<void>): Promise<number> => {
  const { log, drainMs = 25_000, clock = systemClock, process: host = process } = options;
  const releases: Release[] = [];
  const stopping = new AbortController();
  let exitCode = 0;
  let letGo = (): void => {};
  const told = new Promise<void>((resolve) => {
    letGo = resolve;
  });

  const stop = (reason: string, code: number): void => {
    if (stopping.signal.aborted) return;
    exitCode = code;
    log.info({ reason }, 'stopping');
    stopping.abort();
    letGo();
  };
  let firstSignalAtMs: number | undefined;
  const onSignal = (signal: string): void => {
    const nowMs = clock.monotonicMs();
    if (!stopping.signal.aborted) stop(signal, 0);
    else if (nowMs - (firstSignalAtMs ?? -echoMs) >= echoMs) host.exit(signalExitCodes[signal] ?? 1);
    firstSignalAtMs ??= nowMs;
  };
  const scope: Scope = {
    defer: (what, release) => releases.push({ what, release }),
    stop: (reason, code = 0) => stop(reason, code),
    stopping: stopping.signal,
  };

  for (const signal of signals) host.on(signal, onSignal);
  const keepAlive = setInterval(() => {}, 2 ** 30);
  const failed = main(scope).catch((cause: unknown) => {
    if (stopping.signal.aborted) return;
    log.error(describe(cause), cause instanceof InvalidInputError ? cause.message : 'could not start');
    stop('could not start', 1);
  });
  await told;
  const toldAtMs = clock.monotonicMs();
  // A main that still acquires things finishes first, so that nothing it noted late is left behind.
  await Promise.race([failed, new Promise<void>((resolve) => clock.setTimer(drainMs / 2, resolve))]);
  const leftMs = drainMs - (clock.monotonicMs() - toldAtMs);
  const inTime = await unwind(releases, { log, drainMs: leftMs, clock });
  clearInterval(keepAlive);
  for (const signal of signals) host.off(signal, onSignal);
  const code = exitCode === 0 && !inTime ? 1 : exitCode;
  host.exit(code);
  return code;
};
