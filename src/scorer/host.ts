import type { Incoming, Verdict } from '../broker/port.ts';
import { InvalidInputError } from '../contract/errors.ts';
import { type Lane, lanes } from '../contract/primitives.ts';
import { coreTopology, scorerTopology } from '../contract/topology.ts';
import { createDispatcher, type Dispatcher } from './dispatcher.ts';
import type { Engine } from './engine.ts';
import { createInlineEngine } from './inline-engine.ts';
import { createLaneIntake, type LaneIntake } from './lane-intake.ts';
import { createModelKeeper } from './model-keeper.ts';
import { type ScorerConfig, type ScorerOptions, toConfig } from './options.ts';
import { createOutbox } from './outbox.ts';
import { createReception } from './reception.ts';
import { createScoringTrace } from './scoring-trace.ts';
import { createSetAside } from './set-aside.ts';
import { createThreadEngine } from './thread-engine.ts';

/**
 * The scorer host: one function in, everything else inside.
 *
 * A message is decoded, each of its requests waits for a place, is scored or found expired, and the partials go to the
 * aggregator; the message is settled once those are confirmed. What it holds is bounded by prefetch × batch size.
 */
export interface ScorerHealth {
  /** Nothing that a restart would mend is wrong. */
  ok: boolean;
  /** It takes work: a model is in use and both lanes are subscribed. */
  ready: boolean;
  /** What it waits for or what is wrong, as a sentence; null when all is well. */
  detail: string | null;
  waiting: Readonly<Record<Lane, number>>;
  /** Slices being worked on. */
  running: number;
  /** Messages held unsettled. */
  held: number;
  /** Model versions in use, by name. */
  models: Readonly<Record<string, string>>;
}

export interface RunningScorer {
  ready(): boolean;
  health(): ScorerHealth;
  /** Takes nothing more, finishes what is held, publishes, settles; at most `drainMs`, then the rest goes back. */
  stop(): Promise<void>;
}

const createEngine = async (config: ScorerConfig, onFree: () => void): Promise<Engine> => {
  const { source, settings, concurrency, tuning, criterion, clock, log, metrics } = config;
  const { sliceMs, flushMs, serviceLimitMs } = tuning;
  if (source.kind === 'inline') {
    const { definition } = source;
    return createInlineEngine({ definition, settings, concurrency, sliceMs, serviceLimitMs, clock, onFree });
  }
  const module = { url: String(source.url), export: source.export, args: source.args ?? [] };
  const times = { sliceMs, flushMs, serviceLimitMs };
  return createThreadEngine({ module, settings, concurrency, ...times, criterion, clock, log, metrics, onFree });
};

/** Runs `fire` after a delay that ends early when the host stops. */
const createPauses = (config: ScorerConfig) => {
  const waiting = new Set<() => void>();
  let over = false;
  return {
    pause: (): Promise<void> =>
      new Promise((resolve) => {
        if (over) return resolve();
        const cancel = config.clock.setTimer(config.tuning.pauseMs, () => end());
        const end = (): void => {
          cancel();
          waiting.delete(end);
          resolve();
        };
        waiting.add(end);
      }),
    endAll: (): void => {
      over = true;
      for (const end of [...waiting]) end();
    },
  };
};

/** The durable lane holds less: before RabbitMQ 4.3 whatever goes back unfinished counts towards its delivery limit. */
const mostPerSlot = { interactive: 32, durable: 8 } as const;
const aheadMs = 10;

const createIntakes = (
  config: ScorerConfig,
  slots: number,
  receive: (message: Incoming) => Promise<Verdict>,
): Record<Lane, LaneIntake> => {
  const { broker, names, criterion, generation, tuning, clock, log, metrics } = config;
  const create = (lane: Lane): LaneIntake =>
    createLaneIntake({
      broker,
      queue: names.scorer(criterion, lane, generation),
      nameAfter: (generations) => names.scorer(criterion, lane, generation + generations),
      handle: receive,
      prefetch: tuning.prefetch[lane],
      slots,
      mostPerSlot: mostPerSlot[lane],
      aheadMs,
      clock,
      log,
      onPrefetch: (messages) => metrics.gauge('medley_scorer_prefetch_messages', { criterion, lane }, messages),
    });
  return { interactive: create('interactive'), durable: create('durable') };
};

/**
 * Starts a scorer. Resolves once it declared what it needs and looked for its models; it takes work from the moment
 * they are there, which `ready()` tells.
 *
 * @throws InvalidInputError when it needs models and has no source for them
 * @throws TopologyMismatchError when its queues exist with other arguments
 */
export const startScorer = async (options: ScorerOptions): Promise<RunningScorer> => {
  const config = toConfig(options);
  const { broker, names, criterion, generation, clock, log, metrics, tuning } = config;
  let dispatcher: Dispatcher | null = null;
  const engine = await createEngine(config, () => dispatcher?.pump());
  if (engine.needs.length > 0 && config.models === null) {
    throw new InvalidInputError('Scorer', [`${criterion} needs ${engine.needs.join(', ')} and has no model source`]);
  }
  if (config.declare) {
    await broker.declare(coreTopology(names));
    await broker.declare(scorerTopology(names, criterion, generation));
  }
  const publisher = await broker.createPublisher();
  const pauses = createPauses(config);
  const { sliceMs, sweepMs } = tuning;
  const trace = config.tracer === null ? null : createScoringTrace(config.tracer, criterion, clock);
  dispatcher = createDispatcher({ engine, criterion, sliceMs, sweepMs, clock, metrics, trace });
  const reception = createReception({
    criterion,
    clock,
    metrics,
    outbox: createOutbox({ publisher, names, criterion, process: config.process, clock, log, metrics }),
    setAside: createSetAside({ publisher, names, criterion, log, metrics }),
    flushMs: tuning.flushMs,
    graceMs: tuning.graceMs,
    pause: pauses.pause,
    begin: dispatcher.add,
    onDone: (lane, workMs) => intakes[lane].observe(workMs),
  });
  const intakes = createIntakes(config, engine.slots, reception.receive);
  const keeper = createModelKeeper({
    source: config.models,
    engine,
    criterion,
    pollMs: tuning.pollMs,
    clock,
    log,
    metrics,
    onReady: async () => {
      await Promise.all(lanes.map((lane) => intakes[lane].start()));
      log.info({ criterion }, 'takes work');
    },
  });
  await keeper.start();

  const { pump, waiting, running, clear } = dispatcher;
  let stopping: Promise<void> | null = null;
  const ready = (): boolean => stopping === null && keeper.ready() && lanes.every((lane) => intakes[lane].active());

  const stop = async (): Promise<void> => {
    keeper.stop();
    pauses.endAll();
    const cancel = clock.setTimer(tuning.drainMs, () => {
      log.warn({ criterion, held: reception.held() }, 'drain took too long, what is held goes back');
      clear();
      reception.abandon();
    });
    pump();
    await Promise.all(lanes.map((lane) => intakes[lane].stop()));
    cancel();
    await engine.stop();
    log.info({ criterion }, 'stopped');
  };

  return {
    ready,
    health: () => ({
      ok: engine.fault() === null,
      ready: ready(),
      detail: engine.fault() ?? keeper.fault(),
      waiting: waiting(),
      running: running(),
      held: reception.held(),
      models: keeper.versions(),
    }),
    stop() {
      stopping ??= stop();
      return stopping;
    },
  };
};
