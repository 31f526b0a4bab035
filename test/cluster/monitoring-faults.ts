import type { Namespace } from './support/namespace.ts';

/** What each alert is made to fire with, and how it is mended again. */
export interface Fault {
  alerts: readonly string[];
  make(): Promise<unknown>;
  mend(): Promise<unknown>;
}

export interface Installation {
  namespace: Namespace;
  /** Publishes bytes that nobody can read to the results queue of an aggregator. */
  publishMalformed(): Promise<void>;
  /** A durable request to this Recommender. */
  acceptDurable(recommender: string, deadlineMs: number): Promise<void>;
}

/**
 * Makes process 1 of its container stand still for 450 ms out of 500 and live: Node opens its inspector when it is told to,
 * for whoever is inside.
 */
const standStill = `
process.kill(1, 'SIGUSR1');
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let found;
while (found === undefined) {
  await sleep(100);
  [found] = await fetch('http://127.0.0.1:9229/json/list').then((answer) => answer.json(), () => []);
}
const expression = 'setInterval(() => { const until = Date.now() + 450; while (Date.now() < until); }, 500); 1';
const socket = new WebSocket(found.webSocketDebuggerUrl);
socket.onopen = () => socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } }));
socket.onmessage = () => process.exit(0);
`;

const missingImage = `
apiVersion: medley.dev/v1alpha1
kind: Scorer
metadata: { name: unknown-image }
spec: { image: registry.invalid/none:none }
`;

export const faultsOf = ({ namespace, publishMalformed, acceptDurable }: Installation): readonly Fault[] => {
  const { kubectl, apply } = namespace;
  const patch = (spec: object) =>
    kubectl(['patch', 'scorer', 'slow', '--type=merge', '--patch', JSON.stringify({ spec })]);
  const scale = (what: string, replicas: number) => kubectl(['scale', what, `--replicas=${replicas}`]);
  const inRabbitMq = (...args: string[]) =>
    kubectl(['exec', 'm-medley-rabbitmq-0', '--', 'rabbitmqctl', '-q', ...args]);
  const inDatabase = (sql: string) =>
    kubectl(['exec', 'm-medley-postgresql-0', '--', 'psql', '-U', 'medley', '-d', 'medley', '-c', sql]);
  const allowRecommenders = async (...verbs: string[]): Promise<void> => {
    const { rules } = await namespace.get<{ rules: { resources: string[] }[] }>('role m-medley-operator');
    const at = rules.findIndex(({ resources }) => resources.includes('recommenders'));
    const edit = [{ op: 'replace', path: `/rules/${at}/verbs`, value: verbs }];
    await kubectl(['patch', 'role', 'm-medley-operator', '--type=json', '--patch', JSON.stringify(edit)]);
  };
  const nothing = async (): Promise<void> => {};

  return [
    {
      alerts: ['MedleyTurtle', 'MedleyCoverageLow'],
      make: () => patch({ env: { DELAY_MS: '2000' } }),
      mend: () => patch({ env: { DELAY_MS: '0' } }),
    },
    {
      alerts: ['MedleyScorerFailing'],
      make: () => patch({ env: { FAIL: 'true' } }),
      mend: () => patch({ env: { FAIL: 'false' } }),
    },
    {
      alerts: ['MedleyScorerFull', 'MedleyScorerAtMax'],
      make: () => patch({ env: { DELAY_MS: '200' }, concurrency: 1 }),
      mend: () => patch({ env: { DELAY_MS: '0' }, concurrency: 64 }),
    },
    {
      alerts: ['MedleyScorerAsleep'],
      make: () => patch({ replicas: 0 }),
      mend: () => patch({ replicas: null }),
    },
    {
      alerts: ['MedleyDurableBacklogGrowing', 'MedleyDurableFailures'],
      make: async () => {
        await patch({ replicas: 0 });
        // Their deadlines pass one after the other, so that failures can be seen to rise.
        for (let at = 0; at < 40; at += 1) await acceptDurable('strict', 50_000 + at * 1_000);
      },
      mend: () => patch({ replicas: null }),
    },
    {
      alerts: ['MedleyAggregatorMissing', 'MedleyFallbackHigh'],
      make: () => scale('statefulset/m-medley-aggregator', 0),
      mend: () => scale('statefulset/m-medley-aggregator', 1),
    },
    {
      alerts: ['MedleyOperatorNotLeading'],
      make: () => scale('deployment/m-medley-operator', 0),
      mend: () => scale('deployment/m-medley-operator', 1),
    },
    { alerts: ['MedleyDeadLetters'], make: publishMalformed, mend: nothing },
    {
      alerts: ['MedleyBrokerBlocked', 'MedleyRequestsRefused'],
      make: () => inRabbitMq('set_vm_memory_high_watermark', 'absolute', '1MB'),
      mend: () => inRabbitMq('set_vm_memory_high_watermark', '0.6'),
    },
    {
      alerts: ['MedleyModelOld'],
      make: () => inDatabase('update models set created_at_ms = created_at_ms - 864000000'),
      mend: () => inDatabase('update models set created_at_ms = created_at_ms + 864000000'),
    },
    {
      alerts: ['MedleyModelLoadFailing'],
      make: () =>
        inDatabase(
          `insert into models (name, version, sha256, size, created_at_ms, bytes) select name, 'broken', encode(sha256('\\xdead'), 'hex'), 2, max(created_at_ms) + 1, '\\xdead' from models group by name`,
        ),
      mend: () => inDatabase(`delete from models where version = 'broken'`),
    },
    {
      alerts: ['MedleyScorersNotReady'],
      make: () => apply(missingImage),
      mend: () => kubectl(['delete', 'scorer', 'unknown-image']),
    },
    {
      alerts: ['MedleyReconcileErrors'],
      make: async () => {
        const spec = { hard: { 'count/deployments.apps': '1' } };
        await apply({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'no-more' }, spec });
        await apply(missingImage);
      },
      mend: async () => {
        await kubectl(['delete', 'resourcequota', 'no-more']);
        await kubectl(['delete', 'scorer', 'unknown-image']);
      },
    },
    {
      alerts: ['MedleyBrokerDisconnected'],
      make: () => scale('statefulset/m-medley-rabbitmq', 0),
      mend: () => scale('statefulset/m-medley-rabbitmq', 1),
    },
    {
      alerts: ['MedleyGatewayMissing'],
      make: () => scale('deployment/m-medley-gateway', 0),
      mend: () => scale('deployment/m-medley-gateway', 1),
    },
    {
      alerts: ['MedleyAnswersOverdue'],
      make: () =>
        kubectl(['exec', 'deployment/m-medley-gateway', '--', 'node', '--input-type=module', '--eval', standStill]),
      mend: () => kubectl(['delete', 'pod', '--selector', 'app.kubernetes.io/component=gateway', '--wait=false']),
    },
    {
      // To an operator without a right to watch, the API server is as silent as one that is away.
      alerts: ['MedleyOperatorStale'],
      make: async () => {
        await allowRecommenders('get');
        await kubectl(['delete', 'pod', '--selector', 'app.kubernetes.io/component=operator', '--wait=false']);
      },
      mend: () => allowRecommenders('get', 'list', 'watch'),
    },
  ];
};
