import { execFile } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

/** scripts/kubernetes.sh beside a cluster program that only notes what it is told: the real one takes minutes and root. */
let folder = '';
const at = (...steps: string[]): string => join(folder, ...steps);

const program = (path: string, lines: readonly string[]): void => {
  writeFileSync(path, `#!/bin/bash\n${lines.join('\n')}\n`);
  chmodSync(path, 0o755);
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'medley-kubernetes-script-'));
  for (const path of ['tree/scripts', 'shared/cluster', 'bin', 'tmp']) mkdirSync(at(path), { recursive: true });
  cpSync(fileURLToPath(new URL('../../scripts/kubernetes.sh', import.meta.url)), at('tree/scripts/kubernetes.sh'));
  program(at('tree/scripts/kubernetes-tools.sh'), [`echo ${at('bin')}`]);
  program(at('bin/kubectl'), [`[[ -e ${at('runs')} ]]`]);
  program(at('shared/cluster/cluster'), [
    `[[ $1 == kubeconfig ]] || echo "$*" >> ${at('told')}`,
    'case $1 in',
    `  kubeconfig) echo ${at('config')} ;;`,
    `  up) [[ ! -e ${at('broken')} ]] || exit 1; touch ${at('runs')}; echo "keys $RANDOM" > ${at('config')} ;;`,
    `  down) rm -f ${at('runs')} ${at('config')} ;;`,
    'esac',
  ]);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = async (
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ out: string; err: string; code: number }> => {
  const { PATH = '' } = process.env;
  const options = { env: { PATH, TMPDIR: at('tmp'), ...env } };
  return promisify(execFile)('bash', [at('tree/scripts/kubernetes.sh'), ...args], options).then(
    ({ stdout, stderr }) => ({ out: stdout.trim(), err: stderr.trim(), code: 0 }),
    (error: { stdout: string; stderr: string; code: number }) => ({
      ...{ out: error.stdout.trim(), err: error.stderr.trim(), code: error.code },
    }),
  );
};
const told = (): string[] => (existsSync(at('told')) ? readFileSync(at('told'), 'utf8').trim().split('\n') : []);

test('the cluster of KUBECONFIG is taken as it is, and never ended', async () => {
  const env = { KUBECONFIG: '/elsewhere/config' };
  expect(await run(['start'], env)).toMatchObject({ out: '/elsewhere/config', code: 0 });
  expect(await run(['stop'], env)).toMatchObject({ code: 0 });
  expect(told()).toEqual([]);
});

test('without KUBECONFIG and without the folder there is a sentence', async () => {
  rmSync(at('shared'), { recursive: true });
  const { err, code } = await run(['start']);
  expect([code, err]).toEqual([
    1,
    'kubernetes: set KUBECONFIG to a cluster that tests may use: there is none here to start',
  ]);
});

test('a cluster is started with as many nodes as wanted, and ended by stop', async () => {
  expect(await run(['start'], { MEDLEY_TEST_NODES: '3' })).toMatchObject({ out: at('config'), code: 0 });
  await run(['start']);
  await run(['stop']);
  await run(['stop']);
  expect(told()).toEqual(['up --nodes 3', 'down']);
});

test('one that ran before is used, and left running', async () => {
  writeFileSync(at('config'), 'keys of somebody');
  writeFileSync(at('runs'), '');
  expect(await run([])).toMatchObject({ out: at('config'), code: 0 });
  await run(['stop']);
  expect(told()).toEqual([]);
});

test('of two runs at once, the one that did not start it leaves it to the other', async () => {
  const [first, second] = [{ MEDLEY_KUBERNETES_RUN: '1' }, { MEDLEY_KUBERNETES_RUN: '2' }];
  await run(['start'], first);
  await run(['start'], second);
  await run(['stop'], second);
  expect(told()).toEqual(['up --nodes 1']);
  await run(['stop'], first);
  expect(told()).toEqual(['up --nodes 1', 'down']);
});

test('one that somebody started since ours was ended is not ours to end', async () => {
  await run(['start']);
  writeFileSync(at('config'), 'keys of somebody');
  await run(['stop']);
  expect(told()).toEqual(['up --nodes 1']);
});

test('one that did not come up is cleared away, and the fault is told', async () => {
  writeFileSync(at('broken'), '');
  expect((await run(['start'])).code).not.toBe(0);
  await run(['stop']);
  expect(told()).toEqual(['up --nodes 1', 'down']);
});

test('what is slow is made ahead, and nothing is left running', async () => {
  expect((await run(['prepare'])).code).toBe(0);
  await run(['stop']);
  const image = expect.stringMatching(/^build \. medley:test-[0-9a-f]{12}$/);
  expect(told()).toEqual(['up', image, 'addon prometheus', 'addon rabbitmq-operator', 'down']);
});

test('nothing is made ahead where a cluster runs or is named', async () => {
  expect((await run(['prepare'], { KUBECONFIG: '/elsewhere/config' })).code).toBe(0);
  writeFileSync(at('config'), 'keys of somebody');
  writeFileSync(at('runs'), '');
  expect((await run(['prepare'])).code).toBe(0);
  expect(told()).toEqual([]);
});

test('an image is built once for one tree and one cluster, and on no foreign one', async () => {
  await promisify(execFile)('git', ['init', '-q', at('tree')]);
  writeFileSync(at('tree/Dockerfile'), 'FROM scratch\n');
  await run(['start']);
  const first = await run(['image']);
  expect(first.out).toMatch(/^medley:test-[0-9a-f]{12}$/);
  expect((await run(['image'])).out).toBe(first.out);
  writeFileSync(at('tree/Dockerfile'), 'FROM scratch\nUSER 1000\n');
  const second = await run(['image']);
  expect(second.out).not.toBe(first.out);
  expect(told().slice(1)).toEqual([`build . ${first.out}`, `build . ${second.out}`]);
  expect(await run(['image'], { KUBECONFIG: '/elsewhere/config', MEDLEY_TEST_IMAGE: 'mine:1' })).toMatchObject({
    out: 'mine:1',
  });
  expect((await run(['image'], { KUBECONFIG: '/elsewhere/config' })).err).toMatch(/^kubernetes: set MEDLEY_TEST_IMAGE/);
});

test('an add-on is installed where the cluster is ours, and looked for where it is not', async () => {
  await run(['start']);
  expect((await run(['addon', 'keda'])).code).toBe(0);
  const elsewhere = { KUBECONFIG: '/elsewhere/config' };
  program(at('bin/kubectl'), [`[[ $* == *' get --raw /apis/rabbitmq.com' ]] && echo '{}'`]);
  expect((await run(['addon', 'rabbitmq-operator'], elsewhere)).code).toBe(0);
  expect(await run(['addon', 'keda'], elsewhere)).toMatchObject({
    ...{ code: 1, err: 'kubernetes: install keda on the cluster first: nothing here can' },
  });
  expect((await run(['addon', 'kafka'])).err).toBe('kubernetes: there is no add-on kafka');
  expect(told()).toEqual(['up --nodes 1', 'addon keda']);
});
