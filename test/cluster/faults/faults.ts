import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import { criteria, idleScorers, recommender } from './drilled.ts';
import type { Installation, Placed } from './installation.ts';
import type { Power } from './power.ts';

/** What is done to a cluster while callers come, one at a time. */
export interface Fault {
  name: string;
  title: string;
  /** Whose switches it needs: only where these are at hand. */
  needsPower: boolean;
  /** Fewest nodes. */
  nodes: number;
  /** Nothing may fail, be refused or be answered in part. */
  mustNotShow: boolean;
  act(stage: Stage): Promise<void>;
}

export interface Stage {
  at: Installation;
  /** Where `needsPower`. */
  power: Power | null;
  /** Another image than the one that runs. */
  nextImage: string;
  /** Notes that something was done now: recovery is counted from there. */
  moment(what: string): void;
  say(line: string): void;
}

interface Lease {
  spec: { holderIdentity?: string };
}
interface Watched {
  items: {
    metadata: { name: string; generation: number };
    status?: { observedGeneration?: number; conditions?: { type: string }[] };
  }[];
}

const awayMs = 60_000;
const idle = 20;
const renewalMs = 3_000;
const leaseName = 'medley-operator';

const holderOf = async ({ namespace }: Installation): Promise<string> =>
  (await namespace.get<Lease>(`lease ${leaseName}`)).spec.holderIdentity ?? '';

const took = async (work: () => Promise<unknown>): Promise<string> => {
  const beganMs = performance.now();
  await work();
  return `${((performance.now() - beganMs) / 1_000).toFixed(1)} s`;
};

/** An edit of a weight, until the operator has taken it in. */
const editPlan = async ({ namespace }: Installation, weight: number): Promise<void> => {
  await namespace.apply(recommender(weight));
  await eventually(
    'the edit is taken in',
    async () => {
      const { metadata, status } = await namespace.get<Watched['items'][number]>('recommender home');
      return status?.observedGeneration === metadata.generation;
    },
    { timeoutMs: 120_000 },
  );
};

/** A worker node that holds neither the database's volume nor the control plane; most of the rest is on any. */
const victim = async ({ at, power }: Stage): Promise<string> => {
  const spared = new Set([power?.controlNode, ...(await at.pods('postgres')).map(({ node }) => node)]);
  const node = at.nodes.find((one) => !spared.has(one));
  if (node === undefined) throw new Error('no node can be spared');
  return node;
};

const onNode = async ({ at }: Stage, node: string): Promise<string> => {
  const roles = ['gateway', 'aggregator', 'operator', 'scorer', 'rabbitmq', 'postgres'];
  const counts = await Promise.all(
    roles.map(async (role) => ({ role, pods: (await at.pods(role)).filter((pod) => pod.node === node).length })),
  );
  return counts.flatMap(({ role, pods }) => (pods === 0 ? [] : `${pods} ${role}`)).join(', ');
};

const need = (power: Power | null): Power => {
  if (power === null) throw new Error('this cluster has no switches');
  return power;
};

const killWorker = async (stage: Stage): Promise<void> => {
  const node = await victim(stage);
  stage.say(`on ${node}: ${await onNode(stage, node)}`);
  await need(stage.power).kill(node);
  stage.moment('killed');
  await sleep(awayMs);
  await need(stage.power).start(node);
  stage.moment('started');
};

const cutWorker = async (stage: Stage): Promise<void> => {
  const node = await victim(stage);
  stage.say(`on ${node}: ${await onNode(stage, node)}`);
  stage.moment('cut');
  await need(stage.power).cut(node);
  await sleep(awayMs);
  await need(stage.power).heal(node);
  stage.moment('healed');
};

const stopApiServer = async (stage: Stage): Promise<void> => {
  stage.moment('stopped');
  await need(stage.power).stopApiServer();
  await sleep(awayMs);
  await need(stage.power).startApiServer();
  stage.moment('started');
  stage.say(`an edit after it is taken in within ${await took(() => editPlan(stage.at, 1.5))}`);
};

const killOperator = async (stage: Stage): Promise<void> => {
  const { namespace } = stage.at;
  const leader = await holderOf(stage.at);
  const deployments = async (): Promise<number> =>
    (await namespace.kubectl(['get', 'deployments', '-o', 'name'])).match(/scorer-idle-/g)?.length ?? 0;
  const applying = namespace.apply(idleScorers(idle));
  await eventually('some are made', async () => (await deployments()) > 0, { everyMs: 20 });
  await namespace.kubectl(['delete', 'pod', leader, '--grace-period=0', '--force', '--wait=false']);
  stage.moment('killed');
  await applying;
  const made = async (): Promise<number> => {
    const { items } = await namespace.get<Watched>('scorers --selector medley.dev/drill=idle');
    return items.filter(({ metadata, status }) => status?.observedGeneration === metadata.generation).length;
  };
  stage.say(`Deployments when it was killed: ${await deployments()} of ${idle}`);
  const all = await took(() => eventually('all are made', async () => (await made()) === idle, { timeoutMs: 120_000 }));
  stage.say(`all ${idle} within ${all}, ${await deployments()} Deployments; ${await holderOf(stage.at)} leads`);
  await namespace.kubectl(['delete', 'scorers', '--selector', 'medley.dev/drill=idle']);
};

