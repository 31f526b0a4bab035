import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type Cluster, connectCluster } from './support/cluster.ts';
import { type Management, openManagement } from './support/management.ts';
import { createNamespace, type Namespace } from './support/namespace.ts';
import { createRelease, type Release, setFlags } from './support/release.ts';
import { runShell } from './support/run-shell.ts';
import { tellSeconds } from './support/tell-seconds.ts';

/**
 * Two releases in two namespaces: one has broker and database of its own, the other is a guest on both, with accounts that
 * were made for it, as a platform team would. What the guest does, and that it goes, touches nothing of its host.
 */
jest.setTimeout(900_000);

const uninstallS = 60;
const password = 'guest0password';
/** One of each: two releases share the machine. */
const single = ['gateway.replicas=1', 'aggregator.replicas=1', 'operator.replicas=1', 'trainer.enabled=false'];

let cluster: Cluster;
let hostSpace: Namespace;
let guestSpace: Namespace;
let host: Release;
let guest: Release;
let management: Management;
let folder: string;

/** What the page has of it, in its order: values of the host, commands, values of the guest. */
const page = readFileSync(fileURLToPath(new URL('../../docs/install.md', import.meta.url)), 'utf8');
const [, section = ''] = /\n### Broker and database of another release\n([\s\S]*?)\n### /.exec(page) ?? [];
const blocks = [...section.matchAll(/```(?:yaml|sh)\n([\s\S]*?)```/g)].map(([, text = '']) => text);

/** The page's names of namespaces are those of this test, and its password a real one. */
const ours = (text = ''): string =>
  text
    .replaceAll('--namespace webflix', `--namespace ${hostSpace.name}`)
    .replaceAll('--namespace films', `--namespace ${guestSpace.name}`)
    .replaceAll('.webflix.svc', `.${hostSpace.name}.svc`)
    .replaceAll('metadata.name: films', `metadata.name: ${guestSpace.name}`)
    .replaceAll(/(?<!LOGIN )PASSWORD/g, password);
const broker = (): string => `home-medley-rabbitmq.${hostSpace.name}.svc`;

const recommenderNamed = (name: string): object => ({
  ...{ apiVersion: 'medley.dev/v1alpha1', kind: 'Recommender', metadata: { name } },
  spec: { criteria: [{ criterion: 'genres', weight: 1 }] },
});
/** An account on the broker of the host that is none of an administrator. */
const account = async (user: string, vhost: string): Promise<void> => {
  await management.put(`users/${user}`, { password, tags: 'policymaker' });
  await management.put(`permissions/${vhost}/${user}`, { configure: '.*', write: '.*', read: '.*' });
};
const addresses = (user: string, vhost: string): object => ({
  ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'broker-shared' } },
  stringData: {
    'amqp-url': `amqp://${user}:${password}@${broker()}:5672/${vhost}`,
    'management-url': `http://${user}:${password}@${broker()}:15672`,
  },
});

/** All that the host has on its broker and on the cluster, by name; CRDs with what makes them those very ones. */
const hostHas = async (): Promise<object> => {
  const [queues, exchanges, policies, users] = await Promise.all(
    ['queues/medley', 'exchanges/medley', 'policies/medley', 'users'].map((path) => management.names(path)),
  );
  const names = (all: readonly string[] = [], isGuest: RegExp): string[] => all.filter((name) => !isGuest.test(name));
  const objects = await hostSpace.kubectl(['get', 'scorers,recommenders,deployments,statefulsets', '-o', 'name']);
  const path = 'jsonpath={range .items[*]}{.metadata.name} {.metadata.uid} {.metadata.generation}{"\\n"}{end}';
  const crds = await cluster.kubectl(['get', 'crds', '-l', 'app.kubernetes.io/name=medley', '-o', path]);
  return {
    queues: names(queues, /^films\./),
    exchanges: names(exchanges, /^films\./),
    policies: names(policies, /^films\./),
    users: names(users, /^films/),
    objects: objects.trim().split('\n').sort(),
    crds: crds.trim().split('\n'),
  };
};

