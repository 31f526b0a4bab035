import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Cluster, connectCluster } from './support/cluster.ts';
import { eventually } from './support/eventually.ts';
import { createNamespace, type Namespace } from './support/namespace.ts';
import { createRelease, type Release, setFlags } from './support/release.ts';
import { runShell } from './support/run-shell.ts';
import { tellSeconds } from './support/tell-seconds.ts';

/** From an empty namespace to an explained answer through a port of the node, and back to an empty namespace. */
jest.setTimeout(900_000);

const root = fileURLToPath(new URL('../..', import.meta.url));
const name = 'webflix';
const uninstallS = 60;

let cluster: Cluster;
let namespace: Namespace;
let release: Release;

beforeAll(async () => {
  cluster = await connectCluster();
  // Where there are none Helm is to install them; it leaves older ones as they are.
  const crds = await cluster.kubectl(['get', 'crds', '-l', 'app.kubernetes.io/name=medley', '-o', 'name']);
  if (crds !== '') await cluster.applyCrds();
  const image = await cluster.image();
  namespace = await createNamespace(cluster, { prefix: 'chart-install' });
  release = createRelease(cluster, namespace, { name, image });
});
afterAll(async () => {
  // Where the test of a dead operator ended early, nobody is left to lift it.
  const lifted = '{"metadata":{"finalizers":null}}';
  await namespace?.tryKubectl(['patch', 'scorer', 'genres', '--type=merge', '-p', lifted]);
  await namespace?.remove();
});

const namesOf = async (kinds: string): Promise<string[]> =>
  (await namespace.kubectl(['get', kinds, '-o', 'name'])).split('\n').filter((line) => line !== '');

test('an install in a restricted namespace answers, helm test is green, each item says why', async () => {
  const seconds = await release.install();
  tellSeconds('from install to the first whole answer', seconds);
  const answer = await release.wholeAnswer();
  expect(answer.items.length).toBeGreaterThan(5);
  for (const { title, reasons } of answer.items) expect([title, reasons[0]?.text]).toEqual([title, expect.any(String)]);
  const said = await release.test();
  expect(said).toContain('Phase:          Succeeded');
  expect(said).toMatch(/home for user 1 — fresh/);
  expect(seconds).toBeLessThan(240);
});

