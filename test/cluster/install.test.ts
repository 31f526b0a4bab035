import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type Cluster, connectCluster } from './support/cluster.ts';
import { eventually } from './support/eventually.ts';
import { createNamespace, type Namespace } from './support/namespace.ts';

/** From an empty namespace to an explained answer through a port of the node, and back to an empty namespace. */
jest.setTimeout(900_000);

const nodePort = 30_480;
const release = 'webflix';
const uninstallMs = 60_000;

let cluster: Cluster;
let namespace: Namespace;
let base = '';
let image = '';

beforeAll(async () => {
  cluster = await connectCluster();
  image = await cluster.image();
  base = `http://${await cluster.nodeAddress()}:${nodePort}`;
  namespace = await createNamespace(cluster, { prefix: 'chart-install' });
});
afterAll(() => namespace?.remove());

interface Answer {
  source: string;
  complete: boolean;
  items: { id: string; title: string; reasons: { text: string }[] }[];
  plan: { version: number };
}

/** Little of the machine is asked for: it is shared with other tests. */
const sparing = ['gateway', 'aggregator', 'operator', 'trainer', 'rabbitmq', 'postgresql.internal'].flatMap((part) => [
  ...['--set', `${part}.resources.requests.cpu=20m`, '--set', `${part}.resources.requests.memory=64Mi`],
]);
const flagsOf = (tag: string): string[] => [
  ...['--set', `image.repository=${tag.slice(0, tag.lastIndexOf(':'))}`],
  ...['--set-string', `image.tag=${tag.slice(tag.lastIndexOf(':') + 1)}`],
  ...['--set', 'gateway.service.type=NodePort', '--set', `gateway.service.nodePort=${nodePort}`],
  ...sparing,
];
const ask = async (): Promise<Answer> => (await (await fetch(`${base}/v1/users/1/recommendations`)).json()) as Answer;
const wholeAnswer = (): Promise<Answer> =>
  eventually(
    'a whole answer',
    async () => {
      const answer = await ask();
      return answer.source === 'fresh' && answer.complete && answer;
    },
    { timeoutMs: 120_000, trouble: namespace.trouble },
  );
const namesOf = async (kinds: string): Promise<string[]> =>
  (await namespace.kubectl(['get', kinds, '-o', 'name'])).split('\n').filter((line) => line !== '');

test('an install in a restricted namespace answers, helm test is green, each item says why', async () => {
  const beganMs = performance.now();
  const args = ['install', release, 'helm/medley', '--wait', '--timeout', '240s', ...flagsOf(image)];
  await namespace.helm(args, { timeoutMs: 260_000 });
  const answer = await wholeAnswer();
  const seconds = (performance.now() - beganMs) / 1_000;
  process.stderr.write(`from install to the first whole answer: ${seconds.toFixed(1)} s\n`);
  expect(answer.items.length).toBeGreaterThan(5);
  for (const { title, reasons } of answer.items) expect([title, reasons[0]?.text]).toEqual([title, expect.any(String)]);
  const said = await namespace.helm(['test', release, '--logs'], { timeoutMs: 300_000 });
  expect(said).toContain('Phase:          Succeeded');
  expect(said).toMatch(/home for user 1 — fresh/);
  expect(seconds).toBeLessThan(240);
});

test('Secrets are made once: an upgrade, and a second one, leave them as they are', async () => {
  const passwords = async (): Promise<string> =>
    namespace.kubectl([
      'get',
      'secret',
      `${release}-medley-broker`,
      `${release}-medley-database`,
      '-o',
      'jsonpath={.items[*].data}',
    ]);
  const before = await passwords();
  expect(before).toContain('erlang-cookie');
  await namespace.helm(
    ['upgrade', release, 'helm/medley', '--timeout', '240s', ...flagsOf(image), '--set', 'logLevel=warn'],
    {
      timeoutMs: 260_000,
    },
  );
  expect(await passwords()).toBe(before);
  await wholeAnswer();
});

