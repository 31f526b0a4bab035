import { randomBytes } from 'node:crypto';
import { startAggregator } from '../aggregator/start-aggregator.ts';
import { createMemoryHub } from '../broker/memory-hub.ts';
import type { Clock } from '../contract/clock.ts';
import { InvalidInputError } from '../contract/errors.ts';
import type { Plan } from '../contract/plan.ts';
import { criterionOf, type ScorerResource } from '../contract/resources.ts';
import { coreTopology, createNames } from '../contract/topology.ts';
import { defaultSettings } from '../gateway/settings.ts';
import { startGateway } from '../gateway/start-gateway.ts';
import { startPlanPublisher } from '../operator/plan-publisher.ts';
import type { Log } from '../runtime/log.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Scope } from '../runtime/run.ts';
import { createPlanBook } from '../scatter/plan-book.ts';
import { createServiceTimes } from '../scatter/service-times.ts';
import { startScorer } from '../scorer/host.ts';
import type { ModelSource } from '../scorer/model-source.ts';
import type { ScorerSource } from '../scorer/options.ts';
import type { ModelStore, Store } from '../store/port.ts';
import { implementationOf, unshippedFault } from './keep-trained.ts';
import type { Resources } from './read-resources.ts';

/** Every role in this process, on the in-process broker: what `npm start` runs. */
export interface EmbeddedOptions {
  resources: Resources;
  plans: readonly Plan[];
  /** What a Scorer runs, or why it can't; absent: the shipped criterion it names. */
  sourceOf?: (scorer: ScorerResource) => ScorerSource | string;
  store: Store;
  host: string;
  port: number;
  internalPort: number;
  scope: Scope;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
const scorerModule = new URL(`../criteria/scorer-module${extension}`, import.meta.url);

/** Models straight from the store: in one process there is no need for HTTP in between. */
const modelsOf = (models: ModelStore): ModelSource => ({
  async latest(name, knownVersion) {
    const newest = await models.latestVersion(name);
    if (newest === null || newest.version === knownVersion) return null;
    return models.latest(name);
  },
});

/** The shipped criterion a Scorer names, or why there is none. */
const shippedSource = (scorer: ScorerResource): ScorerSource | string => {
  const { name } = scorer.metadata;
  if (scorer.spec.command !== undefined)
    return `Scorer ${name} runs a command of its own, which needs a broker it can reach: add --broker amqp://…`;
  const fault = unshippedFault(scorer);
  if (fault !== null) return fault;
  const args = [implementationOf(scorer), criterionOf(scorer)];
  return { kind: 'module', url: scorerModule, export: 'createScorerDefinition', args };
};

/** @throws InvalidInputError with a sentence for each Scorer that has none */
const sourcesOf = ({ resources, sourceOf = shippedSource }: EmbeddedOptions): Map<ScorerResource, ScorerSource> => {
  const sources = new Map<ScorerResource, ScorerSource>();
  const faults: string[] = [];
  for (const scorer of resources.scorers) {
    const source = sourceOf(scorer);
    if (typeof source === 'string') faults.push(source);
    else sources.set(scorer, source);
  }
  if (faults.length > 0) throw new InvalidInputError('The Scorers', faults);
  return sources;
};

/** Starts all roles; each is released by the scope, the gateway first. Resolves with the gateway's port once it serves. */
export const startEmbedded = async (options: EmbeddedOptions): Promise<{ port: number }> => {
  const { resources, plans, store, scope, clock, log, metrics } = options;
  const sources = sourcesOf(options);
  const names = createNames();
  const hub = createMemoryHub({ clock, log, metrics });
  const connect = (process: string) => {
    const broker = hub.connect(process);
    scope.defer(`broker of ${process}`, () => broker.close());
    return broker;
  };
  const shared = { names, clock, log, metrics };

  const control = connect('medley');
  await control.declare(coreTopology(names));
  const models = modelsOf(store.models);
  for (const [scorer, source] of sources) {
    const criterion = criterionOf(scorer);
    const process = `scorer-${criterion}`;
    const { settings, concurrency, timeoutMs } = scorer.spec;
    const running = await startScorer({
      ...shared,
      broker: connect(process),
      criterion,
      process,
      source,
      models,
      settings,
      concurrency,
      tuning: timeoutMs === undefined ? {} : { serviceLimitMs: timeoutMs },
    });
    scope.defer(process, () => running.stop());
  }
  const aggregator = await startAggregator({
    ...shared,
    broker: connect('aggregator-0'),
    store,
    ordinal: 0,
    process: 'aggregator-0',
    plans: createPlanBook(plans),
  });
  scope.defer('aggregator-0', () => aggregator.stop());
  const gateway = await startGateway({
    ...shared,
    broker: connect('gateway'),
    store,
    process: 'gateway',
    plans: createPlanBook(plans),
    serviceTimes: createServiceTimes(),
    randomId: () => randomBytes(16).toString('hex'),
    settings: { ...defaultSettings, host: options.host, port: options.port, internalPort: options.internalPort },
  });
  scope.defer('gateway', () => gateway.stop());
  const publisher = await startPlanPublisher({ broker: control, names, process: 'medley', clock, log });
  scope.defer('plans', () => publisher.stop());
  const setVersion = Math.max(...plans.map(({ version }) => version));
  await publisher.publish(
    { plans: [...plans], setVersion },
    {
      criteria: resources.scorers.map((scorer) => ({
        criterion: criterionOf(scorer),
        replicas: 1,
        concurrency: scorer.spec.concurrency,
      })),
    },
  );
  return { port: gateway.port };
};
