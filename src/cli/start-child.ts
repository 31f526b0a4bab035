import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPipeVariable } from '../runtime/parent-pipe.ts';
import { guardScript } from './orphan-guard.ts';

/** What is run as a child process. */
export interface ChildSpec {
  name: string;
  command: string;
  args: readonly string[];
  cwd?: string;
  env: Readonly<Record<string, string>>;
  /** It knows nothing of MEDLEY_PARENT_PIPE, so a guard between ends it when this process is killed. */
  guarded?: boolean;
  /** What it prints is thrown away. */
  quiet?: boolean;
}

/** How a child ended. */
export interface ChildEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** Set where it could not be started. */
  error?: Error;
}

/** One process with all it starts: a group of its own. */
export interface Child {
  /** Undefined once it has ended. */
  pid(): number | undefined;
  ended: Promise<ChildEnd>;
  /** To the whole group; nothing where it is gone. */
  signal(signal: NodeJS.Signals): void;
  /** Resolves when it has ended, and where it is guarded, when nothing of the group is left. */
  gone(): Promise<void>;
}

const pipeFd = 3;
const pollMs = 25;

const signalGroup = (group: number, signal: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(-group, signal);
  } catch {
    return false;
  }
};

const endOf = (child: ChildProcess): Promise<ChildEnd> =>
  new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, error }));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });

/**
 * Starts a child in a group of its own: Ctrl-C in a terminal reaches this process alone, which ends its children in order.
 *
 * The child inherits a pipe that closes when this process dies, however it dies. Standard output and error of the child
 * go to this process's standard error: standard output belongs to the command.
 */
export const startChild = ({ command, args, cwd, env, guarded = false, quiet = false }: ChildSpec): Child => {
  const [program, ...rest] = guarded ? ['sh', '-c', guardScript, 'guard', command, ...args] : [command, ...args];
  const output = quiet ? 'ignore' : 2;
  const child = spawn(program as string, rest, {
    cwd,
    env: { ...process.env, ...env, ...(guarded ? {} : { [parentPipeVariable]: String(pipeFd) }) },
    stdio: ['ignore', output, output, 'pipe'],
    detached: true,
  });
  const pipe = child.stdio[pipeFd];
  pipe?.on('error', () => undefined);
  const ended = endOf(child);
  void ended.then(() => pipe?.destroy());
  const group = child.pid;
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    pid: () => (hasEnded() ? undefined : group),
    ended,
    signal: (signal) => void (group !== undefined && signalGroup(group, signal)),
    async gone() {
      await ended;
      while (guarded && group !== undefined && signalGroup(group, 0)) await sleep(pollMs);
    },
  };
};