/** Asks the host all the time while something else happens: how many answers there were of each kind. */
const askedMeanwhile = async <T>(work: () => Promise<T>): Promise<{ done: T; answers: Record<string, number> }> => {
  const answers: Record<string, number> = {};
  const working = { on: true };
  const asking = (async () => {
    while (working.on) {
      const { status, body } = await host
        .get('/v1/users/1/recommendations')
        .catch((error: unknown) => ({ status: 'no answer:', body: { code: String(error) } }));
      const { source, code } = body as { source?: string; code?: string };
      const kind = `${status} ${source ?? code}`;
      answers[kind] = (answers[kind] ?? 0) + 1;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  try {
    return { done: await work(), answers };
  } finally {
    working.on = false;
    await asking;
  }
};

beforeAll(async () => {
  cluster = await connectCluster();
  await cluster.applyCrds();
  const image = await cluster.image();
  hostSpace = await createNamespace(cluster, { prefix: 'side-host' });
  guestSpace = await createNamespace(cluster, { prefix: 'side-guest' });
  host = createRelease(cluster, hostSpace, { name: 'home', image });
  guest = createRelease(cluster, guestSpace, { name: 'films', image });
  folder = mkdtempSync(join(tmpdir(), 'medley-side-'));
  writeFileSync(join(folder, 'host.yaml'), ours(blocks[0]));
  writeFileSync(join(folder, 'guest.yaml'), ours(blocks[2]));
  const values = ['--values', join(folder, 'host.yaml')];
  const seconds = await host.install([...values, ...setFlags([...single, 'uninstall.keepData=false'])]);
  tellSeconds('the host, from install to the first whole answer', seconds);
  await hostSpace.apply(recommenderNamed('only-host'));
  management = await openManagement(cluster, hostSpace, {
    pod: 'home-medley-rabbitmq-0',
    secret: 'home-medley-broker',
  });
  await guestSpace.apply(recommenderNamed('only-guest'));
  await runShell(cluster, ours(blocks[1]), { folder, timeoutMs: 180_000 });
});
afterAll(async () => {
  await management?.stop();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  await Promise.all([guestSpace?.remove(), hostSpace?.remove()]);
});

test('nobody whom the host did not name comes to its broker or its database', async () => {
  const stranger = await createNamespace(cluster, { prefix: 'side-stranger' });
  const ports = [
    [broker(), 5_672],
    [broker(), 15_672],
    [`home-medley-postgresql.${hostSpace.name}.svc`, 5_432],
  ];
  const script = `
    const { connect } = require('node:net');
    Promise.all(${JSON.stringify(ports)}.map(([host, port]) => new Promise((resolve) => {
      const socket = connect({ host, port, timeout: 5000 });
      for (const how of ['connect', 'timeout', 'error']) socket.on(how, () => (socket.destroy(), resolve(how)));
    }))).then((seen) => console.log(seen.join(' ')));`;
  const seenFrom = async (space: Namespace): Promise<string> => {
    const held = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
    const container = {
      ...{ name: 'look', image: 'node:24-bookworm-slim', imagePullPolicy: 'IfNotPresent', securityContext: held },
      command: ['node', '-e', script],
    };
    const spec = {
      ...{ restartPolicy: 'Never', terminationGracePeriodSeconds: 0, containers: [container] },
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    };
    await space.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'look' }, spec });
    await space.kubectl(['wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/look', '--timeout=120s'], {
      timeoutMs: 130_000,
    });
    return (await space.kubectl(['logs', 'look'])).trim();
  };
  try {
    expect(await seenFrom(stranger)).not.toContain('connect');
    expect(await seenFrom(guestSpace)).toBe('connect connect connect');
  } finally {
    await stranger.remove();
  }
});

describe.each([
  {
    name: 'a virtual host of its own and users that its operator makes',
    vhost: 'films',
    policymaker: '',
    values: ['uninstall.keepBrokerObjects=false'],
    prefix: 'medley',
    kept: false,
  },
  {
    name: 'a prefix of its own in the virtual host of the host and one user that is no administrator',
    vhost: 'medley',
    policymaker: 'films-shared',
    values: [
      ...['rabbitmq.external.existingSecret=broker-shared', 'rabbitmq.provisionUsers=false', 'prefix=films'],
      ...['webflix.demoData=false', 'trainer.atInstall=false'],
    ],
    prefix: 'films',
    kept: true,
  },
])('a guest with $name', ({ vhost, policymaker, values, prefix, kept }) => {
  let before: object;

  test('answers beside its host, and its helm test is green', async () => {
    if (policymaker !== '') {
      await account(policymaker, vhost);
      await guestSpace.apply(addresses(policymaker, vhost));
    }
    before = await hostHas();
    const flags = ['--values', join(folder, 'guest.yaml'), ...setFlags([...single, ...values])];
    tellSeconds('the guest, from install to the first whole answer', await guest.install(flags));
    expect(await guest.test()).toContain('Phase:          Succeeded');
    await host.wholeAnswer();
    for (const { title, reasons } of (await guest.wholeAnswer()).items) {
      expect([title, reasons[0]?.text]).toEqual([title, expect.any(String)]);
    }
  });

  test('each answers its own recommenders alone', async () => {
    const unknown = { status: 404, body: expect.objectContaining({ code: 'unknown-recommender' }) };
    for (const [release, own, other] of [
      [host, 'only-host', 'only-guest'],
      [guest, 'only-guest', 'only-host'],
    ] as const) {
      await release.wholeAnswer(own);
      expect(await release.get(`/v1/users/1/recommendations?recommender=${other}`)).toEqual(unknown);
    }
  });

  test('its uninstall ends within a minute and touches nothing of the host, which answers all the while', async () => {
    const { done: seconds, answers } = await askedMeanwhile(() => guest.uninstall());
    tellSeconds(`the guest, uninstall (meanwhile of its host: ${JSON.stringify(answers)})`, seconds);
    expect(seconds).toBeLessThan(uninstallS);
    // Where others fill the machine some are late, so that the last good ones are given, or refused, as they must be then.
    const late = ['200 last-good', '429 overloaded'];
    expect(Object.keys(answers).filter((kind) => !late.includes(kind))).toEqual(['200 fresh']);
    expect(await hostHas()).toEqual(before);
    expect((await host.wholeAnswer()).items.length).toBeGreaterThan(5);
    const [queues, users] = [await management.names(`queues/${vhost}`), await management.names('users')];
    expect(queues.some((name) => name.startsWith(`${prefix}.`))).toBe(kept);
    expect(users.filter((name) => name.startsWith('films:'))).toEqual([]);
    expect(await guestSpace.kubectl(['get', 'scorers,leases,jobs', '-o', 'name'])).toBe('');
  });
});

test('the host’s uninstall ends within a minute too', async () => {
  const seconds = await host.uninstall();
  tellSeconds('the host, uninstall', seconds);
  expect(seconds).toBeLessThan(uninstallS);
});
