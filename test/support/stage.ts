import { randomBytes } from 'node:crypto';
import { startAggregator } from '../../src/aggregator/start-aggregator.ts';
import type { Broker } from '../../src/broker/port.ts';
import type { Answer } from '../../src/contract/answer.ts';
import type { Item } from '../../src/contract/item.ts';
import type { Plan } from '../../src/contract/plan.ts';
import { resolvePlan } from '../../src/contract/resolve-plan.ts';
import { apiVersion, recommenderSchema, scorerSchema } from '../../src/contract/resources.ts';
import type { ScorerDefinition } from '../../src/contract/scoring.ts';
import { coreTopology, createNames, type Names } from '../../src/contract/topology.ts';
import { defaultSettings } from '../../src/gateway/settings.ts';
import { startGateway } from '../../src/gateway/start-gateway.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { createMetrics, type Metrics } from '../../src/runtime/metrics.ts';
import type { Tracer } from '../../src/runtime/tracer.ts';
import { createPlanBook } from '../../src/scatter/plan-book.ts';
import { createServiceTimes } from '../../src/scatter/service-times.ts';
import { startScorer } from '../../src/scorer/host.ts';
import type { Store } from '../../src/store/port.ts';
import { createSqliteStore } from '../../src/store/sqlite-store.ts';

/** The whole data path in one process on any broker: a gateway, aggregators, and scorers given as functions. */
export interface StageScorer {
  score: ScorerDefinition['score'];
  replicas?: number;
  concurrency?: number;
}

export interface StageOptions {
  connect(process: string): Promise<Broker>;
  /** Declares what all share and what the scorers need, in place of the roles, before any of them connects. */
  provision?: ((names: Names, criteria: readonly string[]) => Promise<void>) | undefined;
  scorers: Readonly<Record<string, StageScorer>>;
  /** `spec` of each Recommender by name, without its defaults. */
  recommenders: Readonly<Record<string, object>>;
  items?: readonly Item[];
  aggregators?: number;
  /** Traces of each role; absent: off. */
  tracerFor?(role: string): Promise<Tracer | null>;
}

export interface Stage {
  base: string;
  names: Names;
  plans: readonly Plan[];
  store: Store;
  metrics: Metrics;
  /** Posts to /v1/recommendations; the body as it came, with the status and the time it took. */
  ask(body: object): Promise<{ status: number; answer: Answer; tookMs: number }>;
  startScorer(criterion: string): Promise<{ stop(): Promise<void> }>;
  stopScorers(criterion: string): Promise<void>;
  stop(): Promise<void>;
}

export const items = (count: number): Item[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `${index + 1}`,
    title: `Film ${index + 1}`,
    genres: ['Drama'],
    regions: [],
  }));

export const startStage = async (options: StageOptions): Promise<Stage> => {
  const names = createNames(`t${randomBytes(5).toString('hex')}`);
  const metrics = createMetrics({ processMetrics: false });
  const shared = { names, clock: systemClock, log: silentLog, metrics };
  const store = await createSqliteStore({ path: ':memory:', clock: systemClock, log: silentLog });
  await store.items.put(options.items ?? items(20));
  const scorerResources = Object.entries(options.scorers).map(([name, scorer]) =>
    scorerSchema.parse({
      apiVersion,
      kind: 'Scorer',
      metadata: { name },
      spec: { concurrency: scorer.concurrency ?? 1 },
    }),
  );
  const plans = Object.entries(options.recommenders).map(([name, spec]) => {
    const { plan, problems } = resolvePlan(
      recommenderSchema.parse({ apiVersion, kind: 'Recommender', metadata: { name }, spec }),
      scorerResources,
      1,
    );
    if (plan === null || problems.length > 0) throw new Error(problems.join('; '));
    return plan;
  });

  const { tracerFor = async () => null } = options;
  const brokers: Broker[] = [];
  const queues: string[] = [];
  const connect = async (process: string): Promise<Broker> => {
    const broker = await options.connect(process);
    brokers.push(broker);
    return broker;
  };
  const { provision } = options;
  const declare = provision === undefined;
  await provision?.(names, Object.keys(options.scorers));
  const admin = declare ? await connect('admin') : null;
  await admin?.declare(coreTopology(names));
  queues.push(names.intake, ...Object.values(names.dead));

  const running: { criterion: string; stop(): Promise<void> }[] = [];
  const startOne = async (criterion: string): Promise<{ stop(): Promise<void> }> => {
    const scorer = options.scorers[criterion];
    if (scorer === undefined) throw new Error(`no scorer ${criterion}`);
    const process = `scorer-${criterion}-${running.length}`;
    const definition: ScorerDefinition = { needs: [], load: () => null, score: scorer.score };
    const one = await startScorer({
      ...shared,
      broker: await connect(process),
      criterion,
      process,
      source: { kind: 'inline', definition },
      models: null,
      declare,
      tracer: await tracerFor(`scorer-${criterion}`),
      concurrency: scorer.concurrency ?? 1,
    });
    const entry = { criterion, stop: () => one.stop() };
    running.push(entry);
    return entry;
  };
  for (const [criterion, scorer] of Object.entries(options.scorers)) {
    queues.push(names.scorer(criterion, 'interactive', 0), names.scorer(criterion, 'durable', 0));
    for (let n = 0; n < (scorer.replicas ?? 1); n += 1) await startOne(criterion);
  }
  const aggregators: { stop(): Promise<void> }[] = [];
  for (let ordinal = 0; ordinal < (options.aggregators ?? 1); ordinal += 1) {
    const process = `aggregator-${ordinal}`;
    aggregators.push(
      await startAggregator({
        ...shared,
        broker: await connect(process),
        store,
        ordinal,
        process,
        declare,
        tracer: await tracerFor('aggregator'),
        plans: createPlanBook(plans),
      }),
    );
    queues.push(names.results(ordinal, 'interactive'), names.results(ordinal, 'durable'));
  }
  const gateway = await startGateway({
    ...shared,
    broker: await connect('gateway'),
    store,
    process: 'gateway',
    tracer: await tracerFor('gateway'),
    plans: createPlanBook(plans),
    serviceTimes: createServiceTimes(),
    randomId: () => randomBytes(16).toString('hex'),
    // Other work may hold this machine up: how late an answer may be is for the benchmark to say.
    settings: { ...defaultSettings, port: 0, internalPort: 0, graceMs: 1_000 },
  });
  const base = `http://127.0.0.1:${gateway.port}`;

  return {
    base,
    names,
    plans,
    store,
    metrics,
    startScorer: startOne,
    async ask(body) {
      const begunMs = performance.now();
      const response = await fetch(`${base}/v1/recommendations`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const answer = (await response.json()) as Answer;
      return { status: response.status, answer, tookMs: performance.now() - begunMs };
    },
    async stopScorers(criterion) {
      await Promise.all(running.filter((one) => one.criterion === criterion).map((one) => one.stop()));
    },
    async stop() {
      await gateway.stop();
      await Promise.all(aggregators.map((one) => one.stop()));
      await Promise.all(running.map((one) => one.stop()));
      await admin?.deleteQueues(queues);
      await Promise.all(brokers.map((broker) => broker.close()));
      await store.close();
    },
  };
};
