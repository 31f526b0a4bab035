import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createAmqpBroker } from '../../src/broker/amqp-broker.ts';
import type { AnswerStatus } from '../../src/contract/http.ts';
import type { Autoscaling } from '../../src/contract/resources-scorer.ts';
import { createNames } from '../../src/contract/topology.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { noMetrics } from '../../src/runtime/metrics.ts';
import { type BatchSender, type Sending, startBatchSender } from './autoscale/batch-sender.ts';
import { type Callers, createCallers } from './autoscale/callers.ts';
import { recommender, scorer, valuesFor } from './autoscale/scaled.ts';
import { type Cluster, connectCluster } from './support/cluster.ts';
import { eventually } from './support/eventually.ts';
import { type ForwardedPort, forwardPort } from './support/forward-port.ts';
import { createNamespace, type Namespace } from './support/namespace.ts';
import { nodePortUrl } from './support/node-port.ts';

/**
 * What scaling promises, on the whole of Medley in a namespace: requests count, not messages; a message is lost to no process
 * that goes; zero and back; and what is not known takes no process away.
 *
 * Each story waits most of its time, so those that need demand to be known are told side by side.
 */
jest.setTimeout(600_000);

const chart = join(fileURLToPath(new URL('../..', import.meta.url)), 'helm/medley');
const patienceMs = 120_000;
const quietMs = 120_000;
/** Scorers that are asked at one rate, and how many requests each message to them holds. */
const sizes = [
  ['singles', 1],
  ['sixty-fours', 64],
] as const;
const gatewayPods = 'app.kubernetes.io/component=gateway';

let cluster: Cluster;
let namespace: Namespace;
let callers: Callers;
const forwarded: ForwardedPort[] = [];
let operator: string;
let sender: BatchSender | undefined;
/** Loads that end with the test, whatever becomes of their stories. */
const loads: { stop(): Promise<unknown> }[] = [];

interface Listed {
  items: {
    kind: string;
    metadata: { name: string };
    spec: { replicas?: number };
    status?: { readyReplicas?: number; autoscaling?: Scaled };
  }[];
}
interface Scaled {
  wanted?: number;
  reason: string;
}
/** What is said of a Scorer, and what its Deployment is set to. */
interface Seen extends Partial<Scaled> {
  replicas: number;
  ready: number;
}

const lookNow = async (): Promise<ReadonlyMap<string, Seen>> => {
  const { items } = await namespace.get<Listed>('scorers,deployments');
  const deployments = new Map(items.filter(({ kind }) => kind === 'Deployment').map((one) => [one.metadata.name, one]));
  return new Map(
    items
      .filter(({ kind }) => kind === 'Scorer')
      .map(({ metadata: { name }, status }) => {
        const { spec, status: counted } = deployments.get(`scorer-${name}`) ?? {};
        return [
          name,
          { ...status?.autoscaling, replicas: spec?.replicas ?? -1, ready: counted?.readyReplicas ?? 0 },
        ] as const;
      }),
  );
};
/** One look a second at most, for all that wait side by side. */
let looked: { atMs: number; seen: ReturnType<typeof lookNow> } | undefined;
const look = (): ReturnType<typeof lookNow> => {
  const nowMs = performance.now();
  if (looked === undefined || nowMs - looked.atMs > 900) looked = { atMs: nowMs, seen: lookNow() };
  return looked.seen;
};
const lookAt = async (name: string): Promise<Seen> => (await look()).get(name) as Seen;

const waitFor = <T>(what: string, ask: () => Promise<T | undefined | null | false>, timeoutMs = patienceMs) =>
  eventually(what, ask, {
    ...{ timeoutMs, everyMs: 1_000 },
    trouble: async () => `${JSON.stringify([...(await look())], null, 1)}\n${await namespace.trouble()}`,
  });
const waitForReplicas = (name: string, replicas: number) =>
  waitFor(`${name} has ${replicas}`, async () => {
    const seen = await lookAt(name);
    return seen.replicas === replicas && seen.ready === replicas && seen;
  });
