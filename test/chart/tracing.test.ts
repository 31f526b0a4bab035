import { beforeAll, expect, jest, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { type Cluster, connectCluster } from '../cluster/support/cluster.ts';

/** One value sends the traces of every role and of all Scorers, and lets these through to where they go. */
jest.setTimeout(900_000);

let cluster: Cluster;
beforeAll(async () => {
  cluster = await connectCluster();
});

interface Rendered {
  kind: string;
  metadata: { name: string };
  spec: {
    egress?: { ports?: { port: number }[] }[];
    template?: { spec: { containers: { env?: { name: string; value?: string }[] }[] } };
  };
}
const render = async (...set: string[]): Promise<Rendered[]> => {
  const flags = set.flatMap((one) => ['--set', one]);
  const { code, stdout, stderr } = await cluster.tryHelm(['template', 'films', 'helm/medley', ...flags]);
  expect([code, stderr]).toEqual([0, '']);
  return parseAllDocuments(stdout).flatMap((one) => (one.toJS() as Rendered | null) ?? []);
};
const of = (objects: readonly Rendered[], role: string): Record<string, string | undefined> => {
  const env = objects
    .filter(({ kind, metadata }) => /^(Deployment|StatefulSet)$/.test(kind) && metadata.name === `films-medley-${role}`)
    .flatMap(({ spec }) => spec.template?.spec.containers.flatMap((one) => one.env ?? []) ?? []);
  return Object.fromEntries(env.filter(({ name }) => name.startsWith('OTEL_')).map((one) => [one.name, one.value]));
};
const scorersMayReach = (objects: readonly Rendered[]): number[] =>
  objects
    .filter(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === 'films-medley-scorer')
    .flatMap(({ spec }) => spec.egress?.flatMap(({ ports = [] }) => ports.map(({ port }) => port)) ?? []);

const roles = ['gateway', 'aggregator', 'operator'];

test('none are sent as it comes, and no way is open for them', async () => {
  const objects = await render();
  expect(roles.map((role) => of(objects, role))).toEqual([{}, {}, {}]);
  expect(scorersMayReach(objects)).not.toContain(4318);
});

test('each role gets endpoint and share, its own variables win, and Scorers reach the port', async () => {
  const endpoint = 'http://collector.monitoring.svc:4318';
  const objects = await render(
    `tracing.endpoint=${endpoint}`,
    'tracing.percent=5',
    'gateway.env.OTEL_TRACES_SAMPLER=always_off',
  );
  const sent = {
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.05',
  };
  const own = { ...sent, OTEL_TRACES_SAMPLER: 'always_off' };
  expect(roles.map((role) => of(objects, role))).toEqual([own, sent, sent]);
  expect(scorersMayReach(objects)).toContain(4318);
});

test.each([
  ['https://collector.example.org', 443],
  ['http://collector/v1', 80],
])('without a port %s is reached at the usual one', async (endpoint, port) => {
  expect(scorersMayReach(await render(`tracing.endpoint=${endpoint}`))).toContain(port);
});
