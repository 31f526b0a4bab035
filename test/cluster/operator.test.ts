import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createAmqpBroker } from '../../src/broker/amqp-broker.ts';
import type { Broker } from '../../src/broker/port.ts';
import { decodeFleet, decodePlans } from '../../src/contract/codec.ts';
import type { Fleet } from '../../src/contract/control.ts';
import type { Plan } from '../../src/contract/plan.ts';
import { controlKeys, controlTopology, createNames } from '../../src/contract/topology.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { noMetrics } from '../../src/runtime/metrics.ts';
import { type Cluster, connectCluster } from './support/cluster.ts';
import { eventually } from './support/eventually.ts';
import { createNamespace, type Namespace } from './support/namespace.ts';
import { type OperatorChild, startOperatorChild, writesIn } from './support/operator-child.ts';
import { type RabbitMqPod, startRabbitMqPod } from './support/rabbitmq-pod.ts';

/** Two operators as processes on this machine, a real API server, a real RabbitMQ: what becomes of Scorers and Recommenders. */

interface Condition {
  type: string;
  status: string;
  reason: string;
  message: string;
}
interface Live {
  metadata: { name: string; annotations?: Record<string, string>; ownerReferences?: { kind: string }[] };
  spec: {
    replicas?: number;
    template: { spec: { containers: { image: string; env: { name: string; value?: string }[] }[] } };
  };
  status?: { conditions?: Condition[]; planVersion?: number; readyReplicas?: number };
  data?: Record<string, string>;
}

const names = createNames('medley');
const idle = { image: 'node:24-bookworm-slim', command: ['node', '-e', 'setInterval(()=>{},1e6)'] };
const scorer = (name: string, spec: object = {}, labels: object = {}) => ({
  ...{ apiVersion: 'medley.dev/v1alpha1', kind: 'Scorer', metadata: { name, labels } },
  spec: { ...idle, resources: { requests: { cpu: '5m', memory: '32Mi' } }, ...spec },
});
const recommender = (name: string, criteria: object[]) => ({
  ...{ apiVersion: 'medley.dev/v1alpha1', kind: 'Recommender', metadata: { name }, spec: { criteria } },
});

let cluster: Cluster;
let space: Namespace;
let rabbit: RabbitMqPod;
let broker: Broker;
let operators: OperatorChild[] = [];
let plans: readonly Plan[] = [];
let setVersion = 0;
let fleet: Fleet = { criteria: [] };

const start = async (name: string): Promise<OperatorChild> => {
  const operator = await startOperatorChild(cluster, {
    ...{ name, namespace: space.name },
    env: {
      ...{ MEDLEY_AMQP_URL: `${rabbit.amqpUrl}/operator`, MEDLEY_MANAGEMENT_URL: rabbit.managementUrl },
      MEDLEY_SCORER_AMQP_URL: `${rabbit.insideUrl}/operator`,
    },
  });
  operators.push(operator);
  return operator;
};
const look = async (what: string): Promise<Live | null> => {
  const found = await space.tryKubectl(['get', ...what.split(' '), '-o', 'json', '--ignore-not-found']);
  return found.stdout.trim() === '' ? null : (JSON.parse(found.stdout) as Live);
};
const conditionOf = async (what: string, type = 'Ready'): Promise<Condition | undefined> =>
  (await look(what))?.status?.conditions?.find((one) => one.type === type);
const waitFor = <T>(what: string, ask: () => Promise<T | undefined | null | false>, timeoutMs = 30_000) =>
  eventually(what, ask, {
    timeoutMs,
    trouble: async () => (await space.trouble()) + operators.map((one) => one.log()),
  });
const waitForReason = (what: string, reason: string, type?: string) =>
  waitFor(`${what} says ${reason}`, async () => {
    const condition = await conditionOf(what, type);
    return condition?.reason === reason && condition;
  });
const leader = (): Promise<OperatorChild> =>
  waitFor('an operator leads', async () => {
    for (const one of operators) if (await one.leads().catch(() => false)) return one;
    return undefined;
  });

const listen = async (): Promise<void> => {
  const me = { role: 'gateway', process: 'listener' } as const;
  await broker.declare(controlTopology(names, me, [controlKeys.plans, controlKeys.fleet]));
  await broker.consume({ queue: names.control('gateway', 'listener'), prefetch: 10 }, (message) => {
    const [heard, counted] = [decodePlans(message), decodeFleet(message)];
    if (heard.ok) ({ plans, setVersion } = heard.value);
    if (counted.ok) fleet = counted.value;
    return 'ack' as const;
  });
};