const setScaling = (name: string, autoscaling: Partial<Autoscaling>) =>
  namespace.kubectl(['patch', 'scorer', name, '--type=merge', '-p', JSON.stringify({ spec: { autoscaling } })]);
const pin = (name: string, replicas: number) => namespace.kubectl(['scale', 'scorer', name, `--replicas=${replicas}`]);

const ended = (id: string): Promise<AnswerStatus> =>
  waitFor(`${id} has ended`, async () => {
    const status = await callers.statusOf(id);
    return status.state !== 'pending' && status;
  });

/** A figure of the operator, of this second. */
const figureOf = async (name: string, labels: string): Promise<number> => {
  const lines = (await (await fetch(`${operator}/metrics`)).text()).split('\n');
  const line = lines.find((one) => one.startsWith(`medley_operator_scorer_${name}{`) && one.includes(labels));
  return Number(line?.split(' ').at(-1));
};

const open = async (target: string, port: number): Promise<ForwardedPort> => {
  const one = await forwardPort(cluster, namespace.name, { target, port });
  forwarded.push(one);
  return one;
};
const connectSender = async (): Promise<BatchSender> => {
  const { port } = await open('pod/medley-rabbitmq-0', 5672);
  const { data } = await namespace.get<{ data: { password: string } }>('secret medley-broker');
  const password = Buffer.from(data.password, 'base64').toString();
  const url = `amqp://medley:${password}@127.0.0.1:${port}/medley`;
  const tools = { clock: systemClock, log: silentLog, metrics: noMetrics };
  return startBatchSender(await createAmqpBroker({ url, name: 'sender', ...tools }), createNames());
};

beforeAll(async () => {
  cluster = await connectCluster();
  await cluster.applyCrds();
  const image = await cluster.image();
  namespace = await createNamespace(cluster, { prefix: 'autoscale' });
  // Counts are far from where another one would be wanted, and sleep is longer than what a busy machine adds to it.
  const quick = { minReplicas: 1, maxReplicas: 6, scaleDownStabilisationSeconds: 5 };
  const calm = { ...quick, drainSeconds: 60, scaleDownStabilisationSeconds: 20 };
  await namespace.apply([
    ...sizes.map(([name]) => scorer(name, { delayMs: 400, concurrency: 6 }, { ...calm, maxReplicas: 8 })),
    scorer('held', { delayMs: 400, concurrency: 4 }, calm),
    scorer('nap', { delayMs: 20, concurrency: 1 }, { ...quick, minReplicas: 0, scaleToZeroAfterSeconds: 10 }),
    scorer('shrinks', { delayMs: 200, concurrency: 1 }, { ...quick, minReplicas: 4 }),
    ...['held', 'nap', 'shrinks'].map(recommender),
  ]);
  const install = ['install', 'medley', chart, '--values', '-', '--wait', '--timeout', '300s'];
  await namespace.helm(install, { input: JSON.stringify(valuesFor(image)), timeoutMs: 330_000 });
  callers = createCallers(await nodePortUrl(cluster, namespace, 'medley-gateway'));
  operator = (await open('deployment/medley-operator', 8081)).url;
  sender = await connectSender();
  await waitFor('held answers', async () => (await callers.ask('held')).complete);
}, 900_000);

afterAll(async () => {
  // Whatever becomes of them, the namespace goes.
  await Promise.allSettled(loads.map((load) => load.stop()));
  await Promise.race([sender?.close().catch(() => undefined), sleep(10_000, undefined, { ref: false })]);
  await Promise.allSettled(forwarded.map((one) => one.stop()));
  await namespace?.helm(['uninstall', 'medley', '--timeout', '60s']).catch(() => undefined);
  await namespace?.remove();
}, 300_000);