test('no pod but the operator has a token of Kubernetes, and no account may do what it does not', async () => {
  const can = async (account: string, ...what: readonly string[]): Promise<string> =>
    (
      await namespace.tryKubectl(['auth', 'can-i', ...what, `--as=system:serviceaccount:${namespace.name}:${account}`])
    ).stdout.trim();
  const operator = `${release}-medley-operator`;
  expect(await can(operator, 'create', 'deployments.apps')).toBe('yes');
  expect(await can(operator, 'delete', 'persistentvolumeclaims')).toBe('no');
  expect(await can(operator, 'create', 'pods')).toBe('no');
  expect(await can(operator, 'delete', 'secrets')).toBe('no');
  expect(await can(operator, 'patch', 'recommenders.medley.dev')).toBe('no');
  expect(await can(operator, 'create', 'roles.rbac.authorization.k8s.io')).toBe('no');
  expect(await can('scorer-genres', 'get', 'secrets')).toBe('no');
  expect(await can('default', 'get', 'secrets')).toBe('no');
});

test('an uninstall ends within a minute though the operator is dead and a Scorer would be drained, and leaves data alone', async () => {
  const spec = '{"spec":{"deletionPolicy":"Drain"}}';
  await namespace.kubectl(['patch', 'scorer', 'genres', '--type=merge', '-p', spec]);
  await eventually('the finalizer is set', async () =>
    (await namespace.kubectl(['get', 'scorer', 'genres', '-o', 'jsonpath={.metadata.finalizers}'])).includes('drain'),
  );
  await namespace.kubectl(['scale', 'deployment', `${release}-medley-operator`, '--replicas=0']);
  await namespace.kubectl([
    'wait',
    '--for=delete',
    'pod',
    '-l',
    'app.kubernetes.io/component=operator',
    '--timeout=60s',
  ]);

  const beganMs = performance.now();
  await namespace.helm(['uninstall', release], { timeoutMs: 120_000 });
  const tookMs = performance.now() - beganMs;
  process.stderr.write(`uninstall: ${(tookMs / 1_000).toFixed(1)} s\n`);
  expect(tookMs).toBeLessThan(uninstallMs);
  await eventually('its pods are gone', async () => (await namesOf('pods,scorers,recommenders')).length === 0, {
    timeoutMs: 90_000,
    trouble: namespace.trouble,
  });
  expect(
    (await namesOf('deployments,statefulsets,jobs,cronjobs,services,networkpolicies,leases,roles,rolebindings')).sort(),
  ).toEqual([]);
  expect((await namesOf('secrets,persistentvolumeclaims')).sort()).toEqual([
    `persistentvolumeclaim/data-${release}-medley-postgresql-0`,
    `persistentvolumeclaim/data-${release}-medley-rabbitmq-0`,
    `secret/${release}-medley-broker`,
    `secret/${release}-medley-database`,
  ]);
});

test('installed again it finds its data; with nothing to keep, an uninstall leaves nothing', async () => {
  const args = ['install', release, 'helm/medley', '--wait', '--timeout', '240s', ...flagsOf(image)];
  await namespace.helm(
    [
      ...args,
      '--set',
      'uninstall.keepData=false',
      '--set',
      'webflix.demoData=false',
      '--set',
      'trainer.atInstall=false',
    ],
    {
      timeoutMs: 260_000,
    },
  );
  await wholeAnswer();
  await namespace.helm(['uninstall', release], { timeoutMs: 120_000 });
  await eventually(
    'nothing is left',
    async () => (await namesOf('pods,secrets,persistentvolumeclaims,leases')).length === 0,
    {
      timeoutMs: 90_000,
      trouble: namespace.trouble,
    },
  );
  expect(await namesOf('configmaps')).toEqual(['configmap/kube-root-ca.crt']);
});