/** As an older release has them: a field is missing. Put right within seconds, since the cluster has them but once. */
describe('CRDs of an older release', () => {
  const page = readFileSync(join(root, 'docs/install.md'), 'utf8');
  const [, section = ''] = /\n## Upgrade\n([\s\S]*?)\n## /.exec(page) ?? [];
  const [fromFolder = ''] = /^kubectl apply .* -f helm\/medley\/crds$/m.exec(section) ?? [];
  const [, fromPackage = ''] = /`(helm show crds [^`]+)`/.exec(section) ?? [];
  /** In the schema of `spec`: the field, and what it is by default. */
  const fields = ['properties/podAnnotations', 'default/podAnnotations'].map(
    (field) => `/spec/versions/0/schema/openAPIV3Schema/properties/spec/${field}`,
  );
  const annotated = (value: string): object => ({
    ...{ apiVersion: 'medley.dev/v1alpha1', kind: 'Scorer', metadata: { name: 'newer' } },
    spec: { image: 'medley:none', podAnnotations: { 'example.org/team': value }, autoscaling: { mode: 'none' } },
  });
  const takes = async (value: string): Promise<boolean> => {
    const manifest = JSON.stringify(annotated(value));
    const args = ['apply', '--server-side', '--dry-run=server', '-f', '-'];
    const { code, stderr } = await namespace.tryKubectl(args, { input: manifest });
    if (code !== 0) expect(stderr).toContain('.spec.podAnnotations: field not declared in schema');
    return code === 0;
  };
  const packaged = async (): Promise<string> => {
    const folder = mkdtempSync(join(tmpdir(), 'medley-chart-'));
    await cluster.helm(['package', 'helm/medley', '--destination', folder]);
    return folder;
  };

  afterAll(() => cluster?.applyCrds());

  test.each([
    ['from a folder', fromFolder],
    ['from a package', fromPackage],
  ])('are brought up to date by the command that the page has, %s', async (_, command) => {
    const packed = await packaged();
    try {
      const literal = command.replace('medley-0.2.0.tgz', join(packed, readdirSync(packed)[0] ?? ''));
      const older = JSON.stringify(fields.map((path) => ({ op: 'remove', path })));
      await cluster.kubectl(['patch', 'crd', 'scorers.medley.dev', '--type=json', '-p', older]);
      await eventually('the field is unknown', async () => !(await takes('films')));
      await runShell(cluster, literal, { folder: root, timeoutMs: 60_000 });
      await eventually('the field is known', () => takes('films'));
    } finally {
      rmSync(packed, { recursive: true });
      await cluster.applyCrds();
    }
  });

  test('and an upgrade of the release then works, with what is new in them', async () => {
    await namespace.kubectl([
      ...['patch', 'scorer', 'genres', '--type=merge'],
      ...['-p', '{"spec":{"podAnnotations":{"example.org/team":"films"}}}'],
    ]);
    await release.upgrade(setFlags(['logLevel=warn']));
    const path = 'jsonpath={.spec.template.metadata.annotations.example\\.org/team}';
    await eventually('its pods have it', async () =>
      (await namespace.kubectl(['get', 'deployment', 'scorer-genres', '-o', path])).includes('films'),
    );
    await release.wholeAnswer();
  });
});

test('Secrets are made once: an upgrade, and a second one, leave them as they are', async () => {
  const passwords = async (): Promise<string> =>
    namespace.kubectl([
      'get',
      'secret',
      `${name}-medley-broker`,
      `${name}-medley-database`,
      '-o',
      'jsonpath={.items[*].data}',
    ]);
  const before = await passwords();
  expect(before).toContain('erlang-cookie');
  await release.upgrade(setFlags(['logLevel=warn']));
  expect(await passwords()).toBe(before);
  await release.wholeAnswer();
});

test('no pod but the operator has a token of Kubernetes, and no account may do what it does not', async () => {
  const can = async (account: string, ...what: readonly string[]): Promise<string> =>
    (
      await namespace.tryKubectl(['auth', 'can-i', ...what, `--as=system:serviceaccount:${namespace.name}:${account}`])
    ).stdout.trim();
  const operator = `${name}-medley-operator`;
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
  await namespace.kubectl(['scale', 'deployment', `${name}-medley-operator`, '--replicas=0']);
  await namespace.kubectl([
    'wait',
    '--for=delete',
    'pod',
    '-l',
    'app.kubernetes.io/component=operator',
    '--timeout=60s',
  ]);

  const seconds = await release.uninstall();
  tellSeconds('uninstall', seconds);
  expect(seconds).toBeLessThan(uninstallS);
  await eventually('its pods are gone', async () => (await namesOf('pods,scorers,recommenders')).length === 0, {
    timeoutMs: 90_000,
    trouble: namespace.trouble,
  });
  expect(
    (await namesOf('deployments,statefulsets,jobs,cronjobs,services,networkpolicies,leases,roles,rolebindings')).sort(),
  ).toEqual([]);
  expect((await namesOf('secrets,persistentvolumeclaims')).sort()).toEqual([
    `persistentvolumeclaim/data-${name}-medley-postgresql-0`,
    `persistentvolumeclaim/data-${name}-medley-rabbitmq-0`,
    `secret/${name}-medley-broker`,
    `secret/${name}-medley-database`,
  ]);
});

test('installed again it finds its data; with nothing to keep, an uninstall leaves nothing', async () => {
  const values = ['uninstall.keepData=false', 'webflix.demoData=false', 'trainer.atInstall=false'];
  await release.install(setFlags(values));
  await release.uninstall();
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
