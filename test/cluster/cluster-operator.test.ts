import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { createNames } from '../../src/contract/topology.ts';
import { type Cluster, connectCluster } from './support/cluster.ts';
import { eventually } from './support/eventually.ts';
import { type Management, openManagement } from './support/management.ts';
import { createNamespace, type Namespace } from './support/namespace.ts';
import { createRelease, type Release, setFlags } from './support/release.ts';
import { tellSeconds } from './support/tell-seconds.ts';

/** A broker that the RabbitMQ Cluster Operator runs: made, used, kept by an uninstall, found again, gone with another. */
jest.setTimeout(1_200_000);

const uninstallS = 60;
const broker = 'films-medley-broker';
const names = createNames('medley');
const values = [
  ...['rabbitmq.mode=operator', 'gateway.replicas=1', 'aggregator.replicas=1', 'operator.replicas=1'],
  'trainer.enabled=false',
];

let cluster: Cluster;
let namespace: Namespace;
let release: Release;
let management: Management | undefined;
let nodes = 1;

const open = async (): Promise<Management> => {
  await management?.stop();
  management = await openManagement(cluster, namespace, {
    ...{ pod: `${broker}-server-0`, secret: `${broker}-default-user` },
  });
  return management;
};
const namesOf = async (kinds: string): Promise<string[]> =>
  (await namespace.kubectl(['get', kinds, '-o', 'name'])).split('\n').filter((line) => line !== '');

beforeAll(async () => {
  cluster = await connectCluster();
  await cluster.applyCrds();
  await cluster.addon('rabbitmq-operator');
  const image = await cluster.image();
  nodes = (await cluster.kubectl(['get', 'nodes', '-o', 'name'])).trim().split('\n').length >= 3 ? 3 : 1;
  namespace = await createNamespace(cluster, { prefix: 'cluster-operator' });
  release = createRelease(cluster, namespace, { name: 'films', image });
});
afterAll(async () => {
  await management?.stop();
  // While its operator lives, which lifts the finalizer.
  const all = ['delete', 'rabbitmqcluster', '--all', '--timeout=120s'];
  await namespace?.kubectl(all, { timeoutMs: 130_000 }).catch(() => undefined);
  await namespace?.remove();
});

test('in a restricted namespace it answers with reasons, and helm test is green', async () => {
  const seconds = await release.install(setFlags([...values, `rabbitmq.replicas=${nodes}`]));
  tellSeconds(`${nodes} nodes of the cluster operator, from install to the first whole answer`, seconds);
  expect(await release.test()).toContain('Phase:          Succeeded');
  const { items } = await release.wholeAnswer();
  expect(items.length).toBeGreaterThan(5);
  for (const { title, reasons } of items) expect([title, reasons[0]?.text]).toEqual([title, expect.any(String)]);
});

test('its nodes are set as those of mode internal are', async () => {
  const conf = readFileSync(new URL('../../helm/medley/templates/rabbitmq/_conf.tpl', import.meta.url), 'utf8');
  const [, ticktime = ''] = /^net_ticktime = (\d+)$/m.exec(conf) ?? [];
  const asked = `{application:get_env(kernel, net_setuptime), net_kernel:get_net_ticktime(),
    application:get_env(rabbit, cluster_partition_handling), application:get_env(rabbit, collect_statistics_interval)}.`;
  const exec = ['exec', `${broker}-server-0`, '--container=rabbitmq', '--', 'rabbitmqctl', 'eval', asked];
  const said = await namespace.kubectl(exec);
  expect(said.replaceAll(/\s/g, '')).toBe(`{{ok,0.5},${ticktime},{ok,pause_minority},{ok,1000}}`);
});

test('every role and Scorer has a user of its own, in the virtual host of the values', async () => {
  const { get } = await open();
  const users = await get<{ name: string; tags: string[] }[]>('users');
  const own = users.filter(({ name }) => name.startsWith('medley:medley.'));
  expect(own.flatMap(({ tags }) => tags)).toEqual([]);
  expect(own.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['gateway', 'aggregator', 'scorer.genres'].map((one) => `medley:medley.${one}`)),
  );
  const intake = await get<{ type: string; members?: string[] }>(`queues/medley/${names.intake}`);
  expect([intake.type, intake.members?.length]).toEqual(['quorum', nodes]);
});

test('an uninstall ends within a minute, and leaves broker and volumes, as the values say', async () => {
  const seconds = await release.uninstall();
  tellSeconds('uninstall', seconds);
  expect(seconds).toBeLessThan(uninstallS);
  const pods = Array.from({ length: nodes }, (_, at) => `pod/${broker}-server-${at}`);
  await eventually('its own pods are gone', async () => String(await namesOf('pods')) === String(pods), {
    timeoutMs: 90_000,
    trouble: namespace.trouble,
  });
  expect(await namesOf('rabbitmqclusters,scorers,recommenders,deployments,jobs,leases,networkpolicies')).toEqual([
    `rabbitmqcluster.rabbitmq.com/${broker}`,
  ]);
  expect((await namesOf('persistentvolumeclaims')).sort()).toEqual([
    'persistentvolumeclaim/data-films-medley-postgresql-0',
    ...pods.map((_, at) => `persistentvolumeclaim/persistence-${broker}-server-${at}`),
  ]);
  expect(await (await open()).names('queues/medley')).toContain(names.intake);
});

test('installed again it finds its broker; with nothing to keep, an uninstall leaves nothing', async () => {
  const again = ['uninstall.keepData=false', 'webflix.demoData=false', 'trainer.atInstall=false'];
  await release.install(setFlags([...values, `rabbitmq.replicas=${nodes}`, ...again]));
  const seconds = await release.uninstall();
  tellSeconds('uninstall of all', seconds);
  expect(seconds).toBeLessThan(uninstallS);
  await eventually(
    'nothing is left',
    async () => (await namesOf('rabbitmqclusters,pods,secrets,persistentvolumeclaims,statefulsets')).length === 0,
    { timeoutMs: 120_000, trouble: namespace.trouble },
  );
});
