import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AnswerStatus } from '../../../src/contract/http.ts';
import { callOnce } from '../../faults/callers.ts';
import type { Doors } from '../../faults/doors.ts';
import type { Cluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { createNamespace, type Namespace, namespaceOf } from '../support/namespace.ts';
import { deadlineMs, recommender, scorers, valuesFor } from './drilled.ts';
import { createNodeDoors } from './node-doors.ts';

/** A release of the chart with what the drill asks, and the way in. */
export interface Installation {
  namespace: Namespace;
  doors: Doors;
  nodes: readonly string[];
  /** Where a pod runs that has this component's label; in the order of their names. */
  pods(component: string): Promise<readonly Placed[]>;
  /** Helm's upgrade of the release, waiting until all is ready. */
  upgrade(image: string): Promise<void>;
  /** A durable answer, asked through the doors. */
  answerStatus(id: string): Promise<AnswerStatus | null>;
  /** `CRITERION USER/NONCE/` of each durable request that the logs of living scorers tell of. */
  scored(): Promise<readonly string[]>;
  remove(): Promise<void>;
}

export interface Placed {
  name: string;
  node: string;
}

interface PodList {
  items: { metadata: { name: string }; spec: { nodeName?: string } }[];
}
interface NodeList {
  items: { metadata: { name: string }; status: { addresses: { type: string; address: string }[] } }[];
}

const release = 'medley';
const chart = join(fileURLToPath(new URL('../../..', import.meta.url)), 'helm/medley');
const statusPatienceMs = 3_000;
const statusTries = 40;
const calmCalls = 20;

const untilWhole = async (doors: Doors, namespace: Namespace): Promise<void> => {
  let inRow = 0;
  await eventually(
    'answers are whole',
    async () => {
      const call = await callOnce(doors, { user: 'first', nonce: String(inRow), recommender: 'home' });
      inRow = call.verdict === 'whole' && call.endedMs - call.startedMs <= deadlineMs ? inRow + 1 : 0;
      return inRow >= calmCalls;
    },
    { timeoutMs: 240_000, everyMs: 50, trouble: namespace.trouble },
  );
};

const podsOf = async (namespace: Namespace, selector: string): Promise<readonly Placed[]> => {
  const { items } = await namespace.get<PodList>(`pods --selector ${selector}`);
  return items.map(({ metadata, spec }) => ({ name: metadata.name, node: spec.nodeName ?? '' }));
};

const readScored = async (namespace: Namespace): Promise<readonly string[]> => {
  const pods = await podsOf(namespace, 'app.kubernetes.io/component=scorer');
  const logs = await Promise.all(pods.map(({ name }) => namespace.tryKubectl(['logs', name, '--tail=-1'])));
  return logs.flatMap(({ stdout }) => stdout.split('\n').flatMap((line) => /^scored (.+)$/.exec(line)?.[1] ?? []));
};

const askStatus = async (doors: Doors, id: string): Promise<AnswerStatus | null> => {
  for (let tries = 0; tries < statusTries; tries += 1) {
    const request = { method: 'GET' as const, path: `/v1/answers/${id}`, patienceMs: statusPatienceMs };
    const got = await doors.send(doors.pick(), request).catch(() => null);
    if (got?.status === 200) return JSON.parse(got.body) as AnswerStatus;
    if (got?.status === 404) return null;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`nobody says what became of ${id}`);
};

/** Installs it in a namespace of its own; or takes the one named, as an earlier run has left it. */
export const openInstallation = async (
  cluster: Cluster,
  options: { image: string; brokerNodes: 1 | 3; existing: string | null },
): Promise<Installation> => {
  const { image, brokerNodes, existing } = options;
  const namespace =
    existing === null ? await createNamespace(cluster, { prefix: 'fault-drill' }) : namespaceOf(cluster, existing);
  if (existing === null) {
    await cluster.applyCrds();
    // Gateways are ready once there is a plan.
    await namespace.apply([...scorers, recommender(1)]);
    const args = ['install', release, chart, '--values', '-', '--wait', '--timeout', '300s'];
    await namespace.helm(args, { input: JSON.stringify(valuesFor(image, brokerNodes)), timeoutMs: 330_000 });
  }
  const service = await namespace.get<{ spec: { ports: { nodePort: number }[] } }>(`service ${release}-gateway`);
  const { items } = JSON.parse(await cluster.kubectl(['get', 'nodes', '-o', 'json'])) as NodeList;
  const addresses = items.map(
    ({ status }) => status.addresses.find(({ type }) => type === 'InternalIP')?.address ?? '',
  );
  const doors = createNodeDoors(addresses, service.spec.ports[0]?.nodePort ?? 0);
  await untilWhole(doors, namespace);
  return {
    namespace,
    doors,
    nodes: items.map(({ metadata }) => metadata.name),
    pods: (component) => podsOf(namespace, `app.kubernetes.io/component=${component}`),
    async upgrade(next) {
      const args = [
        'upgrade',
        release,
        chart,
        '--reset-then-reuse-values',
        '--set-string',
        `image.tag=${next.split(':').at(-1)}`,
      ];
      await namespace.helm([...args, '--wait', '--timeout', '400s'], { timeoutMs: 420_000 });
    },
    answerStatus: (id) => askStatus(doors, id),
    scored: () => readScored(namespace),
    async remove() {
      await doors.close();
      await namespace.helm(['uninstall', release, '--timeout', '60s']).catch(() => undefined);
      await namespace.remove();
    },
  };
};
