import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startAggregator } from '../../src/aggregator/start-aggregator.ts';
import { createAmqpBroker } from '../../src/broker/amqp-broker.ts';
import type { Broker } from '../../src/broker/port.ts';
import type { AnswerStatus } from '../../src/contract/http.ts';
import {
  aggregatorTopology,
  coreTopology,
  createNames,
  type Names,
  scorerTopology,
} from '../../src/contract/topology.ts';
import { defaultSettings } from '../../src/gateway/settings.ts';
import { startGateway } from '../../src/gateway/start-gateway.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { noMetrics } from '../../src/runtime/metrics.ts';
import { createPlanBook } from '../../src/scatter/plan-book.ts';
import { createServiceTimes } from '../../src/scatter/service-times.ts';
import { startScorer } from '../../src/scorer/host.ts';
import type { Store } from '../../src/store/port.ts';
import { createSqliteStore } from '../../src/store/sqlite-store.ts';
import { deleteTopology, testAmqpUrl } from '../support/broker-amqp.ts';
import { type Call, callOnce } from './callers.ts';
import type { CrashPoint } from './crash-point.ts';
import type { CrashOrder } from './crashing-process.ts';
import { createDoors, type Doors } from './doors.ts';
import { listFor } from './test-scorer.ts';
import { resolveWorldPlans } from './world-plans.ts';

/** Roles of this process on a real RabbitMQ that live on, beside one process that will kill itself at a chosen step. */
export interface CrashStage {
  names: Names;
  broker: Broker;
  store: Store;
  /** The living gateway. */
  doors: Doors;
  startAggregator(): Promise<Running>;
  startScorer(criterion: string): Promise<Running>;
  /** Starts the process that will end itself, and resolves once it takes work. */
  startCrashing(role: CrashOrder['role'], point: CrashPoint): Promise<Crashing>;
  /** Asks the living gateway. */
  call(user: string): Promise<Call>;
  /** Posts to a gateway, under one key. @throws where the connection is lost */
  accept(base: string, user: string): Promise<AnswerStatus>;
  base: string;
  status(id: string): Promise<AnswerStatus | null>;
  stop(): Promise<void>;
}

export interface Running {
  stop(): Promise<void>;
}

export interface Crashing {
  port: number;
  /** The signal that ended it. */
  ended: Promise<NodeJS.Signals | null>;
  kill(): void;
}

export const crashDeadlineMs = 500;
const program = fileURLToPath(new URL('./crashing-process.ts', import.meta.url));

export const startCrashStage = async (): Promise<CrashStage> => {
  const names = createNames(`crash-${randomBytes(4).toString('hex')}`);
  const folder = await mkdtemp(join(tmpdir(), 'medley-crash-'));
  const storePath = join(folder, 'store.sqlite');
  const shared = { names, clock: systemClock, log: silentLog, metrics: noMetrics };
  const store = await createSqliteStore({ path: storePath, ...shared });
  await store.items.put([{ id: 'popular-1', title: 'Film', genres: [], regions: [] }]);
  const scorer = { delayMs: 0, kind: 'sleep' as const, replicas: 1, concurrency: 1 };
  const plans = resolveWorldPlans({
    scorers: { red: scorer, green: scorer },
    recommenders: {
      home: { deadlineMs: crashDeadlineMs, criteria: ['red', 'green'].map((criterion) => ({ criterion, weight: 1 })) },
    },
  });
  const topologies = [
    coreTopology(names),
    aggregatorTopology(names, 0),
    ...['red', 'green'].map((criterion) => scorerTopology(names, criterion)),
  ];
  const brokers: Broker[] = [];
  const connect = async (process: string): Promise<Broker> => {
    const broker = await createAmqpBroker({ url: testAmqpUrl, name: process, ...shared });
    brokers.push(broker);
    return broker;
  };
  const admin = await connect('admin');
  for (const topology of topologies) await admin.declare(topology);
  const gateway = await startGateway({
    ...{ ...shared, store, broker: await connect('gateway'), process: 'gateway', plans: createPlanBook(plans) },
    serviceTimes: createServiceTimes(),
    randomId: () => randomBytes(16).toString('hex'),
    settings: { ...defaultSettings, port: 0, internalPort: 0 },
  });
  const base = `http://127.0.0.1:${gateway.port}`;
  const doors = createDoors([base]);
  let started = 0;

  return {
    ...{ names, broker: admin, store, base, doors },
    async startAggregator() {
      started += 1;
      const process = `aggregator-${started}`;
      const plan = { plans: createPlanBook(plans), ordinal: 0, process };
      return startAggregator({ ...shared, ...plan, store, broker: await connect(process) });
    },
    async startScorer(criterion) {
      started += 1;
      const process = `scorer-${started}`;
      const definition = { needs: [], load: () => null, score: listFor };
      const source = { kind: 'inline' as const, definition };
      return startScorer({ ...shared, broker: await connect(process), criterion, process, source, models: null });
    },
    async startCrashing(role, point) {
      const order: CrashOrder = {
        ...{ role, point, storePath, plans, criterion: 'red' },
        ...{ amqpUrl: testAmqpUrl, prefix: names.prefix },
      };
      const child = fork(program, [JSON.stringify(order)], {
        execArgv: ['--disable-warning=ExperimentalWarning'],
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
      const ended = once(child, 'exit').then(([, signal]) => signal as NodeJS.Signals | null);
      const [{ port }] = (await Promise.race([
        once(child, 'message'),
        ended.then(() => {
          throw new Error(`the ${role} ended before it took work`);
        }),
      ])) as [{ port: number }];
      return { port, ended, kill: () => void child.kill('SIGKILL') };
    },
    call: (user) => callOnce(doors, { user, nonce: 'once', recommender: 'home' }),
    async accept(at, user) {
      const response = await fetch(`${at}/v1/recommendations`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', prefer: 'respond-async', 'idempotency-key': user },
        body: JSON.stringify({ user, context: { nonce: 'once' } }),
      });
      if (response.status !== 202) throw new Error(`${response.status}: ${await response.text()}`);
      return (await response.json()) as AnswerStatus;
    },
    status: (id) => store.answers.get(id, Date.now()),
    async stop() {
      await doors.close();
      await gateway.stop();
      await Promise.all(brokers.map((broker) => broker.close()));
      await deleteTopology(topologies);
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};
