import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPipeVariable } from '../../src/runtime/parent-pipe.ts';

/** One role as an operating system process that can be killed, stopped and restarted, and is kept running. */
export interface RoleProcess {
  readonly role: 'scorer' | 'aggregator' | 'gateway';
  /** Such as `aggregator-0`. The process itself gets a fresh name at each start. */
  readonly name: string;
  readonly readyUrl: string;
  pid(): number | undefined;
  /** Sends a signal to the process that runs now. SIGKILL: it is started again after a short pause. */
  signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
  /** SIGTERM; resolves with the exit code. It is started again unless told otherwise. */
  terminate(options: { startAgain: boolean }): Promise<number | null>;
  /** Resolves once it takes work. */
  ready(withinMs?: number): Promise<void>;
  /** How many times it was started. */
  starts(): number;
}

export interface RoleProcessSpec {
  role: RoleProcess['role'];
  name: string;
  /** The file Node runs. */
  program: string;
  env: Readonly<Record<string, string>>;
  /** Where `/readyz` is, as a whole URL. */
  readyUrl: string;
  /** A file that takes what it logs. */
  logFile: string;
}

/** As fast as Kubernetes starts a container again that died for the first time. */
const pauseMs = 200;
const killAfterMs = 40_000;
const pipeFd = 3;
const mostSaid = 2_000;

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

const isReady = async (url: string): Promise<boolean> => {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
};

/** Starts it, and again whenever it ends without having been told to. */
export const startRoleProcess = (spec: RoleProcessSpec): RoleProcess => {
  let child: ChildProcess;
  let wanted = true;
  let count = 0;
  let restart: NodeJS.Timeout | undefined;

  const start = (): void => {
    const log = openSync(spec.logFile, 'a');
    count += 1;
    const started = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', spec.program], {
      env: { ...process.env, ...spec.env, [parentPipeVariable]: String(pipeFd) },
      // It ends when the other end of the pipe does: with this process, however that ends.
      stdio: ['ignore', log, log, 'pipe'],
    });
    closeSync(log);
    const pipe = started.stdio[pipeFd];
    pipe?.on('error', () => {});
    started.once('exit', () => pipe?.destroy());
    child = started;
    started.once('exit', () => {
      if (wanted) restart = setTimeout(start, pauseMs);
    });
  };
  start();

  return {
    role: spec.role,
    name: spec.name,
    readyUrl: spec.readyUrl,
    pid: () => (hasEnded(child) ? undefined : child.pid),
    signal: (signal) => void child.kill(signal),
    async terminate({ startAgain }) {
      wanted = startAgain;
      clearTimeout(restart);
      const ending = child;
      if (hasEnded(ending)) return ending.exitCode;
      const exit = once(ending, 'exit');
      ending.kill('SIGTERM');
      const kill = setTimeout(() => ending.kill('SIGKILL'), killAfterMs);
      await exit;
      clearTimeout(kill);
      return ending.exitCode;
    },
    async ready(withinMs = 30_000) {
      const giveUpAtMs = performance.now() + withinMs;
      while (!(await isReady(spec.readyUrl))) {
        if (performance.now() > giveUpAtMs) {
          const said = readFileSync(spec.logFile, 'utf8').slice(-mostSaid);
          throw new Error(`${spec.name} was not ready within ${withinMs} ms:\n${said}`);
        }
        await sleep(25);
      }
    },
    starts: () => count,
  };
};
