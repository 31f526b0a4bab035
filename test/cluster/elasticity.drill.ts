import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { scaleByQueue } from './elasticity/keda-on-queue.ts';
import { runDrill } from './elasticity/run-drill.ts';
import { writeRun } from './elasticity/write-run.ts';
import { type Cluster, connectCluster } from './support/cluster.ts';
import { eventually } from './support/eventually.ts';
import { type ForwardedPort, forwardPort } from './support/forward-port.ts';
import { imageValues } from './support/image-values.ts';
import { createNamespace, type Namespace } from './support/namespace.ts';
import { nodePortUrl } from './support/node-port.ts';

/**
 * The recorded step of load against one Scorer on a real cluster. It holds what it promises where pods get the processor
 * they ask for: a machine that others fill measures them, not Medley.
 *
 * MEDLEY_ELASTICITY_MODE: `operator` unless told, else `hpa`, `keda`, or `keda-queue` (KEDA on the queue itself), whose
 * figures are written and not judged.
 * MEDLEY_ELASTICITY_QUEUE_VALUE: in mode `keda-queue`, messages for each replica (else what the manifest has).
 * MEDLEY_ELASTICITY_OUT: where plot and figures are written.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
const { MEDLEY_ELASTICITY_MODE: mode = 'operator', MEDLEY_ELASTICITY_OUT: out } = process.env;
const queueValue = process.env.MEDLEY_ELASTICITY_QUEUE_VALUE;
const prometheusUrl = 'http://prometheus-operated.monitoring.svc:9090';
const program = join(root, 'node_modules/.cache/medley/bin/kubectl');

/** What a mode scales by: none of them, Prometheus's series, or the queue. */
const usesPrometheus = mode === 'hpa' || mode === 'keda';
const addons = {
  hpa: ['prometheus', 'prometheus-adapter'],
  keda: ['prometheus', 'keda'],
  'keda-queue': ['keda'],
} as const;

let cluster: Cluster;
let namespace: Namespace;
let gateway: string;
let operator: ForwardedPort;

/** Where pods that start want every processor, requests are the shares: who passes requests on gets his before they do. */
const asking = (cpu: string) => ({ resources: { requests: { cpu, memory: '96Mi' } } });
const values = (image: string): object => {
  return {
    image: imageValues(image),
    gateway: { replicas: 1, ...asking('300m'), service: { type: 'NodePort' } },
    aggregator: { replicas: 1, ...asking('300m') },
    operator: { replicas: 1, ...asking('100m'), prometheusUrl: usesPrometheus ? prometheusUrl : '' },
    trainer: { enabled: false, atInstall: false },
    webflix: { enabled: false, demoData: false },
    rabbitmq: { resources: { requests: { cpu: '300m', memory: '256Mi' } } },
    postgresql: { internal: { resources: { requests: { cpu: '20m', memory: '128Mi' } } } },
    monitoring: { monitors: { enabled: usesPrometheus, interval: '2s' } },
  };
};

beforeAll(async () => {
  cluster = await connectCluster();
  await cluster.applyCrds();
  for (const name of addons[mode as keyof typeof addons] ?? []) await cluster.addon(name);
  const image = await cluster.image();
  namespace = await createNamespace(cluster, { prefix: 'elasticity' });
  const install = ['install', 'medley', join(root, 'helm/medley'), '--values', '-', '--wait', '--timeout', '300s'];
  // First what is asked for: gateways and aggregators are ready once there is a plan.
  const yaml = readFileSync(join(root, 'test/cluster/elasticity/slow.yaml'), 'utf8');
  await namespace.apply(yaml.replace('mode: operator', `mode: ${mode === 'keda-queue' ? 'none' : mode}`));
  await namespace.helm(install, { input: JSON.stringify(values(image)), timeoutMs: 330_000 });
  gateway = await nodePortUrl(cluster, namespace, 'medley-gateway');
  operator = await forwardPort(cluster, namespace.name, { target: 'deployment/medley-operator', port: 8081 });
  await eventually(
    'the slow scorer answers',
    async () => {
      const body = JSON.stringify({ recommender: 'slow', user: '1', k: 1 });
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${gateway}/v1/recommendations`, { method: 'POST', headers, body });
      return ((await answer.json()) as { source?: string }).source === 'fresh';
    },
    { timeoutMs: 180_000, trouble: () => namespace.trouble() },
  );
  if (mode === 'keda-queue') await scaleByQueue(namespace, queueValue);
}, 1_200_000);

afterAll(async () => {
  await operator?.stop();
  await namespace?.helm(['uninstall', 'medley', '--timeout', '60s']).catch(() => undefined);
  await namespace?.remove();
}, 300_000);

test('the step is met: at most 5 % late, at most 1,500 pod-seconds, back at one pod by the end', async () => {
  const where = { gateway, operator: operator.url, namespace: namespace.name, scorer: 'slow', recommender: 'slow' };
  const run = await runDrill({ mode, ...where, kubectl: program, kubeconfig: cluster.kubeconfig });
  if (out !== undefined) writeRun(out, run);
  const { lateShareOfStep, podSeconds, podsAtEnd } = run.summary;
  expect(run.summary.requests).toBe(25_800);
  if (mode !== 'operator') return;
  expect(lateShareOfStep).toBeLessThanOrEqual(0.05);
  expect(podSeconds).toBeLessThanOrEqual(1_500);
  expect(podsAtEnd).toBe(1);
}, 300_000);