/** One at a time and by the sixty-four, at one rate; then the same where nobody works, so that all that was sent waits. */
const compareBatches = async () => {
  const send = (): Sending[] => {
    const begun = sizes.map(([name, perMessage]) =>
      (sender as BatchSender).keepSending(name, { perSecond: 45, perMessage }),
    );
    loads.push(...begun);
    return begun;
  };
  const both = async (): Promise<Seen[]> => {
    const seen = await look();
    return sizes.map(([name]) => seen.get(name) as Seen);
  };
  const waiting = (): Promise<number[]> =>
    Promise.all(sizes.map(([name]) => figureOf('queue_requests', `"${name}",lane="durable"`)));
  const first = send();
  await waitFor('both have what they want', async () => (await both()).every(({ ready }) => ready >= 3));
  const wanted: (number | undefined)[][] = [];
  for (let at = 0; at < 15; at += 1) {
    await sleep(1_000);
    wanted.push((await both()).map((one) => one.wanted));
  }
  await Promise.all(first.map((one) => one.stop()));
  // A batch whose scorer ends comes again request by request: none is to be under way when they end. What is told of quorum
  // queues is up to ten seconds old.
  await sleep(10_000);
  await waitFor('nothing waits', async () => (await waiting()).every((one) => one === 0));
  await Promise.all(sizes.map(([name]) => pin(name, 0)));
  await waitFor('both are pinned to none', async () =>
    (await both()).every(({ replicas, ready }) => replicas === 0 && ready === 0),
  );
  const second = send();
  await sleep(6_000);
  const pinned = await waitFor('both are wanted all the same', async () => {
    const seen = await both();
    return seen.every((one) => (one.wanted ?? 0) > 0) && seen;
  });
  const sent = await Promise.all(second.map((one) => one.stop()));
  let told: number[] = [];
  const isAsSent = async (): Promise<boolean> => {
    told = await waiting();
    return sizes.every(([, perMessage], at) => Math.abs((told[at] ?? 0) - (sent[at] ?? 0)) <= perMessage);
  };
  await waitFor('as many are told to wait as were sent', isAsSent, 40_000).catch(() => undefined);
  return { wanted, pinned, sent, waiting: told };
};

/** A durable request at zero, zero again after the quiet time, an interactive one at zero. */
const goToZeroAndBack = async () => {
  await waitForReplicas('nap', 0);
  const durable = await ended(await waitFor('it is accepted', () => callers.accept('nap')));
  await waitForReplicas('nap', 0);
  // Gateways hear of it a moment later; one that has not yet would ask it, and wait.
  await sleep(2_000);
  const interactive = await waitFor('an answer', () => callers.ask('nap'));
  await waitForReplicas('nap', 1);
  return { durable, interactive };
};

/** From four to one by an edit of its bounds, while durable requests come that want four; and back. */
const shrinkUnderLoad = async () => {
  await waitForReplicas('shrinks', 4);
  const load = callers.keep(15, () => callers.accept('shrinks').catch(() => null));
  loads.push(load);
  await sleep(6_000);
  await setScaling('shrinks', { minReplicas: 1, maxReplicas: 1 });
  await waitForReplicas('shrinks', 1);
  const bound = await waitFor('shrinks says what holds it', async () => {
    const { reason = '' } = await lookAt('shrinks');
    return reason.includes('(at most 1)') && reason;
  });
  await sleep(4_000);
  const ids = (await load.stop()).filter((id) => id !== null);
  await setScaling('shrinks', { maxReplicas: 6 });
  const endings: AnswerStatus[] = [];
  for (const id of ids) endings.push(await ended(id));
  // And once more by itself, when nothing waits any more.
  await waitForReplicas('shrinks', 1);
  return { bound, states: endings.map(({ state }) => state) };
};

