import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startChild } from './start-child.ts';

/** A child that says in a file that it runs, and in another that it drained. */
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'medley-child-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (name: string): string => {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch {
    return '';
  }
};

const until = async (holds: () => boolean): Promise<void> => {
  for (let turn = 0; turn < 1_000; turn += 1) {
    if (holds()) return;
    await sleep(20);
  }
  throw new Error('it did not happen within 20 s');
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    // A zombie nobody has buried yet is dead all the same.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

const parentPipe = new URL('../runtime/parent-pipe.ts', import.meta.url).href;
const startChildModule = new URL('./start-child.ts', import.meta.url).href;

/** What a role of Medley's own does: drains on SIGTERM, which the closed pipe brings about. */
const role = `
import { writeFileSync } from 'node:fs';
import { endWithParent } from ${JSON.stringify(parentPipe)};
endWithParent();
const here = process.argv[1];
process.on('SIGTERM', () => { writeFileSync(here + '/drained', 'yes'); process.exit(0); });
setInterval(() => {}, 1000);
writeFileSync(here + '/pid', String(process.pid));
`;

/** A program that knows nothing of Medley, started through another, as scripts do. */
const foreign = `
trap 'echo yes > "$0/drained"; exit 7' TERM
echo $$ > "$0/pid"
while :; do sleep 0.05; done
`;

const specs = {
  'a role of our own': {
    name: 'role',
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', role],
  },
  'a guarded program': { name: 'foreign', command: 'sh', args: ['-c', foreign], guarded: true },
} as const;

describe.each(Object.entries(specs))('%s', (_, spec) => {
  const specHere = () => ({ ...spec, args: [...spec.args, folder], env: {} });

  test('drains on SIGTERM and says how it ended', async () => {
    const child = startChild(specHere());
    await until(() => read('pid') !== '');
    child.signal('SIGTERM');
    await child.gone();
    expect(read('drained')).toContain('yes');
    expect(await child.ended).toEqual({ code: spec.name === 'foreign' ? 7 : 0, signal: null });
  }, 30_000);

  test('drains when the process that started it is killed', async () => {
    const parent = spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        '--input-type=module',
        '-e',
        `import { startChild } from ${JSON.stringify(startChildModule)};
         startChild(${JSON.stringify(specHere())}); setInterval(() => {}, 1000);`,
      ],
      { stdio: 'ignore' },
    );
    await until(() => read('pid').trim() !== '');
    const pid = Number(read('pid'));
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await until(() => !isAlive(pid));
    expect(read('drained')).toContain('yes');
  }, 30_000);
});

test('what a guarded program started itself is gone as well when gone() resolves', async () => {
  const script = 'sleep 60 & echo $! > "$0/pid"; wait';
  const child = startChild({ name: 'nest', command: 'sh', args: ['-c', script, folder], env: {}, guarded: true });
  await until(() => read('pid').trim() !== '');
  child.signal('SIGTERM');
  await child.gone();
  expect(isAlive(Number(read('pid')))).toBe(false);
}, 30_000);

test('a guarded program that ends by itself hands on its exit code', async () => {
  const child = startChild({ name: 'brief', command: 'sh', args: ['-c', 'exit 3'], env: {}, guarded: true });
  expect(await child.ended).toEqual({ code: 3, signal: null });
});
