import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type Cluster, connectCluster } from './support/cluster.ts';
import { eventually } from './support/eventually.ts';
import { type ForwardedPort, forwardPort } from './support/forward-port.ts';
import { imageValues } from './support/image-values.ts';
import { type Namespace, namespaceOf } from './support/namespace.ts';
import { type GivenAnswer, untilWhole } from './support/release.ts';
import { runShell } from './support/run-shell.ts';
import { tellSeconds } from './support/tell-seconds.ts';

/** k8s/base by the very commands of docs/development.md: applied, it answers as the chart does; then it is taken away. */
jest.setTimeout(900_000);

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(root, 'docs/development.md'), 'utf8');
const [, section = ''] = /\nWithout Helm,([\s\S]*?)\n## /.exec(page) ?? [];
const [, block = ''] = /```sh\n([\s\S]*?)```/.exec(section) ?? [];
const inProse = [...section.replace(block, '').matchAll(/`(kubectl [^`]+)`/g)].map(([, command = '']) => command);
const goneWithinS = 60;

/** Seven Scorers ask for a tenth of a core each; a test machine has two, and others on it. */
const modest = `patches:
  - target: { kind: Scorer }
    patch: '[{ "op": "add", "path": "/spec/resources", "value": { "requests": { "cpu": "20m", "memory": "64Mi" } } }]'
`;

let cluster: Cluster;
let namespace: Namespace;
let folder: string;
let gateway: ForwardedPort | undefined;
let isOurs = false;

const run = (commands: string): Promise<string> => runShell(cluster, commands, { folder, timeoutMs: 180_000 });
const answer = async (): Promise<GivenAnswer> => {
  const response = await fetch(`${gateway?.url}/v1/users/1/recommendations`, { signal: AbortSignal.timeout(5_000) });
  return { ...((await response.json()) as Omit<GivenAnswer, 'status'>), status: response.status };
};
const tell = (what: string, beganMs: number): number => {
  const seconds = (performance.now() - beganMs) / 1_000;
  tellSeconds(`k8s/base, ${what}`, seconds);
  return seconds;
};

beforeAll(async () => {
  cluster = await connectCluster();
  namespace = namespaceOf(cluster, 'medley');
  const label = 'jsonpath={.metadata.name} {.metadata.labels.medley\\.dev/test}';
  const found = await cluster.kubectl(['get', 'namespace', 'medley', '--ignore-not-found', '-o', label]);
  // A run of this test that was cut short leaves its own.
  if (found === 'medley true') await namespace.remove();
  else if (found !== '') throw new Error('there is a namespace medley, which is where k8s/base goes: delete it first');
  isOurs = true;
  folder = mkdtempSync(join(tmpdir(), 'medley-base-'));
  for (const part of ['k8s/base', 'k8s/crds']) cpSync(join(root, part), join(folder, part), { recursive: true });
  const image = await cluster.image();
  const { repository, tag } = imageValues(image);
  const own = `- name: medley\n    newName: ${repository}\n    newTag: "${tag}"`;
  const file = join(folder, 'k8s/base/kustomization.yaml');
  const text = readFileSync(file, 'utf8');
  const edited = text.replace(/- name: medley\n\s+newTag: .+/, own);
  expect(edited).not.toBe(text);
  writeFileSync(file, `${edited}${modest}`);
});
afterAll(async () => {
  await gateway?.stop();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  if (isOurs) await namespace.remove();
});

test('the page says how to apply it, apply it again and take it away', () => {
  expect(block.trim().split('\n')).toHaveLength(2);
  expect(inProse).toHaveLength(3);
});

test('applied to a cluster that has no such namespace, it answers whole and says why', async () => {
  const beganMs = performance.now();
  await run(block);
  await cluster.kubectl(['label', 'namespace', 'medley', 'medley.dev/test=true']);
  await eventually(
    'the gateway is ready',
    () => namespace.kubectl(['rollout', 'status', 'deployment/medley-gateway']),
    {
      timeoutMs: 240_000,
      trouble: namespace.trouble,
    },
  );
  gateway = await forwardPort(cluster, 'medley', { target: 'service/medley-gateway', port: 80 });
  const { items } = await untilWhole('k8s/base', answer, namespace.trouble);
  tell('from apply to the first whole answer', beganMs);
  expect(items.length).toBeGreaterThan(5);
  for (const { title, reasons } of items) expect([title, reasons[0]?.text]).toEqual([title, expect.any(String)]);
});

test('applied again it keeps its secrets, and answers', async () => {
  const passwords = (): Promise<string> =>
    namespace.kubectl(['get', 'secret', 'medley-broker', 'medley-database', '-o', 'jsonpath={.items[*].data}']);
  const before = await passwords();
  await run(`${inProse[0]}\n${block}`);
  await namespace.kubectl(['wait', '--for=condition=Complete', 'job/medley-make-secrets', '--timeout=120s'], {
    timeoutMs: 130_000,
  });
  expect(await passwords()).toBe(before);
  await untilWhole('k8s/base', answer, namespace.trouble);
});

test('taken away it is gone within a minute, and only the CRDs are left', async () => {
  await gateway?.stop();
  const beganMs = performance.now();
  await run(inProse.slice(1).join('\n'));
  expect(tell('taken away', beganMs)).toBeLessThan(goneWithinS);
  expect(await cluster.kubectl(['get', 'namespace', 'medley', '--ignore-not-found', '-o', 'name'])).toBe('');
  expect(await cluster.kubectl(['get', 'crds', '-l', 'app.kubernetes.io/name=medley', '-o', 'name'])).not.toBe('');
});
