import { randomBytes } from 'node:crypto';
import { createAmqpBroker } from '../broker/amqp-broker.ts';
import { waitForOthers, waitsForItsUser } from '../broker/wait-for-others.ts';
import { coreTopology, createNames } from '../contract/topology.ts';
import { systemClock } from '../runtime/clock.ts';
import { readJsonFile } from '../runtime/json-file.ts';
import { createLog } from '../runtime/log.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { run } from '../runtime/run.ts';
import { startTracing } from '../runtime/start-tracing.ts';
import { createPlanBook } from '../scatter/plan-book.ts';
import { readBootPlans } from '../scatter/plan-file.ts';
import { createServiceTimes } from '../scatter/service-times.ts';
import { openStore } from '../store/open-store.ts';
import type { GatewayEnv } from './gateway-env.ts';
import { startGateway } from './start-gateway.ts';

/** More than the gateway's own drain, for the rest that is let go of after it. */
const drainMarginMs = 5_000;

/** Runs a gateway until SIGTERM or SIGINT, and exits by itself. */
export const runGatewayProcess = async (env: GatewayEnv): Promise<void> => {
  const { logLevel: level, settings } = env;
  const log = createLog({ level, role: 'gateway', process: env.process });
  await run({ log, drainMs: settings.leaveMs + settings.drainMs + drainMarginMs }, async (scope) => {
    const clock = systemClock;
    const metrics = createMetrics({ processMetrics: true });
    const boot = await readBootPlans(env.plansPath, { read: readJsonFile, log });
    const plans = createPlanBook(boot.plans, boot.setVersion);
    const store = await openStore({ address: env.storeAddress, clock, log });
    scope.defer('store', store.close);
    const address = { url: env.amqpUrl, name: env.process, ...(env.declare ? {} : waitsForItsUser) };
    const connected = await createAmqpBroker({ ...address, clock, log, metrics });
    scope.defer('broker', connected.close);
    const broker = env.declare ? connected : waitForOthers(connected, { clock, log });
    const names = createNames(env.prefix);
    const tracer = await startTracing({ role: 'gateway', instance: env.process, log });
    if (tracer !== null) scope.defer('traces', tracer.close);
    if (env.declare) await broker.declare(coreTopology(names));
    const gateway = await startGateway({
      ...{ broker, store, names, process: env.process, plans, clock, log, metrics, settings, tracer },
      serviceTimes: createServiceTimes(),
      randomId: () => randomBytes(16).toString('hex'),
    });
    scope.defer('gateway', gateway.stop);
  });
};
