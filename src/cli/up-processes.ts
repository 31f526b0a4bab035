import { once } from 'node:events';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createAmqpBroker } from '../broker/amqp-broker.ts';
import type { Clock } from '../contract/clock.ts';
import { InvalidInputError } from '../contract/errors.ts';
import type { Plan } from '../contract/plan.ts';
import { criterionOf, type ScorerResource } from '../contract/resources.ts';
import { aggregatorTopology, coreTopology, createNames, scorerTopology } from '../contract/topology.ts';
import { startPlanPublisher } from '../operator/plan-publisher.ts';
import type { Log } from '../runtime/log.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Scope } from '../runtime/run.ts';
import { implementationOf, unshippedFault } from './keep-trained.ts';
import type { Resources } from './read-resources.ts';
import type { ChildSpec } from './start-child.ts';
import { type Supervised, supervise } from './supervise.ts';

/** Every role as processes of their own on a real RabbitMQ: what the operator does on a cluster, on one machine. */
export interface ProcessesOptions {
  resources: Resources;
  plans: readonly Plan[];
  /** Opened by gateways and aggregators. */
  storeAddress: string;
  brokerUrl: string;
  prefix: string;
  /** Processes of each scorer that names no `replicas`. */
  scorers: number;
  aggregators: number;
  host: string;
  port: number;
  internalPort: number;
  logLevel: string;
  scope: Scope;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

const drainMs = 25_000;
const healthPatienceMs = 20_000;
const healthPollMs = 50;
const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
const commandOf = (role: string): string => fileURLToPath(new URL(`../../cmd/${role}${extension}`, import.meta.url));

const node = (role: string): Pick<ChildSpec, 'command' | 'args'> => ({
  command: process.execPath,
  args: ['--disable-warning=ExperimentalWarning', commandOf(role)],
});

/** Scorers must know where models are before the gateway runs, so a free port is looked for first. */
const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
};

const scorerSpecs = (scorer: ScorerResource, options: ProcessesOptions, env: Record<string, string>): ChildSpec[] => {
  const criterion = criterionOf(scorer);
  const { command, settings, concurrency, timeoutMs, replicas } = scorer.spec;
  const [program, ...args] = command ?? [];
  const own = {
    ...env,
    MEDLEY_CRITERION: criterion,
    MEDLEY_CONCURRENCY: String(concurrency),
    ...(timeoutMs === undefined ? {} : { MEDLEY_SERVICE_LIMIT_MS: String(timeoutMs) }),
    MEDLEY_SETTINGS: JSON.stringify(settings),
    MEDLEY_MODELS_URL: `http://127.0.0.1:${options.internalPort}`,
    ...scorer.spec.env,
  };
  const run: Omit<ChildSpec, 'name' | 'env'> =
    program === undefined
      ? node('scorer')
      : {
          command: program,
          args,
          cwd: resolve(options.resources.folders.get(scorer.metadata.name) ?? '.'),
          guarded: true,
        };
  const shipped = program === undefined ? { MEDLEY_IMPLEMENTATION: implementationOf(scorer) } : {};
  return Array.from({ length: replicas ?? options.scorers }, (_, index) => {
    const name = `scorer-${criterion}-${index}`;
    return { ...run, name, env: { ...own, ...shipped, MEDLEY_PROCESS: name } };
  });
};

const refuseUnknown = (scorers: readonly ScorerResource[]): void => {
  const faults = scorers.flatMap((scorer) => unshippedFault(scorer) ?? []);
  if (faults.length > 0) throw new InvalidInputError('The Scorers', faults);
};

/** Waits for the internal port of the gateway; not for ever, since a gateway that is started again serves later. */
const whenHealthy = async (
  port: number,
  { clock, scope }: Pick<ProcessesOptions, 'clock' | 'scope'>,
): Promise<void> => {
  const giveUpAtMs = clock.monotonicMs() + healthPatienceMs;
  while (clock.monotonicMs() < giveUpAtMs && !scope.stopping.aborted) {
    const healthy = await fetch(`http://127.0.0.1:${port}/healthz`).then(
      (response) => response.ok,
      () => false,
    );
    if (healthy) return;
    await sleep(healthPollMs);
  }
};

/** Declares the topology, publishes the plans, starts every process; released in reverse: gateway, aggregators, scorers. */
export const startProcesses = async (given: ProcessesOptions): Promise<{ port: number }> => {
  const internalPort = given.internalPort === 0 ? await freePort() : given.internalPort;
  const port = given.port === 0 ? await freePort() : given.port;
  const options = { ...given, internalPort, port };
  const { resources, plans, scope, clock, log, metrics, brokerUrl, prefix } = options;
  refuseUnknown(resources.scorers);
  const names = createNames(prefix);
  const self = `medley-${process.pid}`;
  const broker = await createAmqpBroker({ url: brokerUrl, name: self, log, metrics, clock });
  scope.defer('broker', () => broker.close());
  await broker.declare(coreTopology(names));
  for (const scorer of resources.scorers) await broker.declare(scorerTopology(names, criterionOf(scorer)));
  for (let ordinal = 0; ordinal < options.aggregators; ordinal += 1)
    await broker.declare(aggregatorTopology(names, ordinal));

  const publisher = await startPlanPublisher({ broker, names, process: self, clock, log });
  scope.defer('plans', () => publisher.stop());
  const setVersion = Math.max(...plans.map(({ version }) => version));
  await publisher.publish(
    { plans: [...plans], setVersion },
    {
      criteria: resources.scorers.map((scorer) => ({
        criterion: criterionOf(scorer),
        replicas: scorer.spec.replicas ?? options.scorers,
        concurrency: scorer.spec.concurrency,
      })),
    },
  );

  const env = { MEDLEY_AMQP_URL: brokerUrl, MEDLEY_PREFIX: prefix, LOG_LEVEL: options.logLevel };
  const stored = { ...env, MEDLEY_STORE: options.storeAddress };
  /** Children of one stage stop side by side; stages stop in the reverse of this order, whichever was started first. */
  const stage = (name: string): ((specs: readonly ChildSpec[]) => void) => {
    const children: Supervised[] = [];
    scope.defer(name, () => Promise.all(children.map((child) => child.stop(drainMs))));
    return (specs) => void children.push(...specs.map((spec) => supervise(spec, { clock, log })));
  };
  const [startScorers, startAggregators, startGateway] = [stage('scorers'), stage('aggregators'), stage('gateway')];
  startAggregators(
    Array.from({ length: options.aggregators }, (_, ordinal) => ({
      ...node('aggregator'),
      name: `aggregator-${ordinal}`,
      env: { ...stored, MEDLEY_ORDINAL: String(ordinal) },
    })),
  );
  const address = { HOST: options.host, PORT: String(options.port), MEDLEY_OPS_PORT: String(options.internalPort) };
  startGateway([{ ...node('gateway'), name: 'gateway', env: { ...stored, ...address } }]);
  // Scorers take their models from the gateway, and look for them again only seconds after they found none.
  await whenHealthy(options.internalPort, options);
  if (!scope.stopping.aborted) startScorers(resources.scorers.flatMap((scorer) => scorerSpecs(scorer, options, env)));
  return { port: options.port };
};
