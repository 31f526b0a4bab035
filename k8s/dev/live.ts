/**
 * Process 1 of a development image: runs a role from its sources, and starts it anew when they change.
 *
 * The root file system is read-only, as everywhere; the sources are copied to LIVE_FOLDER (an emptyDir), where Tilt
 * writes what is edited. A role that ends by itself ends the container, so Jobs end and crashes are seen.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, symlinkSync, watch } from 'node:fs';
import { basename, join } from 'node:path';

const source = process.env.LIVE_SOURCE ?? '/app';
const folder = process.env.LIVE_FOLDER ?? '/tmp/app';
/** An editor and a sync write several times; the role is started once. */
const settleMs = 200;

const prepare = (): void => {
  if (existsSync(join(folder, 'node_modules'))) return;
  for (const part of ['package.json', 'src', 'cmd', 'k8s', 'examples']) {
    if (existsSync(join(source, part))) cpSync(join(source, part), join(folder, part), { recursive: true });
  }
  symlinkSync(join(source, 'node_modules'), join(folder, 'node_modules'));
};

const [, script = '', ...args] = process.argv;
const role = basename(script).replace(/\.[jt]s$/, '');
let child: ChildProcess | null = null;
let stopping = false;
let again = false;

const start = (): void => {
  again = false;
  child = spawn(process.execPath, [join(folder, 'cmd', `${role}.ts`), ...args], { cwd: folder, stdio: 'inherit' });
  child.once('exit', (code, signal) => {
    if (!again || stopping) process.exit(code ?? (signal === 'SIGTERM' ? 143 : 1));
    process.stdout.write(`${JSON.stringify({ event: 'live.restarted', role })}\n`);
    start();
  });
};

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    stopping = true;
    child?.kill(signal);
  });
}

let timer: NodeJS.Timeout | undefined;
const changed = (): void => {
  clearTimeout(timer);
  timer = setTimeout(() => {
    if (again || stopping) return;
    again = true;
    child?.kill('SIGTERM');
  }, settleMs);
};

prepare();
for (const part of ['src', 'cmd']) watch(join(folder, part), { recursive: true }, changed);
start();
