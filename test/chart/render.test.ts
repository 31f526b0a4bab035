import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { type Cluster, connectCluster } from '../cluster/support/cluster.ts';
import { createNamespace, type Namespace } from '../cluster/support/namespace.ts';

/** What the chart renders, in each of its modes: the same twice, taken by the API server, fit for restricted namespaces. */
jest.setTimeout(900_000);

let cluster: Cluster;
let namespace: Namespace;
beforeAll(async () => {
  cluster = await connectCluster();
  await cluster.applyCrds();
  namespace = await createNamespace(cluster, { prefix: 'chart-render' });
});
afterAll(() => namespace?.remove());

const modes: Readonly<Record<string, readonly string[]>> = {
  'as it comes': [],
  'three nodes of RabbitMQ, nothing kept': ['rabbitmq.replicas=3', 'uninstall.keepData=false'],
  'a broker of the cluster operator': ['rabbitmq.mode=operator', 'rabbitmq.operator.image=rabbitmq:4-management'],
  'everything external': [
    ...['rabbitmq.mode=external', 'rabbitmq.external.existingSecret=broker', 'uninstall.keepBrokerObjects=false'],
    ...['postgresql.mode=external', 'postgresql.external.existingSecret=database'],
  ],
  'an external broker without management, one user': [
    ...['rabbitmq.mode=external', 'rabbitmq.external.existingSecret=broker', 'rabbitmq.external.managementUrlKey='],
    'rabbitmq.provisionUsers=false',
  ],
  'Secrets of its own': ['rabbitmq.internal.existingSecret=mine', 'postgresql.internal.existingSecret=mine'],
  'doors of every kind': [
    ...['gateway.service.type=NodePort', 'gateway.service.nodePort=30081'],
    ...['gateway.ingress.enabled=true', 'gateway.ingress.host=films.example.org', 'gateway.ingress.tlsSecret=tls'],
    ...['gateway.httpRoute.enabled=true', 'gateway.httpRoute.parents[0].name=public'],
  ],
  watched: ['monitoring.monitors.enabled=true', 'monitoring.alerts.enabled=true', 'monitoring.dashboards.enabled=true'],
  'little of it': [
    ...['webflix.enabled=false', 'webflix.demoData=false', 'trainer.enabled=false', 'networkPolicy.enabled=false'],
    'podDisruptionBudgets.enabled=false',
  ],
  'pods that are choosy': [
    ...['tolerations[0].key=dedicated', 'tolerations[0].operator=Exists', 'nodeSelector.disk=ssd'],
    ...['priorityClassName=system-cluster-critical', 'image.pullSecrets[0]=registry', 'podAnnotations.team=films'],
  ],
};
const names = Object.keys(modes);

interface Rendered {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; annotations?: Record<string, string> };
  spec?: { template?: PodTemplate; jobTemplate?: { spec: { template: PodTemplate } } } & PodSpec;
}
interface PodTemplate {
  spec: PodSpec;
}
interface Container {
  name: string;
  resources: { requests?: object };
  securityContext: object;
}
interface PodSpec {
  automountServiceAccountToken?: boolean;
  serviceAccountName?: string;
  containers?: Container[];
  initContainers?: Container[];
  securityContext?: object;
}

const flagsOf = (mode: string): string[] => (modes[mode] ?? []).flatMap((one) => ['--set', one]);
const render = (mode: string): Promise<string> =>
  cluster.helm(['template', 'films', 'helm/medley', '--namespace', namespace.name, ...flagsOf(mode)]);
const objectsOf = (text: string): Rendered[] =>
  parseAllDocuments(text).flatMap((one) => ((one.toJS() as Rendered | null) === null ? [] : [one.toJS() as Rendered]));
const podsOf = (objects: readonly Rendered[]): [string, PodSpec][] =>
  objects.flatMap(({ kind, metadata, spec }) => {
    const pod = kind === 'Pod' ? spec : (spec?.template ?? spec?.jobTemplate?.spec.template)?.spec;
    return pod?.containers === undefined ? [] : [[`${kind} ${metadata.name}`, pod]];
  });

describe.each(names)('%s', (mode) => {
  test('helm lint finds nothing', async () => {
    const { code, stdout, stderr } = await cluster.tryHelm(['lint', '--strict', 'helm/medley', ...flagsOf(mode)]);
    expect([code, `${stdout}${stderr}`]).toEqual([0, expect.stringContaining('0 chart(s) failed')]);
  });

  test('two renders are the same text, and no Secret is among it', async () => {
    const text = await render(mode);
    expect(await render(mode)).toBe(text);
    expect(objectsOf(text).filter(({ kind }) => kind === 'Secret')).toEqual([]);
  });

  test('the API server takes every object of an API it has, without a warning', async () => {
    const groups = (await cluster.kubectl(['api-versions'])).split('\n');
    const objects = objectsOf(await render(mode));
    const known = objects.filter(({ apiVersion }) => groups.includes(apiVersion));
    const others = new Set(
      objects.filter((one) => !known.includes(one)).map(({ apiVersion }) => apiVersion.split('/')[0]),
    );
    const addons = ['gateway.networking.k8s.io', 'monitoring.coreos.com', 'rabbitmq.com'];
    expect([...others].filter((group = '') => !addons.includes(group))).toEqual([]);
    const { code, stderr } = await namespace.tryKubectl(['apply', '--server-side', '--dry-run=server', '-f', '-'], {
      input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: known }),
    });
    expect([code, stderr]).toEqual([0, '']);
  });

  test('every pod is set apart from its node, and asks for what it needs', async () => {
    const pods = podsOf(objectsOf(await render(mode)));
    expect(pods.length).toBeGreaterThan(3);
    for (const [name, pod] of pods) {
      expect([name, pod.securityContext]).toEqual([
        name,
        expect.objectContaining({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } }),
      ]);
      for (const one of [...(pod.initContainers ?? []), ...(pod.containers ?? [])]) {
        const about = `${name}, ${one.name}`;
        const { securityContext, resources } = one;
        const held = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } };
        expect([about, securityContext]).toEqual([about, held]);
        expect([about, Object.keys(resources.requests ?? {}).sort()]).toEqual([about, ['cpu', 'memory']]);
      }
      // A token is mounted where a role works on Kubernetes, and nowhere else.
      expect([name, pod.automountServiceAccountToken === false]).toEqual([name, pod.serviceAccountName === undefined]);
    }
  });
});