describe('while demand is known', () => {
  interface Stories {
    batches: Awaited<ReturnType<typeof compareBatches>>;
    zero: Awaited<ReturnType<typeof goToZeroAndBack>>;
    shrunk: Awaited<ReturnType<typeof shrinkUnderLoad>>;
  }
  let stories: { [Name in keyof Stories]: Promise<Stories[Name]> };

  beforeAll(() => {
    loads.push(callers.keep(20, () => callers.ask('held').catch(() => null)));
    stories = { batches: compareBatches(), zero: goToZeroAndBack(), shrunk: shrinkUnderLoad() };
    // Each is told by its own test.
    for (const story of Object.values(stories)) story.catch(() => undefined);
  });

  test('batches of 1 and of 64 at one rate want and get equal replicas, and what waits counts in requests', async () => {
    const { wanted, sent, waiting } = await stories.batches;
    const [singles = 0, sixtyFours = 0] = sizes.map(
      (_, which) => wanted.map((one) => one[which] ?? -1).sort((a, b) => a - b)[7],
    );
    // Four of each; by messages, 0.7 a second, one for those that come by the sixty-four. A busy machine is good for one more.
    expect([singles, sixtyFours].every((one) => one >= 3)).toBe(true);
    expect(Math.abs(singles - sixtyFours)).toBeLessThanOrEqual(1);
    // Messages of sixty-four are no more than one in sixty-four, and yet as many wait as were sent.
    for (const [which, count] of sent.entries()) {
      expect(count).toBeGreaterThan(200);
      expect(Math.abs((waiting[which] ?? 0) - count)).toBeLessThanOrEqual(sizes[which]?.[1] ?? 0);
    }
  });

  test('spec.replicas pins, whatever is wanted', async () => {
    const { pinned } = await stories.batches;
    for (const { wanted, replicas } of pinned) {
      expect(wanted).toBeGreaterThan(0);
      expect(replicas).toBe(0);
    }
  });

  test('from zero: a durable request is answered and tells its wait, an interactive one says asleep; and back to zero', async () => {
    const { durable, interactive } = await stories.zero;
    const of = (answer: AnswerStatus['answer']) => answer?.coverage.criteria.find((one) => one.criterion === 'nap');
    expect(durable.state).toBe('answered');
    expect(of(durable.answer)).toMatchObject({ outcome: 'scored' });
    // A pod does not start in less.
    expect(of(durable.answer)?.elapsedMs).toBeGreaterThan(500);
    expect(of(interactive)).toMatchObject({ outcome: 'asleep', elapsedMs: null });
    expect(of(interactive)?.detail).toContain('none of its processes is ready');
    expect(interactive.items).toEqual([]);
  });

  test('from four to one under durable load by an edit that is taken in at once: nothing is lost', async () => {
    const { bound, states } = await stories.shrunk;
    expect(bound).toMatch(/wants [2-9]\d* \(at most 1\)/);
    expect(states.length).toBeGreaterThan(30);
    expect(states.filter((state) => state !== 'answered')).toEqual([]);
  });
});

describe('without a gateway', () => {
  test('for two minutes demand is unknown: all stay as they are, and say why; then they follow again', async () => {
    await waitForReplicas('nap', 0);
    const { replicas } = await waitFor('held has more than one', async () => {
      const seen = await lookAt('held');
      return seen.ready > 1 && seen.ready === seen.replicas && seen;
    });
    // It says no good-bye, and is asked until it is gone.
    await namespace.kubectl(['scale', 'deployment/medley-gateway', '--replicas=0']);
    await namespace.kubectl(['delete', 'pod', '--selector', gatewayPods, '--force', '--grace-period=0']);
    for (const load of loads) await load.stop();
    const beganMs = performance.now();
    const before = await look();
    while (performance.now() - beganMs < quietMs) {
      await sleep(2_000);
      for (const [name, { replicas }] of await look())
        expect([name, replicas]).toEqual([name, before.get(name)?.replicas]);
    }
    const after = await lookAt('held');
    expect(after).toMatchObject({ replicas, reason: expect.stringMatching(/offered unknown.*stays, no gateway/) });
    expect(after.wanted).toBeUndefined();
    await namespace.kubectl(['scale', 'deployment/medley-gateway', '--replicas=1']);
    const again = await waitForReplicas('held', 1);
    expect(again.wanted).toBe(1);
  });
});
