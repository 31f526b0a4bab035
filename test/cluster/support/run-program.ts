import { spawn } from 'node:child_process';

export interface RunOptions {
  /** What it reads on its standard input. */
  input?: string;
  env?: Readonly<Record<string, string | undefined>>;
  /** After so long it is killed, and counts as failed. */
  timeoutMs?: number;
}

export interface Outcome {
  /** -1: killed. */
  code: number;
  stdout: string;
  stderr: string;
}

/** A program that ended badly; the message holds what it said. */
export class ProgramFailedError extends Error {
  override readonly name = 'ProgramFailedError';
  readonly outcome: Outcome;
  constructor(command: string, outcome: Outcome) {
    super(`${command} ended with ${outcome.code}: ${outcome.stderr.trim() || outcome.stdout.trim()}`);
    this.outcome = outcome;
  }
}

/** Runs a program to its end, whatever that is. */
export const tryProgram = async (
  program: string,
  args: readonly string[],
  { input, env = process.env, timeoutMs = 120_000 }: RunOptions = {},
): Promise<Outcome> => {
  const child = spawn(program, args, { env, stdio: 'pipe', timeout: timeoutMs, killSignal: 'SIGKILL' });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text;
  });
  // It may end before it has read everything.
  child.stdin.on('error', () => undefined).end(input ?? '');
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject).on('close', (status) => resolve(status ?? -1));
  });
  return { code, ...said };
};

/**
 * What a program writes on its standard output.
 *
 * @throws ProgramFailedError
 */
export const runProgram = async (
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> => {
  const outcome = await tryProgram(program, args, options);
  if (outcome.code !== 0) throw new ProgramFailedError([program, ...args].join(' '), outcome);
  return outcome.stdout;
};
