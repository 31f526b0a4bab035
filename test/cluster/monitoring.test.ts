import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { stringify } from 'yaml';
import { expressionOf, readAlerts } from '../../scripts/alerts.ts';
import { dashboards } from '../../scripts/dashboards.ts';
import { selectorsIn } from '../../scripts/promql.ts';
import { createNames } from '../../src/contract/topology.ts';
import { type Fault, faultsOf } from './monitoring-faults.ts';
import { type Cluster, connectCluster } from './support/cluster.ts';
import { eventually } from './support/eventually.ts';
import { type ForwardedPort, forwardPort } from './support/forward-port.ts';
import { imageValues } from './support/image-values.ts';
import { createNamespace, type Namespace } from './support/namespace.ts';
import { nodePortUrl } from './support/node-port.ts';

jest.setTimeout(1_200_000);

/** Every query answers under load, and every alert fires when its fault is made and is quiet after it is mended. */
const alerts = readAlerts();
const scorerCode = `
  import { runScorer } from '/app/src/scorer/sdk.js';
  const { MEDLEY_CRITERION: criterion, DELAY_MS = '0', FAIL } = process.env;
  await runScorer({ criterion, async score({ drop }) {
    await new Promise((resolve) => setTimeout(resolve, Number(DELAY_MS)));
    if (FAIL === 'true') throw new Error('told to fail');
    const items = ['1', '2', '3', '433', '435'].filter((id) => !drop.has(id));
    return { items, scores: items.map((_, at) => 1 / (at + 1)), floor: null };
  } });
`;

let cluster: Cluster;
let namespace: Namespace;
let prometheus: string;
let gateway: string;
let management: ForwardedPort;
let calling = true;
let callers: Promise<void>;

const small = { resources: { requests: { cpu: '10m' } } };
/** Who passes requests on has the larger share of a machine that others fill. */
const steady = { resources: { requests: { cpu: '150m' } } };
const values = (image: string): object => {
  const quick = Object.fromEntries(alerts.map(({ alert }) => [alert.alert, { for: '5s', window: '30s' }]));
  return {
    image: imageValues(image),
    gateway: { ...steady, replicas: 1, service: { type: 'NodePort' } },
    aggregator: { ...steady, replicas: 1 },
    operator: { ...small, replicas: 1 },
    ...{ rabbitmq: steady, postgresql: { internal: small }, trainer: small },
    monitoring: {
      monitors: { enabled: true, interval: '5s' },
      dashboards: { enabled: true },
      alerts: {
        enabled: true,
        rules: {
          ...quick,
          MedleyDurableBacklogGrowing: { ...quick.MedleyTurtle, threshold: 5 },
          // Bookmarks come once a minute.
          MedleyOperatorStale: { ...quick.MedleyTurtle, threshold: 90 },
        },
      },
    },
  };
};

const ownScorer = (name: string, image: string): object => ({
  apiVersion: 'medley.dev/v1alpha1',
  kind: 'Scorer',
  metadata: { name },
  spec: {
    image,
    command: ['node', '--input-type=module', '--eval', scorerCode],
    concurrency: 64,
    resources: small.resources,
    autoscaling: { minReplicas: 1, maxReplicas: 1 },
    env: { DELAY_MS: '0', FAIL: 'false' },
  },
});

const ownRecommender = (name: string, criteria: readonly object[]): object => ({
  apiVersion: 'medley.dev/v1alpha1',
  kind: 'Recommender',
  metadata: { name },
  spec: { criteria, deadlineMs: 300, rules: { excludeSeen: false } },
});
const recommenders = [
  ownRecommender('watched', [{ criterion: 'quick' }, { criterion: 'slow' }]),
  ownRecommender('strict', [{ criterion: 'slow', required: true }]),
];

const json = { 'content-type': 'application/json' };
const ask = (user: number, headers: Record<string, string> = {}, more: object = {}): Promise<Response> =>
  fetch(`${gateway}/v1/recommendations`, {
    method: 'POST',
    headers: { ...json, ...headers },
    body: JSON.stringify({ recommender: 'watched', user: String(user), ...more }),
    signal: AbortSignal.timeout(5_000),
  });

const callForEver = async (): Promise<void> => {
  for (let user = 0; calling; user = (user + 1) % 100) {
    void ask(user).then(
      (response) => response.arrayBuffer(),
      () => undefined,
    );
    await sleep(50);
  }
};

interface Result {
  metric: Record<string, string>;
}
const query = async (expr: string): Promise<readonly Result[]> => {
  const response = await fetch(`${prometheus}/api/v1/query?query=${encodeURIComponent(expr)}`);
  const body = (await response.json()) as { status: string; error?: string; data: { result: Result[] } };
  if (body.status !== 'success') throw new Error(`${expr}: ${body.error}`);
  return body.data.result;
};
const firing = async (): Promise<string[]> => {
  const response = await fetch(`${prometheus}/api/v1/alerts`);
  const body = (await response.json()) as { data: { alerts: { labels: Record<string, string>; state: string }[] } };
  return body.data.alerts
    .filter(({ labels, state }) => labels.namespace === namespace.name && state === 'firing')
    .map(({ labels }) => labels.alertname ?? '');
};

