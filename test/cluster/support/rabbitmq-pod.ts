import type { Cluster } from './cluster.ts';
import { eventually } from './eventually.ts';
import { type ForwardedPort, forwardPort } from './forward-port.ts';
import type { Namespace } from './namespace.ts';

/** A RabbitMQ of a test's own in its namespace, for what is not about the chart's. */
export interface RabbitMqPod {
  /** As pods reach it; the virtual host is to be added. */
  insideUrl: string;
  /** As this machine does. */
  amqpUrl: string;
  managementUrl: string;
  stop(): Promise<void>;
}

const account = 'medley:secret';
const labels = { app: 'rabbitmq' };

const manifests = [
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'rabbitmq' },
    spec: {
      selector: labels,
      ports: [
        { name: 'amqp', port: 5672 },
        { name: 'http', port: 15672 },
      ],
    },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'rabbitmq' },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          securityContext: {
            ...{ runAsNonRoot: true, runAsUser: 999, runAsGroup: 999, fsGroup: 999 },
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [
            {
              name: 'rabbitmq',
              image: 'rabbitmq:4-management',
              imagePullPolicy: 'IfNotPresent',
              env: [
                { name: 'RABBITMQ_DEFAULT_USER', value: 'medley' },
                { name: 'RABBITMQ_DEFAULT_PASS', value: 'secret' },
              ],
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
              readinessProbe: { tcpSocket: { port: 15672 }, periodSeconds: 1 },
              volumeMounts: [{ name: 'data', mountPath: '/var/lib/rabbitmq' }],
            },
          ],
          volumes: [{ name: 'data', emptyDir: {} }],
        },
      },
    },
  },
];

export const startRabbitMqPod = async (cluster: Cluster, namespace: Namespace): Promise<RabbitMqPod> => {
  await namespace.apply(manifests);
  await namespace.kubectl(['rollout', 'status', 'deployment/rabbitmq', '--timeout=120s']);
  const ports: ForwardedPort[] = [];
  for (const port of [5672, 15672]) {
    ports.push(await forwardPort(cluster, namespace.name, { target: 'deployment/rabbitmq', port }));
  }
  const [amqp, http] = ports as [ForwardedPort, ForwardedPort];
  await eventually('RabbitMQ answers', async () => {
    const headers = { authorization: `Basic ${Buffer.from(account).toString('base64')}` };
    return (await fetch(`${http.url}/api/overview`, { headers })).ok;
  });
  return {
    insideUrl: `amqp://${account}@rabbitmq.${namespace.name}.svc:5672`,
    amqpUrl: `amqp://${account}@127.0.0.1:${amqp.port}`,
    managementUrl: `http://${account}@127.0.0.1:${http.port}`,
    stop: async () => void (await Promise.all(ports.map((one) => one.stop()))),
  };
};
