import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { eventually } from '../support/eventually.ts';
import type { Namespace } from '../support/namespace.ts';

const manifest = new URL('../../../k8s/autoscaling/keda-on-queue.yaml', import.meta.url);

interface Scaled {
  status?: { conditions?: { type: string; status: string; message?: string }[] };
}

/**
 * KEDA on the queue of Scorer `slow` of the release `medley`, as k8s/autoscaling/keda-on-queue.yaml has it: with an account
 * that may see queues and touch none, and the Secret that tells KEDA of it.
 *
 * @param value messages for each replica; as the file has it unless told
 */
export const scaleByQueue = async (namespace: Namespace, value?: string): Promise<void> => {
  const password = randomBytes(12).toString('hex');
  const inBroker = (...args: string[]): Promise<string> =>
    namespace.kubectl(['exec', 'medley-rabbitmq-0', '-c', 'rabbitmq', '--', 'rabbitmqctl', '--quiet', ...args]);
  await inBroker('add_user', 'keda', password);
  await inBroker('set_user_tags', 'keda', 'management');
  await inBroker('set_permissions', '--vhost', 'medley', 'keda', '^$', '^$', '^$');
  const host = `http://keda:${password}@medley-rabbitmq.${namespace.name}.svc:15672/medley`;
  await namespace.apply({
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'scorer-slow-queue' } },
    stringData: { host },
  });
  const yaml = readFileSync(manifest, 'utf8');
  await namespace.apply(value === undefined ? yaml : yaml.replaceAll(/ value: "\d+"/g, ` value: "${Number(value)}"`));
  const conditions = async (): Promise<NonNullable<Scaled['status']>['conditions']> =>
    (await namespace.get<Scaled>('scaledobject scorer-slow')).status?.conditions ?? [];
  await eventually(
    'KEDA takes the queue',
    async () => (await conditions())?.some((one) => one.type === 'Ready' && one.status === 'True'),
    { timeoutMs: 120_000, trouble: async () => JSON.stringify(await conditions()) },
  );
  // What KEDA makes of it is a HorizontalPodAutoscaler, which says whether it gets its figure.
  await eventually(
    'the length of the queue is read',
    async () => {
      const { status } = await namespace.get<Scaled>('hpa keda-hpa-scorer-slow');
      return status?.conditions?.some((one) => one.type === 'ScalingActive' && one.status === 'True');
    },
    { timeoutMs: 120_000, trouble: () => namespace.kubectl(['describe', 'hpa', 'keda-hpa-scorer-slow']) },
  );
};
