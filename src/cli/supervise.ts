import { type ChildProcess, spawn } from 'node:child_process';
import type { Clock } from '../contract/clock.ts';
import type { Log } from '../runtime/log.ts';

/** One child process that is kept running: started again, ever more slowly, when it ends by itself. */
export interface Supervised {
  name: string;
  pid(): number | undefined;
  /** SIGTERM, then SIGKILL when it has not ended after `patienceMs`. */
  stop(patienceMs: number): Promise<void>;
}

export interface ChildSpec {
  name: string;
  command: string;
  args: readonly string[];
  cwd?: string;
  env: Readonly<Record<string, string>>;
}

const firstPauseMs = 200;
const longestPauseMs = 10_000;
/** A child that lived so long starts anew with the shortest pause. */
const healthyMs = 30_000;

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

/** Standard output and error of the child go to this process's standard error: standard output belongs to the command. */
export const supervise = (spec: ChildSpec, options: { clock: Clock; log: Log }): Supervised => {
  const { clock, log } = options;
  let stopping = false;
  let pauseMs = firstPauseMs;
  let child: ChildProcess | undefined;
  let cancelRestart = (): void => undefined;

  const start = (): void => {
    const startedAtMs = clock.monotonicMs();
    const started = spawn(spec.command, [...spec.args], {
      cwd: spec.cwd,
      env: { ...process.env, ...spec.env },
      stdio: ['ignore', 2, 2],
      // A process group of its own: Ctrl-C in a terminal reaches the parent alone, which stops its children in order.
      detached: true,
    });
    child = started;
    let gone = false;
    const onGone = (reason: Record<string, unknown>): void => {
      if (gone) return;
      gone = true;
      if (stopping) return;
      if (clock.monotonicMs() - startedAtMs > healthyMs) pauseMs = firstPauseMs;
      log.warn(
        { event: 'child-ended', child: spec.name, restartInMs: pauseMs, ...reason },
        'a process ended and is started again',
      );
      cancelRestart = clock.setTimer(pauseMs, start);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    };
    started.once('error', (error) => onGone({ error }));
    started.once('exit', (code, signal) => onGone({ code, signal }));
  };

  start();
  return {
    name: spec.name,
    pid: () => (child === undefined || hasEnded(child) ? undefined : child.pid),
    stop: (patienceMs) =>
      new Promise((resolve) => {
        stopping = true;
        cancelRestart();
        if (child === undefined || hasEnded(child) || child.pid === undefined) return resolve();
        const ended = child;
        const cancelKill = clock.setTimer(patienceMs, () => ended.kill('SIGKILL'));
        ended.once('exit', () => {
          cancelKill();
          resolve();
        });
        ended.kill('SIGTERM');
      }),
  };
};
