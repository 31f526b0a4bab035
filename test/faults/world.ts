import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAmqpBroker } from '../../src/broker/amqp-broker.ts';
import type { Broker } from '../../src/broker/port.ts';
import type { Plan } from '../../src/contract/plan.ts';
import {
  aggregatorTopology,
  coreTopology,
  createNames,
  type Names,
  scorerTopology,
} from '../../src/contract/topology.ts';
import { startPlanPublisher } from '../../src/operator/plan-publisher.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { noMetrics } from '../../src/runtime/metrics.ts';
import type { Store } from '../../src/store/port.ts';
import { createSqliteStore } from '../../src/store/sqlite-store.ts';
import { deleteTopology, testAmqpUrl } from '../support/broker-amqp.ts';
import { type RoleProcess, startRoleProcess } from './role-process.ts';
import { freePort, resolveWorldPlans, type WorldOptions, type WorldScorer, worldItems } from './world-plans.ts';

/** Medley as operating system processes on a real RabbitMQ with a store of its own: what is killed in drills. */

export interface ProcessWorldOptions extends WorldOptions {
  gateways?: number;
  aggregators?: number;
  amqpUrl?: string;
  /** Where the processes find the broker, when that is not where it is. */
  roleAmqpUrl?: string;
  /** Note each request scored, to count what was computed twice. */
  journal?: boolean;
}

export interface GatewayProcess extends RoleProcess {
  /** Such as `http://127.0.0.1:8080`. */
  base: string;
}

export interface World {
  names: Names;
  store: Store;
  broker: Broker;
  plans: readonly Plan[];
  gateways: readonly GatewayProcess[];
  aggregators: readonly RoleProcess[];
  /** As they are now: a rollout replaces them. */
  scorers(): readonly RoleProcess[];
  /** Starts one more process of the criterion, waits until it takes work, then lets the old one drain: a rollout. */
  replaceScorer(old: RoleProcess): Promise<number | null>;
  /** What the scorers noted: for each request scored `CRITERION.PID USER/NONCE/`. */
  scored(): Promise<readonly string[]>;
  /** Of all processes that run now. */
  pids(): readonly number[];
  logs(): Promise<string>;
  /** What the processes of a role count, one text for each that answers. */
  metrics(role: RoleProcess['role']): Promise<readonly string[]>;
  stop(): Promise<void>;
}

