import { randomBytes } from 'node:crypto';
import { createAmqpBroker } from '../broker/amqp-broker.ts';
import type { Clock } from '../contract/clock.ts';
import { coreTopology, createNames, type Names } from '../contract/topology.ts';
import { systemClock } from '../runtime/clock.ts';
import { createLog, type Log } from '../runtime/log.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { startOpsServer } from '../runtime/ops-server.ts';
import { run } from '../runtime/run.ts';
import { createAutoscaler } from './autoscale/autoscaler.ts';
import { vhostOf } from './broker-account.ts';
import { createBrokerAdmin } from './broker-admin/broker-admin.ts';
import { type BrokerDuties, createBrokerDuties, noBrokerDuties } from './broker-duties.ts';
import { startControlLink } from './control-link.ts';
import { startDemandListener } from './demand-listener.ts';
import { createGenerations } from './generations.ts';
import { createAccess, installationOf } from './kube/access.ts';
import { createKubeClient } from './kube/client.ts';
import type { OperatorEnv } from './operator-env.ts';
import { startScaling } from './scaling.ts';
import type { ScorerSettings } from './settings.ts';
import { startOperator } from './start-operator.ts';

const drainMs = 20_000;

const settingsOf = (env: OperatorEnv, namespace: string): ScorerSettings => ({
  ...{ namespace, instance: env.instance, image: env.image, imagePullPolicy: env.imagePullPolicy },
  ...{
    prefix: env.prefix,
    modelsUrl: env.modelsUrl,
    drainMs: env.scorerDrainMs,
    logLevel: env.logLevel,
    prometheusUrl: env.prometheusUrl,
    tracing: env.tracing,
  },
});

const dutiesOf = (
  env: OperatorEnv,
  tools: { names: Names; clock: Clock; log: Log; owner: string; leading: () => boolean },
): BrokerDuties => {
  const { managementUrl, provisionUsers, brokerNodes: nodes } = env;
  if (managementUrl === null) return noBrokerDuties;
  const vhost = vhostOf(env.amqpUrl);
  const admin = createBrokerAdmin({ ...tools, managementUrl, vhost, provisionUsers, nodes });
  const warn = (about: object, sentence: string): void => tools.log.warn(about, sentence);
  return createBrokerDuties(admin, { names: tools.names, vhost, provisions: provisionUsers, warn });
};

/** Runs an operator until SIGTERM or SIGINT, and exits by itself. */
export const runOperatorProcess = async (env: OperatorEnv): Promise<void> => {
  const { identity, logLevel: level } = env;
  const log = createLog({ level, role: 'operator', process: identity });
  await run({ log, drainMs }, async (scope) => {
    const clock = systemClock;
    const metrics = createMetrics({ processMetrics: true });
    const access = createAccess(clock);
    const namespace = env.namespace ?? access.namespace ?? 'default';
    const kube = createKubeClient({ access, namespace, metrics });
    const names = createNames(env.prefix);
    const leading = (): boolean => operator.leading();
    const duties = dutiesOf(env, { names, clock, log, owner: installationOf(access, namespace), leading });
    const generations = createGenerations();
    const autoscaler = createAutoscaler({ names, clock, metrics });
    const link = startControlLink({
      connect: () => createAmqpBroker({ url: env.amqpUrl, name: identity, clock, log, metrics }),
      ...{ names, process: identity, clock, log },
      async onConnected(broker) {
        if (duties.declares) await duties.ensureCore();
        else await broker.declare(coreTopology(names));
        await startDemandListener({ broker, names, process: identity, take: autoscaler.take });
      },
    });
    scope.defer('broker', link.stop);
    const scaling = startScaling({
      parts: () => operator.parts,
      plans: () => operator.plans(),
      synced: () => operator.synced(),
      autoscaler,
      onQueues: generations.look,
    });
    scope.defer('scaling', scaling.stop);
    const operator = startOperator({
      ...{ kube, link, identity, names, clock, log, metrics },
      broker: duties,
      settings: settingsOf(env, namespace),
      scorerAmqpUrl: env.scorerAmqpUrl,
      resyncMs: env.resyncMs,
      autoscaling: scaling.of,
      generationOf: generations.of,
      createPassword: () => randomBytes(24).toString('base64url'),
      createId: () => randomBytes(8).toString('hex'),
      random: Math.random,
      onLeading: scaling.lead,
    });
    scope.defer('operator', operator.stop);
    log.info({ namespace, identity, server: access.server }, 'watching');
    if (env.opsPort === null) return;
    const detail = () => ({ leading: operator.leading(), synced: operator.synced(), broker: link.connected() });
    const ops = await startOpsServer({
      port: env.opsPort,
      health: () => ({ ok: true, detail: detail() }),
      ready: () => ({ ok: operator.synced(), detail: detail() }),
      ...{ metrics, log },
    });
    scope.defer('ops server', ops.stop);
    log.info({ port: ops.port }, 'ops port is open');
  });
};
