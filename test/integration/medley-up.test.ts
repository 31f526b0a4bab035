import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { aggregatorTopology, coreTopology, createNames, scorerTopology } from '../../src/contract/topology.ts';
import { deleteTopology, testAmqpUrl } from '../support/broker-amqp.ts';
import { until } from '../support/until.ts';

/** `medley up` as a person runs it: a process of its own, ended by signals. */
const program = new URL('../../cmd/medley.ts', import.meta.url).pathname;

const resources = `
apiVersion: medley.dev/v1alpha1
kind: Scorer
metadata: { name: popularity }
---
apiVersion: medley.dev/v1alpha1
kind: Scorer
metadata: { name: foreign }
spec: { command: [sh, foreign.sh] }
---
apiVersion: medley.dev/v1alpha1
kind: Recommender
metadata: { name: both }
spec: { criteria: [{ criterion: popularity }, { criterion: foreign }] }
`;

let folder: string;
let prefix: string;
let started: ChildProcess | undefined;
let output: string;

const start = (args: readonly string[], env: Record<string, string> = {}): ChildProcess => {
  output = '';
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, 'up', ...args], {
    cwd: folder,
    env: { ...process.env, PORT: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const keep = (chunk: unknown): void => {
    output += String(chunk);
  };
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', keep);
  started = child;
  return child;
};

const endOf = async (child: ChildProcess): Promise<number | null> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
  return child.exitCode;
};

const serving = (): Promise<void> => until(`it serves:\n${output}`, () => output.includes('serving on http'), 60_000);

/** Every living process that has this test's prefix in its environment, by its command. */
const family = async (): Promise<Map<number, string>> => {
  const found = new Map<number, string>();
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const read = (name: string) => readFile(`/proc/${entry}/${name}`, 'utf8').catch(() => '');
    const [environment, command] = await Promise.all([read('environ'), read('cmdline')]);
    if (environment.includes(`MEDLEY_PREFIX=${prefix}\0`)) found.set(Number(entry), command.replaceAll('\0', ' '));
  }
  return found;
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-up-'));
  prefix = `t${randomBytes(5).toString('hex')}`;
  await writeFile(join(folder, 'resources.yaml'), resources);
  await writeFile(join(folder, 'foreign.sh'), 'while :; do sleep 0.1; done\n');
});

afterEach(async () => {
  if (started?.exitCode === null) started.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

describe('medley up in one process', () => {
  test('prints an answer, serves, and drains on the first Ctrl-C', async () => {
    const child = start(['--port', '0', '--store', ':memory:']);
    await serving();
    expect(output).toMatch(/ 1 {2}\S.* \(\d{4}\) .* %/);
    child.kill('SIGINT');
    expect(await endOf(child)).toBe(0);
    expect(output).toMatch(/draining: .*\nstopped\n$/);
  }, 90_000);

  test('a taken port is said before anything is loaded', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    try {
      expect(await endOf(start(['--port', String(port)]))).toBe(1);
    } finally {
      server.close();
    }
    expect(output).toBe(
      `medley: Nothing was started:\n  - port ${port} on 127.0.0.1 is taken: stop what listens there, or choose another by --port\n`,
    );
    expect(await readdir(folder)).not.toContain('.medley');
  }, 60_000);
});

describe('medley up with a broker', () => {
  const args = ['--port', '0', '--broker', testAmqpUrl, '--scorers', '2', '--resources', 'resources.yaml'];

  afterEach(async () => {
    const names = createNames(prefix);
    const scorers = ['popularity', 'foreign'].map((one) => scorerTopology(names, one));
    await deleteTopology([coreTopology(names), aggregatorTopology(names, 0), aggregatorTopology(names, 1), ...scorers]);
  });

  /** Two aggregators, a gateway, two scorers of ours, two of somebody's own with their guards. */
  const everybody = async (): Promise<Map<number, string>> => {
    const roles = ['gateway.ts', 'aggregator.ts', 'scorer.ts', 'sh foreign.sh'];
    await until('everybody runs', async () => {
      const commands = [...(await family()).values()];
      return roles.every((role) => commands.some((command) => command.includes(role)));
    });
    return family();
  };

  test('Ctrl-C ends gateway, aggregators and scorers in this order, and leaves no process behind', async () => {
    const child = start([...args, '--prefix', prefix, '--log-level', 'info']);
    await serving();
    expect((await everybody()).size).toBeGreaterThanOrEqual(9);
    // Two connections each: this process, a gateway, two aggregators, two scorers.
    await until('all are connected', () => output.split('broker.connected').length > 12, 60_000);
    child.kill('SIGINT');
    expect(await endOf(child)).toBe(0);
    expect([...(await family())]).toEqual([]);
    const stops = output
      .split('\n')
      .filter((line) => line.includes('"msg":"stopping"'))
      .map((line) => (JSON.parse(line) as { role: string }).role);
    expect(stops).toEqual(['medley', 'gateway', 'aggregator', 'aggregator', 'scorer', 'scorer']);
  }, 120_000);

  test('killed, it leaves no process behind either', async () => {
    const child = start([...args, '--prefix', prefix]);
    await serving();
    await everybody();
    child.kill('SIGKILL');
    await until('nobody is left', async () => (await family()).size === 0, 30_000);
  }, 120_000);

  test('a second Ctrl-C stops at once, and the children follow', async () => {
    const child = start([...args, '--prefix', prefix]);
    await serving();
    await everybody();
    child.kill('SIGINT');
    await until('it drains', () => output.includes('draining'));
    // Later than an echo of the first, which is all the same to it.
    await sleep(1_100);
    child.kill('SIGINT');
    expect([130, 0]).toContain(await endOf(child));
    await until('nobody is left', async () => (await family()).size === 0, 30_000);
  }, 120_000);

  test.each([
    [
      'nobody answers',
      'amqp://guest:guest@127.0.0.1:9',
      /medley: no broker at amqp:\/\/guest@127\.0\.0\.1:9 for 10 s: /,
    ],
    [
      'the password is wrong',
      testAmqpUrl.replace(/:[^:@/]*@/, ':wrong@'),
      /medley: .* refused the connection: user \S+ or the password is wrong\n$/,
    ],
  ])(
    'where %s, it says so in one line and starts nothing',
    async (_, url, sentence) => {
      expect(await endOf(start(['--port', '0', '--broker', url, '--prefix', prefix]))).toBe(1);
      expect(output).toMatch(sentence);
      expect(output).not.toMatch(/\n {4}at /);
      expect(await readdir(folder)).not.toContain('.medley');
    },
    60_000,
  );
});