beforeAll(async () => {
  cluster = await connectCluster();
  await cluster.applyCrds();
  await cluster.addon('prometheus');
  const image = await cluster.image();
  prometheus = process.env.MEDLEY_TEST_PROMETHEUS ?? `http://${await cluster.nodeAddress()}:30090`;
  namespace = await createNamespace(cluster, { prefix: 'watch' });
  const install = ['install', 'm', 'helm/medley', '--values', '-', '--wait', '--timeout', '8m'];
  await namespace.helm(install, { input: stringify(values(image)), timeoutMs: 500_000 });
  await namespace.apply([ownScorer('quick', image), ownScorer('slow', image), ...recommenders]);
  gateway = await nodePortUrl(cluster, namespace, 'm-medley-gateway');
  management = await forwardPort(cluster, namespace.name, { target: 'pod/m-medley-rabbitmq-0', port: 15_672 });
  await eventually('whole answers', async () => ((await (await ask(1)).json()) as { complete: boolean }).complete, {
    timeoutMs: 120_000,
    trouble: namespace.trouble,
  });
  callers = callForEver();
});
afterAll(async () => {
  calling = false;
  await callers;
  await management?.stop();
  await namespace?.remove();
});

const acceptDurable = async (recommender: string, deadlineMs: number): Promise<void> => {
  expect((await ask(1, { prefer: 'respond-async' }, { recommender, deadlineMs })).status).toBe(202);
};
const publishMalformed = async (): Promise<void> => {
  const names = createNames('medley');
  const secret = await namespace.get<{ data: { password: string } }>('secret m-medley-broker');
  const password = Buffer.from(secret.data.password, 'base64').toString();
  const body = {
    properties: { type: 'medley.partials.v1' },
    routing_key: names.results(0, 'interactive'),
    ...{ payload: 'not JSON', payload_encoding: 'string' },
  };
  const response = await fetch(`${management.url}/api/exchanges/medley/${names.exchange.results}/publish`, {
    method: 'POST',
    headers: { ...json, authorization: `Basic ${Buffer.from(`medley:${password}`).toString('base64')}` },
    body: JSON.stringify(body),
  });
  expect(await response.json()).toEqual({ routed: true });
};

/** As Grafana would ask for them, of everything that can be chosen. */
const panelQueries = (): { name: string; expr: string }[] =>
  dashboards.flatMap(({ name, choose, rows }) =>
    rows
      .flatMap(({ panels }) => panels.flatMap(({ queries }) => queries))
      .map(({ expr }) => ({
        name,
        expr: expr
          .replaceAll('$namespace', namespace.name)
          .replaceAll('$__rate_interval', '1m')
          .replaceAll(`$${choose?.label ?? 'nothing'}`, '.*'),
      })),
  );

describe('queries', () => {
  /** Only there once something went wrong or changed, which is not always so under a steady load. */
  const onEvents = /threads_replaced_total|scorer_scalings_total|watch_failures_total|reconcile_errors_total/;

  test('every panel of every dashboard has data under load', async () => {
    for (let count = 0; count < 3; count += 1) await acceptDurable('watched', 60_000);
    await eventually(
      'scaling series',
      async () => (await query(`medley_operator_scorer_queue_requests{namespace="${namespace.name}"}`)).length > 0,
      // Whom Prometheus scrapes is in a mounted Secret, which a node looks at once a minute or later.
      { timeoutMs: 240_000 },
    );
    const empty = async (): Promise<string[]> => {
      const found: string[] = [];
      for (const { name, expr } of panelQueries()) {
        const isEmpty = (await query(expr)).length === 0;
        if (isEmpty && !onEvents.test(expr)) found.push(`${name}: ${expr}`);
      }
      return found;
    };
    await eventually('data in every panel', async () => (await empty()).length === 0, {
      timeoutMs: 150_000,
      everyMs: 5_000,
      trouble: async () => (await empty()).join('\n'),
    });
  });

  test.each(alerts)('$alert.alert can be asked, of series there are', async ({ alert }) => {
    await query(expressionOf(alert, namespace.name));
    for (const { metric } of selectorsIn(alert.expr)) {
      if (onEvents.test(metric)) continue;
      expect([metric, (await query(`${metric}{namespace="${namespace.name}"}`)).length]).not.toEqual([metric, 0]);
    }
  });
});

describe('alerts', () => {
  const faults = (): readonly Fault[] => faultsOf({ namespace, publishMalformed, acceptDurable });
  const names = faultsOf({ namespace: {} as Namespace, publishMalformed, acceptDurable }).map((fault) => fault.alerts);

  test('every alert has its fault here', () => {
    expect(names.flat().sort()).toEqual(alerts.map(({ alert }) => alert.alert));
  });

  test('none fires while all is well', async () => {
    await eventually('quiet', async () => (await firing()).length === 0, {
      timeoutMs: 240_000,
      everyMs: 5_000,
      trouble: async () => (await firing()).join(', '),
    });
  });

  /** All of them take 25 minutes: MEDLEY_TEST_ALERTS=all. Else those on a share, on a count and on an absence that take least. */
  const always = ['MedleyTurtle', 'MedleyDeadLetters', 'MedleyGatewayMissing'];
  const isMade = ({ alert }: { alert: string }): boolean =>
    process.env.MEDLEY_TEST_ALERTS === 'all' || always.some((one) => alert.includes(one));

  test.each(names.map((alert, at) => ({ alert: alert.join(' and '), at })).filter(isMade))('$alert', async ({ at }) => {
    const fault = faults()[at] as Fault;
    const patience = {
      timeoutMs: 240_000,
      everyMs: 2_000,
      trouble: async () => `firing: ${(await firing()).join(', ')}`,
    };
    const areQuiet = async (): Promise<boolean> => {
      const now = await firing();
      return fault.alerts.every((name) => !now.includes(name));
    };
    // So that what fires then fires by this fault.
    await eventually('quiet before', areQuiet, patience);
    const waiting = new Set(fault.alerts);
    await fault.make();
    await eventually(
      `${fault.alerts.join(', ')} fire`,
      async () => {
        for (const name of await firing()) waiting.delete(name);
        return waiting.size === 0;
      },
      patience,
    );
    await fault.mend();
    await eventually('quiet again', areQuiet, patience);
  });
});
