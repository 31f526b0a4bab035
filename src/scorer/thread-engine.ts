import type { Clock } from '../contract/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { Metrics } from '../runtime/metrics.ts';
import { importDefinition, type ModuleAddress } from './definition.ts';
import type { Artefacts, Engine } from './engine.ts';
import { type DeathReason, type ScoringThread, startScoringThread } from './scoring-thread.ts';

export interface ThreadEngineOptions {
  module: ModuleAddress;
  settings: Readonly<Record<string, string>>;
  /** Threads. */
  concurrency: number;
  sliceMs: number;
  flushMs: number;
  serviceLimitMs: number;
  criterion: string;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  /** A thread can take a slice again. */
  onFree: () => void;
}

interface Place {
  thread: ScoringThread | null;
  busy: boolean;
  /** Threads of an older model, ended as soon as their slice is. */
  retiring: ScoringThread[];
  /** Deaths soon after birth, in a row. */
  earlyDeaths: number;
}

interface Loaded {
  artefacts: Artefacts;
  version: string | null;
}

const earlyMs = 10_000;
const firstDelayMs = 100;
const maximumDelayMs = 10_000;

/** One copy of each artefact for all threads. */
const toShared = (artefacts: Artefacts): Artefacts =>
  Object.fromEntries(
    Object.entries(artefacts).map(([name, bytes]) => {
      if (bytes.buffer instanceof SharedArrayBuffer) return [name, bytes];
      const shared = new Uint8Array(new SharedArrayBuffer(bytes.byteLength));
      shared.set(bytes);
      return [name, shared];
    }),
  );

/**
 * Scores in threads: for scorers that compute.
 *
 * A thread serves one model for life. A new model is loaded by new threads beside the old ones, one place after the
 * other, and each place switches between two slices; a thread that died or hung is replaced, with a growing delay when
 * it dies again at once.
 *
 * @throws Error when the module cannot be imported or makes no definition
 */
export const createThreadEngine = async (options: ThreadEngineOptions): Promise<Engine> => {
  const { clock, log, metrics, criterion, sliceMs, flushMs, serviceLimitMs } = options;
  const { needs } = await importDefinition(options.module);
  const places: Place[] = Array.from({ length: options.concurrency }, () => ({
    thread: null,
    busy: false,
    retiring: [],
    earlyDeaths: 0,
  }));
  let loaded: Loaded | null = null;
  let stopped = false;
  let lastFault = '';

  const start = (place: Place, { artefacts, version }: Loaded): Promise<ScoringThread> => {
    const bornMs = clock.monotonicMs();
    const starting = startScoringThread({
      setup: { ...options.module, settings: options.settings, artefacts },
      version,
      sliceMs,
      flushMs,
      serviceLimitMs,
      clock,
      onDeath: (reason, detail) => void starting.then((thread) => bury(place, thread, { reason, detail, bornMs })),
    });
    return starting;
  };

  const bury = (
    place: Place,
    thread: ScoringThread,
    death: { reason: DeathReason; detail: string; bornMs: number },
  ) => {
    metrics.count('medley_scorer_threads_replaced_total', { criterion, reason: death.reason });
    log.error({ criterion, reason: death.reason, detail: death.detail }, 'a scoring thread is gone, it is replaced');
    lastFault = death.detail;
    if (place.thread !== thread) return;
    place.thread = null;
    place.earlyDeaths = clock.monotonicMs() - death.bornMs < earlyMs ? place.earlyDeaths + 1 : 0;
    replace(place);
  };

  const replace = (place: Place): void => {
    const delayMs = place.earlyDeaths === 0 ? 0 : Math.min(maximumDelayMs, firstDelayMs * 2 ** (place.earlyDeaths - 1));
    clock.setTimer(delayMs, () => {
      if (stopped || loaded === null || place.thread !== null) return;
      start(place, loaded).then(
        (thread) => settle(place, thread),
        (cause: unknown) => {
          lastFault = cause instanceof Error ? cause.message : String(cause);
          log.error({ err: cause, criterion }, 'a scoring thread could not be replaced, it is tried again');
          place.earlyDeaths += 1;
          replace(place);
        },
      );
    });
  };

  /** Puts a thread in its place; the one before it ends as soon as it is not at work. */
  const settle = (place: Place, thread: ScoringThread): void => {
    if (stopped) return void thread.end();
    if (place.thread !== null) place.retiring.push(place.thread);
    place.thread = thread;
    if (!place.busy) retire(place);
    options.onFree();
  };

  const retire = (place: Place): void => {
    for (const thread of place.retiring.splice(0)) void thread.end();
  };

  const isFree = (place: Place): boolean => place.thread?.alive() === true && !place.busy;

  return {
    slots: options.concurrency,
    needs,
    free: () => places.filter(isFree).length,
    async run(jobs, report) {
      const place = places.find(isFree);
      if (place?.thread == null) return;
      place.busy = true;
      await place.thread.run(jobs, report);
      place.busy = false;
      retire(place);
    },
    async load(artefacts, version) {
      const next = { artefacts: toShared(artefacts), version };
      const bring = async (place: Place): Promise<void> => {
        const thread = await start(place, next);
        loaded = next;
        settle(place, thread);
      };
      if (loaded === null) return void (await Promise.all(places.map(bring)));
      for (const place of places) await bring(place);
    },
    fault: () => (loaded !== null && places.every(({ thread }) => thread === null) ? lastFault : null),
    async stop() {
      stopped = true;
      await Promise.all(places.flatMap(({ thread, retiring }) => [thread?.end(), ...retiring.map((one) => one.end())]));
    },
  };
};
