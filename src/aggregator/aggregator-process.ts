import { createAmqpBroker } from '../broker/amqp-broker.ts';
import { waitForOthers, waitsForItsUser } from '../broker/wait-for-others.ts';
import { createNames } from '../contract/topology.ts';
import { systemClock } from '../runtime/clock.ts';
import { readJsonFile } from '../runtime/json-file.ts';
import { createLog } from '../runtime/log.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { startOpsServer } from '../runtime/ops-server.ts';
import { run } from '../runtime/run.ts';
import { startTracing } from '../runtime/start-tracing.ts';
import { createPlanBook } from '../scatter/plan-book.ts';
import { readBootPlans } from '../scatter/plan-file.ts';
import { openStore } from '../store/open-store.ts';
import type { AggregatorEnv } from './aggregator-env.ts';
import { startAggregator } from './start-aggregator.ts';

/** More than the aggregator's own drain, for the rest that is let go of after it. */
const drainMarginMs = 5_000;

/** Runs an aggregator until SIGTERM or SIGINT, and exits by itself. */
export const runAggregatorProcess = async (env: AggregatorEnv): Promise<void> => {
  const { process, logLevel: level, settings } = env;
  const log = createLog({ level, role: 'aggregator', process });
  await run({ log, drainMs: settings.drainMs + drainMarginMs }, async (scope) => {
    const clock = systemClock;
    const metrics = createMetrics({ processMetrics: true });
    const boot = await readBootPlans(env.plansPath, { read: readJsonFile, log });
    const plans = createPlanBook(boot.plans, boot.setVersion);
    const store = await openStore({ address: env.storeAddress, clock, log });
    scope.defer('store', store.close);
    const address = { url: env.amqpUrl, name: process, ...(env.declare ? {} : waitsForItsUser) };
    const connected = await createAmqpBroker({ ...address, clock, log, metrics });
    scope.defer('broker', connected.close);
    const broker = env.declare ? connected : waitForOthers(connected, { clock, log });
    const names = createNames(env.prefix);
    const tracer = await startTracing({ role: 'aggregator', instance: process, log });
    if (tracer !== null) scope.defer('traces', tracer.close);
    const aggregator = await startAggregator({
      ...{ broker, store, names, process, plans, clock, log, metrics, settings, tracer },
      ordinal: env.ordinal,
      declare: env.declare,
    });
    scope.defer('aggregator', aggregator.stop);
    if (env.opsPort === null) return;
    const ops = await startOpsServer({
      port: env.opsPort,
      health: () => ({ ok: true }),
      ready: () => ({ ok: aggregator.ready(), detail: { openGroups: aggregator.openGroups() } }),
      metrics,
      log,
    });
    scope.defer('ops server', ops.stop);
  });
};
