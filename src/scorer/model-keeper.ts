import type { Clock } from '../contract/clock.ts';
import { limits } from '../contract/limits.ts';
import type { Log } from '../runtime/log.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Artefacts, Engine } from './engine.ts';
import type { ModelSource, ModelVersion } from './model-source.ts';

/** Looks for newer models and has the engine switch to them; what is in use stays until the new one works. */
export interface ModelKeeper {
  /** Looks once, then every `pollMs` until stopped. Resolves after the first look. Never rejects. */
  start(): Promise<void>;
  /** A model is in use (or none is needed and `load` succeeded). */
  ready(): boolean;
  /** Version in use by name. */
  versions(): Readonly<Record<string, string>>;
  /** What it waits for or what went wrong, as a sentence; null when all is well. */
  fault(): string | null;
  /** Looks no more; a look under way changes nothing any longer. */
  stop(): void;
}

export interface ModelKeeperOptions {
  source: ModelSource | null;
  engine: Pick<Engine, 'needs' | 'load'>;
  criterion: string;
  pollMs: number;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  /** Called when the first model is in use; again with the next look when it rejects. */
  onReady: () => Promise<void>;
}

/** A version that could not be loaded is tried again after so long: what failed may have been the machine. */
const retryMs = 60_000;

/** One name for the versions that scored together; null when no model is needed. */
export const joinVersions = (versions: Readonly<Record<string, string>>): string | null => {
  const entries = Object.entries(versions).sort(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length === 0) return null;
  if (entries.length === 1) return (entries[0]?.[1] ?? '').slice(0, limits.idLength);
  return entries
    .map(([name, version]) => `${name}@${version.slice(0, 12)}`)
    .join('+')
    .slice(0, limits.idLength);
};

export const createModelKeeper = (options: ModelKeeperOptions): ModelKeeper => {
  const { source, engine, criterion, clock, log, metrics } = options;
  const newest = new Map<string, ModelVersion>();
  let loaded: Readonly<Record<string, string>> | null = null;
  let failure: { key: string; atMs: number; sentence: string } | null = null;
  let unanswered: string | null = null;
  let announced = false;
  let stopped = false;
  let cancelTimer = (): void => {};

  // From 0 on: a series that begins at 1 shows no increase.
  if (engine.needs.length > 0) metrics.count('medley_scorer_model_swaps_total', { criterion, result: 'failed' }, 0);

  const fetchOne = async (name: string): Promise<void> => {
    try {
      const found = await source?.latest(name, newest.get(name)?.version ?? null);
      if (found) newest.set(name, found);
    } catch (cause) {
      unanswered = `model ${name}: ${cause instanceof Error ? cause.message : String(cause)}`;
      log.warn({ err: cause, criterion, model: name }, 'no answer about newer models, the old one stays');
    }
  };

  const missing = (): readonly string[] => engine.needs.filter((name) => !newest.has(name));

  const describe = (versions: Readonly<Record<string, string>>): void => {
    for (const [model, version] of Object.entries(loaded ?? {})) {
      if (versions[model] !== version) metrics.remove('medley_scorer_model_info', { criterion, model, version });
    }
    for (const [model, version] of Object.entries(versions)) {
      metrics.gauge('medley_scorer_model_info', { criterion, model, version }, 1);
    }
  };

  const load = async (versions: Readonly<Record<string, string>>, key: string): Promise<void> => {
    const artefacts: Artefacts = Object.fromEntries([...newest].map(([name, { bytes }]) => [name, bytes]));
    try {
      await engine.load(artefacts, joinVersions(versions));
    } catch (cause) {
      const sentence = `model could not be loaded: ${cause instanceof Error ? cause.message : String(cause)}`;
      failure = { key, atMs: clock.monotonicMs(), sentence };
      metrics.count('medley_scorer_model_swaps_total', { criterion, result: 'failed' });
      log.error({ err: cause, criterion, versions, kept: loaded }, 'a model could not be loaded, the old one stays');
      return;
    }
    failure = null;
    describe(versions);
    const first = loaded === null;
    loaded = versions;
    metrics.count('medley_scorer_model_swaps_total', { criterion, result: 'loaded' });
    if (engine.needs.length > 0) log.info({ criterion, versions }, first ? 'model loaded' : 'model swapped');
  };

  const announce = async (): Promise<void> => {
    if (announced || loaded === null || stopped) return;
    try {
      await options.onReady();
      announced = true;
    } catch (cause) {
      unanswered = `its queues can't be read: ${cause instanceof Error ? cause.message : String(cause)}`;
      log.error({ err: cause, criterion }, 'the queues can not be read, tried again');
    }
  };

  const look = async (): Promise<void> => {
    unanswered = null;
    await Promise.all(engine.needs.map(fetchOne));
    if (stopped || missing().length > 0) return;
    const versions = Object.fromEntries([...newest].map(([name, { version }]) => [name, version]));
    const key = JSON.stringify(versions);
    if (loaded !== null && JSON.stringify(loaded) === key) return;
    if (failure?.key === key && clock.monotonicMs() - failure.atMs < retryMs) return;
    await load(versions, key);
  };

  const lookAndPlan = async (): Promise<void> => {
    await look();
    await announce();
    const complete = engine.needs.length === 0 && announced;
    if (!stopped && !complete) cancelTimer = clock.setTimer(options.pollMs, () => void lookAndPlan());
  };

  return {
    async start() {
      await lookAndPlan();
      if (loaded === null) {
        log.warn({ criterion, missing: missing() }, 'takes no work before its model is there');
      }
    },
    ready: () => loaded !== null,
    versions: () => loaded ?? {},
    fault() {
      if (failure !== null) return failure.sentence;
      const absent = missing();
      if (loaded === null && absent.length > 0) return unanswered ?? `waits for ${absent.join(', ')} to be published`;
      return unanswered;
    },
    stop() {
      stopped = true;
      cancelTimer();
    },
  };
};
