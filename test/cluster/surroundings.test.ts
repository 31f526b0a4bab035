import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type Cluster, connectCluster } from './support/cluster.ts';
import { eventually } from './support/eventually.ts';
import { forwardPort } from './support/forward-port.ts';
import { createNamespace, type Namespace } from './support/namespace.ts';

/** What every test here stands on: this tree's image runs on the cluster, and is reached from this machine. */
jest.setTimeout(900_000);

let cluster: Cluster;
let namespace: Namespace;

const labels = { app: 'echo' };
const serve = "require('node:http').createServer((_, response) => response.end('here')).listen(8080)";

const pod = (name: string, image: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels },
  spec: {
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    terminationGracePeriodSeconds: 0,
    containers: [
      {
        ...{ name: 'echo', image, imagePullPolicy: 'IfNotPresent', command: ['node', '-e', serve] },
        readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      },
    ],
  },
});

const service: object = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'echo' },
  spec: { type: 'NodePort', selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
};

interface Seen {
  spec: { ports: { nodePort: number }[] };
  status: { conditions?: { type: string; status: string }[] };
}

const textAt = async (url: string): Promise<string> =>
  (await fetch(url, { signal: AbortSignal.timeout(2_000) })).text();

beforeAll(async () => {
  cluster = await connectCluster();
  namespace = await createNamespace(cluster);
});
afterAll(() => namespace?.remove());

test('a pod of this tree’s image is reached through its node and through a forwarded port', async () => {
  await namespace.apply([pod('echo', await cluster.image()), service]);
  await eventually(
    'the pod is ready',
    async () => {
      const { status } = await namespace.get<Seen>('pod echo');
      return status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True');
    },
    { trouble: () => namespace.trouble() },
  );
  const { nodePort } = (await namespace.get<Seen>('service echo')).spec.ports[0] ?? { nodePort: 0 };
  const through = `http://${await cluster.nodeAddress()}:${nodePort}`;
  expect(await eventually('the NodePort answers', () => textAt(through))).toBe('here');

  const forwarded = await forwardPort(cluster, namespace.name, { target: 'service/echo', port: 80 });
  expect(await textAt(forwarded.url)).toBe('here');
  await forwarded.stop();
  await expect(textAt(forwarded.url)).rejects.toThrow();
});

test('a namespace takes no pod that may become root', async () => {
  const careless = { ...pod('careless', 'none:1'), spec: { containers: [{ name: 'a', image: 'none:1' }] } };
  await expect(namespace.apply(careless)).rejects.toThrow(/violates PodSecurity "restricted/);
});

test('what does not come about is told with what is known of it', async () => {
  await namespace.apply(pod('nowhere', 'no-such-image:1'));
  const waiting = eventually('the pod is there', async () => false, {
    timeoutMs: 4_000,
    trouble: () => namespace.trouble(),
  });
  await expect(waiting).rejects.toThrow(
    /in vain: the pod is there[\s\S]*nowhere[\s\S]*(ImagePull|ErrImage|no-such-image)/,
  );
});
