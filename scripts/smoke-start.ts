/**
 * Starts Medley the way a newcomer does (`npm start`), asks for one user's recommendations, then ends it as Ctrl-C would.
 * Usage: node scripts/smoke-start.ts [FOLDER]; the folder is the clone to start, this one unless told.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Packages may have to be installed first. */
const START_TIMEOUT_MS = 300_000;
const STOP_TIMEOUT_MS = 20_000;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}

async function isReady(base: string): Promise<boolean> {
  try {
    return (await fetch(`${base}/readyz`)).ok;
  } catch {
    return false;
  }
}

async function awaitReady(base: string, started: ChildProcess): Promise<void> {
  const giveUpAtMs = Date.now() + START_TIMEOUT_MS;
  while (!(await isReady(base))) {
    if (started.exitCode !== null) throw new Error(`npm start ended with code ${started.exitCode}`);
    if (Date.now() > giveUpAtMs) throw new Error(`npm start was not ready within ${START_TIMEOUT_MS} ms`);
    await sleep(200);
  }
}

async function askForUser(base: string): Promise<void> {
  const response = await fetch(`${base}/v1/users/1/recommendations`);
  const text = await response.text();
  if (!response.ok) throw new Error(`user 1 got ${response.status}: ${text}`);
  const { items } = JSON.parse(text) as { items?: unknown[] };
  if (!items?.length) throw new Error(`user 1 got no recommendation: ${text}`);
  console.log(`smoke: user 1 got ${items.length} recommendations`);
}

/** Ctrl-C reaches the whole process group of a terminal; so does this. */
function interrupt(started: ChildProcess, signal: NodeJS.Signals): void {
  if (started.pid !== undefined && started.exitCode === null && started.signalCode === null)
    process.kill(-started.pid, signal);
}

async function awaitEnd(started: ChildProcess): Promise<void> {
  if (started.exitCode !== null) return;
  const ended = await Promise.race([once(started, 'exit'), sleep(STOP_TIMEOUT_MS, undefined, { ref: false })]);
  if (ended === undefined) throw new Error(`npm start did not end within ${STOP_TIMEOUT_MS} ms of an interrupt`);
}

/** What it prints goes on to the terminal, and is kept. */
function outputOf(started: ChildProcess): { text(): string } {
  let all = '';
  started.stdout?.on('data', (chunk: Buffer) => {
    all += chunk.toString();
    process.stdout.write(chunk);
  });
  return { text: () => all };
}

const folder = process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url));
const port = await freePort();
const base = `http://127.0.0.1:${port}`;
const started = spawn('npm', ['start', '--silent'], {
  cwd: folder,
  env: { ...process.env, PORT: String(port) },
  stdio: ['ignore', 'pipe', 'inherit'],
  detached: true,
});
const output = outputOf(started);
try {
  await awaitReady(base, started);
  await askForUser(base);
  while (!output.text().includes('serving on')) await sleep(100);
  interrupt(started, 'SIGINT');
  await awaitEnd(started);
  if (await isReady(base)) throw new Error('npm start ended, but something still serves its port');
  if (!output.text().trimEnd().endsWith('stopped')) throw new Error('npm start was cut short, it did not drain');
} finally {
  interrupt(started, 'SIGKILL');
}
