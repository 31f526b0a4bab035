import { beforeAll, expect, jest, test } from '@jest/globals';
import { type Cluster, connectCluster } from '../cluster/support/cluster.ts';

/** What an uninstall deletes on a broker that lives on. */
jest.setTimeout(900_000);

let cluster: Cluster;
beforeAll(async () => {
  cluster = await connectCluster();
});

const jobs = async (...set: string[]): Promise<string> => {
  const external = ['rabbitmq.mode=external', 'rabbitmq.external.existingSecret=broker', ...set];
  const flags = external.flatMap((one) => ['--set', one]);
  const template = ['template', 'films', 'helm/medley', '-s', 'templates/uninstall/jobs.yaml'];
  const { code, stdout, stderr } = await cluster.tryHelm([...template, ...flags]);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
};

test('it takes the virtual host from the address its processes have, never one of its own', async () => {
  const text = await jobs('uninstall.keepBrokerObjects=false');
  expect(text).toContain('"--broker-objects"');
  expect(text).not.toContain('--vhost');
  const address = /name: MEDLEY_AMQP_URL\n\s+valueFrom: \{ secretKeyRef: \{ name: "broker", key: "amqp-url" \} \}/;
  expect(text).toMatch(address);
});

test('where the broker keeps what it has, no Job is given its address', async () => {
  const text = await jobs('uninstall.keepBrokerObjects=true');
  expect(text).not.toMatch(/--broker-objects|MEDLEY_AMQP_URL/);
});
