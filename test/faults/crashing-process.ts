/** One role as a process that ends itself with SIGKILL at a chosen step; forked by crash-stage.ts, told by its first argument. */
import { randomBytes } from 'node:crypto';
import { startAggregator } from '../../src/aggregator/start-aggregator.ts';
import { createAmqpBroker } from '../../src/broker/amqp-broker.ts';
import type { Plan } from '../../src/contract/plan.ts';
import { createNames } from '../../src/contract/topology.ts';
import { defaultSettings } from '../../src/gateway/settings.ts';
import { startGateway } from '../../src/gateway/start-gateway.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { noMetrics } from '../../src/runtime/metrics.ts';
import { createPlanBook } from '../../src/scatter/plan-book.ts';
import { createServiceTimes } from '../../src/scatter/service-times.ts';
import { startScorer } from '../../src/scorer/host.ts';
import { createSqliteStore } from '../../src/store/sqlite-store.ts';
import { type CrashPoint, crashingBroker, crashingStore } from './crash-point.ts';
import { listFor } from './test-scorer.ts';

export interface CrashOrder {
  role: 'scorer' | 'aggregator' | 'gateway';
  point: CrashPoint;
  amqpUrl: string;
  prefix: string;
  storePath: string;
  plans: readonly Plan[];
  /** Of a scorer. */
  criterion: string;
}

const order = JSON.parse(process.argv[2] ?? '') as CrashOrder;
const crash = (): void => void process.kill(process.pid, 'SIGKILL');
process.on('disconnect', crash);

const name = `crashing-${process.pid}`;
const shared = {
  clock: systemClock,
  log: silentLog,
  metrics: noMetrics,
  names: createNames(order.prefix),
  process: name,
};
const broker = crashingBroker(await createAmqpBroker({ url: order.amqpUrl, name, ...shared }), order.point, crash);

const startStored = async (): Promise<number> => {
  const plain = await createSqliteStore({ path: order.storePath, ...shared });
  const parts = {
    ...shared,
    broker,
    store: crashingStore(plain, order.point, crash),
    plans: createPlanBook(order.plans),
  };
  if (order.role === 'aggregator') {
    await startAggregator({ ...parts, ordinal: 0 });
    return 0;
  }
  const { port } = await startGateway({
    ...parts,
    serviceTimes: createServiceTimes(),
    randomId: () => randomBytes(16).toString('hex'),
    settings: { ...defaultSettings, port: 0, internalPort: 0 },
  });
  return port;
};

const startOne = async (): Promise<number> => {
  if (order.role !== 'scorer') return startStored();
  const definition = { needs: [], load: () => null, score: listFor };
  await startScorer({
    ...shared,
    broker,
    criterion: order.criterion,
    source: { kind: 'inline', definition },
    models: null,
  });
  return 0;
};

process.send?.({ port: await startOne() });