beforeAll(async () => {
  cluster = await connectCluster();
  await cluster.applyCrds();
  space = await createNamespace(cluster, { prefix: 'kube' });
  rabbit = await startRabbitMqPod(cluster, space);
  await start('operator-a');
  await leader();
  const tools = { clock: systemClock, log: silentLog, metrics: noMetrics };
  const url = `${rabbit.amqpUrl}/operator`;
  broker = await eventually('the virtual host is made', () => createAmqpBroker({ url, name: 'test', ...tools }));
  await eventually('the exchanges are made', async () => {
    await listen();
    return true;
  });
}, 300_000);

afterAll(async () => {
  await broker?.close();
  // While an operator lives that lifts finalizers, whatever a test left behind.
  await space?.remove();
  for (const one of operators) await one.stop();
  await rabbit?.stop();
}, 180_000);

describe('a Scorer', () => {
  test('becomes processes, queues and an account, under the restricted pod security standard', async () => {
    await space.apply([
      scorer('alpha', {}, { family: 'test' }),
      recommender('home', [{ criterion: 'alpha', weight: 0.7 }]),
    ]);
    await waitForReason('sco/alpha', 'Serving');
    const made = await look('deployment/scorer-alpha');
    expect(made?.metadata.ownerReferences).toMatchObject([{ kind: 'Scorer' }]);
    for (const what of ['pdb/scorer-alpha', 'sa/scorer-alpha', 'secret/scorer-alpha-broker']) {
      expect(await look(what)).not.toBeNull();
    }
    expect(await broker.depth(names.scorer('alpha', 'durable', 0))).toBe(0);
    const events = await space.kubectl(['get', 'events', '-o', 'jsonpath={.items[*].reason}']);
    expect(events).toContain('DeploymentCreated');
  }, 60_000);

  test('that is edited is followed', async () => {
    await space.apply(scorer('alpha', { env: { COLOUR: 'green' } }, { family: 'test' }));
    await waitFor('the new variable is there', async () => {
      const env = (await look('deployment/scorer-alpha'))?.spec.template.spec.containers[0]?.env ?? [];
      return env.some(({ name, value }) => name === 'COLOUR' && value === 'green');
    });
  }, 60_000);

  test('is put back where somebody changes or deletes what was made of it', async () => {
    const edit = '[{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"evil:1"}]';
    await space.kubectl(['patch', 'deployment/scorer-alpha', '--type=json', '-p', edit]);
    await space.kubectl(['delete', 'pdb/scorer-alpha', 'secret/scorer-alpha-broker']);
    await waitFor('image, budget and Secret are back', async () => {
      const image = (await look('deployment/scorer-alpha'))?.spec.template.spec.containers[0]?.image;
      return image === idle.image && (await look('pdb/scorer-alpha')) && (await look('secret/scorer-alpha-broker'));
    });
  }, 60_000);

  test('is pinned by its scale, and says so; edits leave the count alone', async () => {
    await space.kubectl(['scale', 'sco/alpha', '--replicas=2']);
    await waitForReason('sco/alpha', 'Pinned', 'Autoscaled');
    await waitFor('two replicas are wanted', async () => (await look('deployment/scorer-alpha'))?.spec.replicas === 2);
    await space.kubectl(['patch', 'sco/alpha', '--type=json', '-p', '[{"op":"remove","path":"/spec/replicas"}]']);
    await space.kubectl(['patch', 'sco/alpha', '--type=merge', '-p', '{"spec":{"env":{"COLOUR":"blue"}}}']);
    // There is no gateway here, so nobody says what is asked for.
    await waitForReason('sco/alpha', 'DemandUnknown', 'Autoscaled');
    expect((await look('deployment/scorer-alpha'))?.spec.replicas).toBe(2);
  }, 60_000);

  test('says why it is not ready', async () => {
    await space.apply([
      scorer('pulls', { image: 'nowhere.invalid/none:1' }),
      scorer('ends', { command: ['node', '-e', 'throw new Error("no model here")'] }),
      scorer('second', { criterion: 'alpha' }),
    ]);
    await waitForReason('sco/pulls', 'ImagePull');
    expect((await waitForReason('sco/ends', 'CrashLoop')).message).toContain('Error: no model here');
    expect((await waitForReason('sco/second', 'CriterionTaken')).message).toContain('Scorer alpha, which is older');
    expect(await look('deployment/scorer-second')).toBeNull();
    await space.kubectl(['delete', 'sco/pulls', 'sco/ends', 'sco/second', '--wait=false']);
  }, 90_000);
});