const programOf = (role: string): string => fileURLToPath(new URL(`../../cmd/${role}.ts`, import.meta.url));
const scorerProgram = fileURLToPath(new URL('./scorer-process.ts', import.meta.url));
/** Starts all roles, and resolves once all of them are ready. */
export const startWorld = async (options: ProcessWorldOptions): Promise<World> => {
  const { amqpUrl = testAmqpUrl, gateways: gatewayCount = 2, aggregators: aggregatorCount = 2 } = options;
  const names = createNames(`drill-${randomBytes(4).toString('hex')}`);
  const folder = await mkdtemp(join(tmpdir(), 'medley-drill-'));
  const shared = { clock: systemClock, log: silentLog };
  const store = await createSqliteStore({ path: join(folder, 'store.sqlite'), ...shared });
  await store.items.put(worldItems);
  const broker = await createAmqpBroker({ url: amqpUrl, name: 'drill', ...shared, metrics: noMetrics });
  const criteria = Object.keys(options.scorers);
  const topologies = [
    coreTopology(names),
    ...criteria.map((criterion) => scorerTopology(names, criterion)),
    ...Array.from({ length: aggregatorCount }, (_, ordinal) => aggregatorTopology(names, ordinal)),
  ];
  for (const topology of topologies) await broker.declare(topology);
  const plans = resolveWorldPlans(options);
  const publisher = await startPlanPublisher({ broker, names, process: 'drill', ...shared });
  await publisher.publish(
    { plans: [...plans], setVersion: 1 },
    {
      criteria: Object.entries(options.scorers).map(([criterion, { replicas, concurrency }]) => ({
        criterion,
        replicas,
        concurrency,
      })),
    },
  );

  const env = { MEDLEY_AMQP_URL: options.roleAmqpUrl ?? amqpUrl, MEDLEY_PREFIX: names.prefix, LOG_LEVEL: 'info' };
  const stored = { ...env, MEDLEY_STORE: join(folder, 'store.sqlite') };
  const journal = (criterion: string): string => join(folder, `scored-${criterion}`);
  const start = async (
    role: RoleProcess['role'],
    name: string,
    own: { program: string; env: Readonly<Record<string, string>> },
  ): Promise<RoleProcess> => {
    const port = await freePort();
    return startRoleProcess({
      ...{ role, name, program: own.program },
      env: { ...own.env, MEDLEY_OPS_PORT: String(port) },
      readyUrl: `http://127.0.0.1:${port}/readyz`,
      logFile: join(folder, `${name}.log`),
    });
  };

  let started = 0;
  const startScorer = (criterion: string): Promise<RoleProcess> => {
    const { delayMs, kind, concurrency } = options.scorers[criterion] as WorldScorer;
    const settings = { criterion, delayMs, kind, journal: options.journal === true ? journal(criterion) : null };
    started += 1;
    return start('scorer', `scorer-${criterion}-${started}`, {
      program: scorerProgram,
      env: { ...env, MEDLEY_CONCURRENCY: String(concurrency), MEDLEY_TEST_SCORER: JSON.stringify(settings) },
    });
  };
  const scorers = new Map<RoleProcess, string>();
  for (const [criterion, { replicas }] of Object.entries(options.scorers)) {
    for (let replica = 0; replica < replicas; replica += 1) scorers.set(await startScorer(criterion), criterion);
  }
  const aggregators: RoleProcess[] = [];
  for (let ordinal = 0; ordinal < aggregatorCount; ordinal += 1) {
    const program = programOf('aggregator');
    aggregators.push(
      await start('aggregator', `aggregator-${ordinal}`, {
        program,
        env: { ...stored, MEDLEY_ORDINAL: String(ordinal) },
      }),
    );
  }
  const gateways: GatewayProcess[] = [];
  for (let index = 0; index < gatewayCount; index += 1) {
    const port = await freePort();
    const own = { program: programOf('gateway'), env: { ...stored, PORT: String(port) } };
    gateways.push({ ...(await start('gateway', `gateway-${index}`, own)), base: `http://127.0.0.1:${port}` });
  }
  const all = (): readonly RoleProcess[] => [...scorers.keys(), ...aggregators, ...gateways];
  const readAll = async (starting: string): Promise<readonly { name: string; text: string }[]> => {
    const files = (await readdir(folder)).filter((name) => name.startsWith(starting)).sort();
    return Promise.all(files.map(async (name) => ({ name, text: await readFile(join(folder, name), 'utf8') })));
  };

  const stop = async (): Promise<void> => {
    for (const process of all()) process.signal('SIGCONT');
    await Promise.all(gateways.map((one) => one.terminate({ startAgain: false })));
    await Promise.all(aggregators.map((one) => one.terminate({ startAgain: false })));
    await Promise.all([...scorers.keys()].map((one) => one.terminate({ startAgain: false })));
    await publisher.stop();
    await broker.close();
    await deleteTopology(topologies, amqpUrl);
    await store.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await Promise.all(all().map((one) => one.ready(60_000)));
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    ...{ names, store, broker, plans, gateways, aggregators, stop },
    scorers: () => [...scorers.keys()],
    pids: () => all().flatMap((one) => one.pid() ?? []),
    async replaceScorer(old) {
      const criterion = scorers.get(old);
      if (criterion === undefined) throw new Error(`${old.name} is no scorer of this world`);
      const fresh = await startScorer(criterion);
      scorers.set(fresh, criterion);
      await fresh.ready();
      scorers.delete(old);
      return old.terminate({ startAgain: false });
    },
    async metrics(role) {
      const urls = all()
        .filter((one) => one.role === role)
        .map((one) => one.readyUrl.replace('/readyz', '/metrics'));
      return Promise.all(urls.map(async (url) => (await fetch(url)).text()));
    },
    async scored() {
      const journals = await readAll('scored-');
      return journals.flatMap(({ name, text }) =>
        text
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => `${name.slice('scored-'.length)} ${line}`),
      );
    },
    logs: async () =>
      (await readAll(''))
        .filter(({ name }) => name.endsWith('.log'))
        .map(({ name, text }) => `== ${name}\n${text}`)
        .join('\n'),
  };
};
