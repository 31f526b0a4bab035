import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** `medley up` as a process of its own, known by what it prints. */
export interface MedleyProcess {
  /** Where it serves, such as `http://127.0.0.1:8080`. */
  base: string;
  output: readonly string[];
  /** As Ctrl-C would, and waits for its end. */
  stop(): Promise<void>;
}

export const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url));

/** Resolves once it serves; rejects with all it printed when it ends before. */
export const startMedley = (options: readonly string[]): Promise<MedleyProcess> => {
  const args = ['--disable-warning=ExperimentalWarning', 'cmd/medley.ts', 'up', '--port', '0', ...options];
  const child = spawn(process.execPath, args, { cwd: repositoryRoot, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: string[] = [];
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const stop = async (): Promise<void> => {
    if (child.exitCode === null) child.kill('SIGINT');
    await ended;
  };
  return new Promise((resolve, reject) => {
    void ended.then((code) => reject(new Error(`medley up ended with ${code}:\n${output.join('\n')}`)));
    const read = (line: string): void => {
      output.push(line);
      const base = /serving on (\S+)/.exec(line)?.[1];
      if (base !== undefined) resolve({ base, output, stop });
    };
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', read);
  });
};