/** Somebody else's name in it, renewed this moment: nobody of ours may lead until it has run out. */
const takeLease = async (stage: Stage): Promise<void> => {
  const { namespace } = stage.at;
  const renewTime = new Date().toISOString().replace('Z', '000Z');
  const spec = { holderIdentity: 'somebody-else', renewTime, leaseDurationSeconds: 15 };
  await namespace.kubectl(['patch', 'lease', leaseName, '--type=merge', '-p', JSON.stringify({ spec })]);
  stage.moment('taken');
  // The leader hears of it at its next renewal, and rightly works on until then.
  await sleep(renewalMs);
  const edit = await took(() => editPlan(stage.at, 2));
  stage.say(`an edit is taken in within ${edit}, by ${await holderOf(stage.at)}`);
  await namespace.kubectl(['delete', 'lease', leaseName]);
  stage.moment('deleted');
  stage.say(`another one, the Lease deleted, within ${await took(() => editPlan(stage.at, 2.5))}`);
};

const deletePod =
  (component: string) =>
  async (stage: Stage): Promise<void> => {
    const [pod] = await stage.at.pods(component);
    const { name } = pod as Placed;
    await stage.at.namespace.kubectl(['delete', 'pod', name, '--wait=false']);
    stage.moment('deleted');
    const args = ['rollout', 'status', `statefulset/${name.replace(/-\d+$/, '')}`, '--timeout=240s'];
    await sleep(1_000);
    stage.say(
      `${name} is ready again after ${await took(() => stage.at.namespace.kubectl(args, { timeoutMs: 250_000 }))}`,
    );
  };

const rolledOut = async ({ namespace }: Installation, what: string): Promise<void> =>
  void (await namespace.kubectl(['rollout', 'status', what, '--timeout=240s'], { timeoutMs: 250_000 }));

const restartOne =
  (what: string) =>
  async (stage: Stage): Promise<void> => {
    await stage.at.namespace.kubectl(['rollout', 'restart', what]);
    stage.say(`${what}: ${await took(() => rolledOut(stage.at, what))}`);
  };

const restart =
  (what: string) =>
  (stage: Stage): Promise<void> => {
    stage.moment('restarted');
    return restartOne(what)(stage);
  };

const restartScorers = async (stage: Stage): Promise<void> => {
  stage.moment('restarted');
  for (const criterion of criteria) await restartOne(`deployment/scorer-${criterion}`)(stage);
};

const upgrade = async (stage: Stage): Promise<void> => {
  stage.moment('upgraded');
  stage.say(`helm upgrade: ${await took(() => stage.at.upgrade(stage.nextImage))}`);
  const all = await took(async () => {
    for (const criterion of criteria) {
      const path = 'jsonpath={.spec.template.spec.containers[0].image}';
      await eventually(
        'its Deployment has the image',
        async () =>
          (await stage.at.namespace.kubectl(['get', `deployment/scorer-${criterion}`, '-o', path])) === stage.nextImage,
        { timeoutMs: 120_000 },
      );
      await rolledOut(stage.at, `deployment/scorer-${criterion}`);
    }
  });
  stage.say(`then the scorers: ${all}`);
};

const plain = { needsPower: false, nodes: 1, mustNotShow: false };

/** The most telling ones first. */
export const faults: readonly Fault[] = [
  {
    ...plain,
    name: 'nothing',
    title: 'nothing, for 20 s',
    mustNotShow: true,
    act: async () => void (await sleep(20_000)),
  },
  ...(['gateway', 'operator'] as const).map((role) => ({
    ...{ ...plain, name: `restart-${role}`, title: `\`rollout restart\` of ${role}s`, mustNotShow: true },
    act: restart(`deployment/medley-${role}`),
  })),
  {
    ...{ ...plain, name: 'restart-aggregator', title: '`rollout restart` of aggregators', mustNotShow: true },
    act: restart('statefulset/medley-aggregator'),
  },
  {
    ...{ ...plain, name: 'restart-scorer', title: '`rollout restart` of three scorers', mustNotShow: true },
    act: restartScorers,
  },
  { ...plain, name: 'upgrade', title: '`helm upgrade` to another image tag', mustNotShow: true, act: upgrade },
  { ...plain, name: 'rabbitmq', title: "RabbitMQ's pod deleted", act: deletePod('rabbitmq') },
  {
    ...plain,
    name: 'kill-node',
    title: 'worker node killed, started after 60 s',
    needsPower: true,
    nodes: 3,
    act: killWorker,
  },
  {
    ...plain,
    name: 'api-server',
    title: 'API server down for 60 s',
    needsPower: true,
    mustNotShow: true,
    act: stopApiServer,
  },
  {
    ...plain,
    name: 'cut-node',
    title: 'worker node cut off, healed after 60 s',
    needsPower: true,
    nodes: 3,
    act: cutWorker,
  },
  {
    ...plain,
    name: 'operator',
    title: 'operator killed while it makes 20 Scorers',
    mustNotShow: true,
    act: killOperator,
  },
  { ...plain, name: 'lease', title: "the leader's Lease taken, then deleted", mustNotShow: true, act: takeLease },
  { ...plain, name: 'postgresql', title: "PostgreSQL's pod deleted", act: deletePod('postgres') },
];
