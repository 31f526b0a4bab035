import { createAmqpBroker } from '../broker/amqp-broker.ts';
import { waitsForItsUser } from '../broker/wait-for-others.ts';
import { InvalidInputError } from '../contract/errors.ts';
import { createNames } from '../contract/topology.ts';
import { systemClock } from '../runtime/clock.ts';
import { createLog, type Log } from '../runtime/log.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { startOpsServer } from '../runtime/ops-server.ts';
import { run, type Scope } from '../runtime/run.ts';
import { startTracing } from '../runtime/start-tracing.ts';
import { type RunningScorer, startScorer } from './host.ts';
import { createHttpModelSource } from './http-model-source.ts';
import type { ScorerSource } from './options.ts';
import type { ScorerEnv } from './scorer-env.ts';

/** A scorer as a process: what it is, and the environment it runs in. */
export interface ScorerProcess {
  env: ScorerEnv;
  criterion: string;
  source: ScorerSource;
}

const serve = async (scope: Scope, { env, ...scorer }: ScorerProcess): Promise<void> => {
  const log = createLog({ level: env.logLevel, role: `scorer-${scorer.criterion}`, process: env.process });
  const metrics = createMetrics({ processMetrics: true });
  let running: RunningScorer | null = null;
  if (env.opsPort !== null) {
    const ops = await startOpsServer({
      port: env.opsPort,
      health: () => ({ ok: running?.health().ok ?? true, detail: running?.health() }),
      ready: () => ({ ok: running?.ready() ?? false, detail: running?.health() }),
      metrics,
      log,
    });
    scope.defer('ops server', ops.stop);
    log.info({ port: ops.port }, 'ops port is open');
  }
  const broker = await createAmqpBroker({
    url: env.amqpUrl,
    name: env.process,
    clock: systemClock,
    log,
    metrics,
    ...(env.declare ? {} : waitsForItsUser),
  });
  scope.defer('broker', broker.close);
  const role = `scorer-${scorer.criterion}`;
  const tracer = await startTracing({ role, instance: env.process, log });
  if (tracer !== null) scope.defer('traces', tracer.close);
  running = await startScorer({
    ...scorer,
    broker,
    names: createNames(env.prefix),
    generation: env.generation,
    process: env.process,
    models: env.modelsUrl === null ? null : createHttpModelSource({ baseUrl: env.modelsUrl, clock: systemClock }),
    settings: env.settings,
    concurrency: env.concurrency,
    clock: systemClock,
    log,
    metrics,
    declare: env.declare,
    tuning: env.tuning,
    tracer,
  });
  scope.defer('scorer', running.stop);
};

/** How much longer than its scorer a process may take to stop, ms. */
const drainMarginMs = 5_000;

/**
 * Runs a scorer until SIGTERM or SIGINT, and exits by itself. What `configure` finds wrong is told before any socket opens.
 */
export const runScorerProcess = async (configure: () => ScorerProcess): Promise<void> => {
  const logAt = (level: string): Log => createLog({ level, role: 'scorer', process: String(process.pid) });
  let scorer: ScorerProcess;
  try {
    scorer = configure();
  } catch (cause) {
    if (!(cause instanceof InvalidInputError)) throw cause;
    logAt('info').error({ faults: cause.faults }, cause.message);
    process.exitCode = 1;
    return;
  }
  const { logLevel, tuning } = scorer.env;
  await run({ log: logAt(logLevel), drainMs: tuning.drainMs + drainMarginMs }, (scope) => serve(scope, scorer));
};