describe('a Recommender', () => {
  test('becomes a plan, kept and published; an edited weight is out within five seconds, under a higher version', async () => {
    const before = await waitFor('the plan is heard', async () => plans.find((one) => one.recommender === 'home'));
    await space.apply(recommender('home', [{ criterion: 'alpha', weight: 0.2 }]));
    const beganAt = performance.now();
    const after = await waitFor('the new plan is heard', async () =>
      plans.find((one) => one.recommender === 'home' && one.criteria[0]?.weight === 0.2),
    );
    expect(performance.now() - beganAt).toBeLessThan(5_000);
    expect(after.version).toBeGreaterThan(before.version);
    await waitFor('status tells it', async () => (await look('rec/home'))?.status?.planVersion === after.version);
    const kept = await look('configmap/medley-plans');
    expect(JSON.parse(kept?.data?.['plans.json'] ?? '')).toMatchObject({ plans: [{ version: after.version }] });
    expect(fleet.criteria.find((one) => one.criterion === 'alpha')?.replicas).toBeGreaterThan(0);
  }, 60_000);

  test('finds a new Scorer by its labels, unedited, and says which criterion is unknown', async () => {
    await space.apply(recommender('all', [{ selector: { matchLabels: { family: 'test' } } }, { criterion: 'nobody' }]));
    expect((await waitForReason('rec/all', 'Faulty')).message).toContain('no Scorer judges by criterion nobody');
    await space.apply(scorer('beta', {}, { family: 'test' }));
    await waitFor(
      'the plan asks both',
      async () => plans.find((one) => one.recommender === 'all')?.criteria.length === 2,
    );
  }, 60_000);

  test('that is deleted is in no plan that is published, within five seconds', async () => {
    const setBefore = setVersion;
    await space.kubectl(['delete', 'rec/all']);
    const beganAt = performance.now();
    await waitFor('the plan is gone', async () => plans.every((one) => one.recommender !== 'all'));
    expect(performance.now() - beganAt).toBeLessThan(5_000);
    expect(setVersion).toBeGreaterThan(setBefore);
    expect(plans.map((one) => one.recommender)).toContain('home');
  }, 60_000);

  test('keeps its version growing when the ConfigMap is deleted', async () => {
    const before = (await look('rec/home'))?.status?.planVersion ?? 0;
    await space.kubectl(['delete', 'configmap/medley-plans']);
    await waitFor('it is back', () => look('configmap/medley-plans'));
    await space.apply(recommender('home', [{ criterion: 'alpha', weight: 0.3 }]));
    await waitFor('a newer plan', async () => ((await look('rec/home'))?.status?.planVersion ?? 0) > before);
  }, 60_000);
});

describe('two operators', () => {
  test('at rest write nothing', async () => {
    await start('operator-b');
    const one = await leader();
    // What scaling goes by is first told when demand has been unknown for a while, then every 30 s at most.
    await sleep(65_000);
    const before = writesIn(await one.metrics());
    await sleep(40_000);
    expect(writesIn(await one.metrics())).toEqual(before);
  }, 180_000);

  test('of which the leader is killed: the other takes over, and goes on from where it was', async () => {
    const first = await leader();
    const version = (await look('rec/home'))?.status?.planVersion ?? 0;
    await first.stop('SIGKILL');
    operators = operators.filter((one) => one !== first);
    await space.apply(recommender('home', [{ criterion: 'alpha', weight: 0.4 }]));
    const second = await leader();
    expect(second.name).not.toBe(first.name);
    await waitFor('the edit is taken in', async () => ((await look('rec/home'))?.status?.planVersion ?? 0) > version);
  }, 90_000);

  test('of which the leader is stopped: the other takes over within five seconds', async () => {
    const first = await leader();
    await start('operator-c');
    await sleep(3_000);
    const beganAt = performance.now();
    await first.stop();
    operators = operators.filter((one) => one !== first);
    await leader();
    expect(performance.now() - beganAt).toBeLessThan(5_000);
  }, 60_000);
});

describe('a Scorer that is deleted', () => {
  test('takes what was made of it along, queues too', async () => {
    await space.kubectl(['delete', 'sco/beta']);
    await waitFor('the Deployment is gone', async () => (await look('deployment/scorer-beta')) === null);
    await waitFor(
      'the queues are gone',
      async () => (await broker.depth(names.scorer('beta', 'durable', 0))) === null,
      90_000,
    );
  }, 120_000);

  test('with deletionPolicy Drain waits while its durable queue holds messages, says so, and is lifted by annotation', async () => {
    await space.apply(scorer('gamma', { deletionPolicy: 'Drain', replicas: 0 }));
    await waitForReason('sco/gamma', 'Asleep');
    const publisher = await broker.createPublisher();
    const queue = names.scorer('gamma', 'durable', 0);
    await publisher.publish({
      ...{ exchange: names.exchange.scatter, routingKey: queue, type: 'test', body: Buffer.from('{}') },
      ...{ persistent: true, mandatory: true },
    });
    await sleep(6_000);
    await space.kubectl(['delete', 'sco/gamma', '--wait=false']);
    expect((await waitForReason('sco/gamma', 'Draining')).message).toContain('holds 1 message');
    await space.kubectl(['annotate', 'sco/gamma', 'medley.dev/force-delete=yes']);
    await waitFor('it goes', async () => (await look('sco/gamma')) === null);
  }, 90_000);
});