test('no right is given beyond the namespace, nor on everything', async () => {
  const objects = objectsOf(await render('as it comes'));
  expect(objects.filter(({ kind }) => kind.startsWith('Cluster'))).toEqual([]);
  const roles = objects.filter(({ kind }) => kind === 'Role') as unknown as { rules: Record<string, string[]>[] }[];
  expect(roles.length).toBeGreaterThan(2);
  expect(
    roles.flatMap(({ rules }) => rules.flatMap((rule) => Object.values(rule).flat())).filter((one) => one === '*'),
  ).toEqual([]);
});

test('pods of a RabbitmqCluster keep the name by which the cluster operator finds them, and are found by it', async () => {
  const mode = ['rabbitmq.mode=operator', 'monitoring.monitors.enabled=true'].flatMap((one) => ['--set', one]);
  const objects = objectsOf(await cluster.helm(['template', 'films', 'helm/medley', ...mode]));
  const broker = objects.find(({ kind }) => kind === 'RabbitmqCluster');
  const found = { matchLabels: { 'app.kubernetes.io/name': broker?.metadata.name } };
  const { override } = (broker?.spec ?? {}) as {
    override: { statefulSet: { spec: { template: { metadata?: object } } } };
  };
  expect(override.statefulSet.spec.template.metadata).toBeUndefined();
  for (const wanted of ['NetworkPolicy', 'PodDisruptionBudget', 'PodMonitor']) {
    const one = objects.find(({ kind, metadata }) => kind === wanted && metadata.name.endsWith('-rabbitmq'));
    const { podSelector, selector } = (one?.spec ?? {}) as { podSelector?: object; selector?: object };
    expect([wanted, podSelector ?? selector]).toMatchObject([wanted, found]);
  }
});

test('pods of a RabbitmqCluster are choosy, and set apart from their node, as all others are', async () => {
  const mode = ['rabbitmq.mode=operator', ...(modes['pods that are choosy'] ?? [])].flatMap((one) => ['--set', one]);
  const objects = objectsOf(await cluster.helm(['template', 'films', 'helm/medley', ...mode]));
  const held = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } };
  const pod = {
    ...{ nodeSelector: { disk: 'ssd' }, priorityClassName: 'system-cluster-critical' },
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    initContainers: [{ name: 'setup-container', securityContext: held }],
    containers: [{ name: 'rabbitmq', securityContext: held }],
  };
  expect(objects.find(({ kind }) => kind === 'RabbitmqCluster')?.spec).toMatchObject({
    ...{ tolerations: [{ key: 'dedicated' }], imagePullSecrets: [{ name: 'registry' }] },
    override: { statefulSet: { spec: { template: { metadata: { annotations: { team: 'films' } }, spec: pod } } } },
  });
});

test('guests are let to broker and database, and nobody else is', async () => {
  const films = 'namespaceSelector.matchLabels.team=films';
  const set = [`networkPolicy.brokerClients[0].${films}`, `networkPolicy.databaseClients[0].${films}`];
  const sources = async (flags: readonly string[]): Promise<Record<string, number>> => {
    const text = await cluster.helm(['template', 'films', 'helm/medley', ...flags]);
    const policies = objectsOf(text).filter(({ kind }) => kind === 'NetworkPolicy');
    const guest = JSON.stringify({ namespaceSelector: { matchLabels: { team: 'films' } } });
    return Object.fromEntries(
      policies.flatMap(({ metadata, spec }) => {
        const { ingress = [] } = spec as { ingress?: { from?: object[]; ports: { port: number | string }[] }[] };
        return ingress
          .filter(({ from = [] }) => from.some((one) => JSON.stringify(one) === guest))
          .flatMap(({ from = [], ports }) => ports.map(({ port }) => [`${metadata.name} ${port}`, from.length]));
      }),
    );
  };
  expect(await sources(set.flatMap((one) => ['--set', one]))).toEqual({
    ...{ 'films-medley-rabbitmq 5672': 5, 'films-medley-rabbitmq 15672': 2, 'films-medley-postgres 5432': 4 },
  });
  expect(await sources([])).toEqual({});
});

test('whoever else may call the gateway, the pod of helm test may', async () => {
  const callers = 'networkPolicy.callers[0].podSelector.matchLabels.app=edge';
  const text = await cluster.helm(['template', 'films', 'helm/medley', '--set', callers]);
  const [policy] = objectsOf(text).filter(
    ({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name.endsWith('-gateway'),
  );
  const component = expect.objectContaining({ 'app.kubernetes.io/component': 'test' });
  expect(policy?.spec).toMatchObject({
    ingress: [
      { from: [{ podSelector: { matchLabels: { app: 'edge' } } }, { podSelector: { matchLabels: component } }] },
      {},
      {},
    ],
  });
});

test('every object says where it belongs, so that two releases live side by side', async () => {
  const objects = objectsOf(await render('as it comes'));
  const strays = objects.filter(
    ({ metadata, apiVersion }) => apiVersion !== 'medley.dev/v1alpha1' && metadata.namespace !== namespace.name,
  );
  expect(strays.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([]);
});
