import { Worker } from 'node:worker_threads';
import type { Clock } from '../contract/clock.ts';
import type { EventTable, TrainingData } from '../criteria/training-data.ts';
import type { FitJob } from './model-order.ts';

/** What a thread is asked to fit. */
export interface FitTask extends FitJob {
  /** The version published before, where the fit begins from it. */
  earlier: Uint8Array | null;
}

export type FitResult =
  | {
      model: string;
      ok: true;
      bytes: Uint8Array<ArrayBuffer>;
      /** Hexadecimal. */
      sha256: string;
      fitSeconds: number;
      /** The most memory the whole process has held so far. */
      peakRssBytes: number;
    }
  | { model: string; ok: false; detail: string };

export interface FitOptions {
  data: TrainingData;
  jobs: readonly FitJob[];
  /** Read just before the fit that begins from it. */
  earlierOf(model: string): Promise<Uint8Array | null>;
  /** Called for one result after the other. */
  onResult(result: FitResult): Promise<void>;
  /** Models fitted side by side, each in a thread of its own. */
  threads: number;
  /** A fit that takes longer is ended and counts as failed, ms. */
  mostMs: number;
  clock: Clock;
  signal?: AbortSignal | undefined;
}

/** Beside this file, whether it runs as TypeScript or compiled. */
const workerUrl = new URL(`./fit.worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

type Column = Int32Array | Float32Array | Float64Array;

/** A column that threads read without a copy each. */
const share = <Typed extends Column>(column: Typed): Typed => {
  const make = column.constructor as new (buffer: SharedArrayBuffer) => Typed;
  const shared = new make(new SharedArrayBuffer(column.byteLength));
  shared.set(column);
  return shared;
};

const shareEvents = (events: EventTable): EventTable => ({
  ...events,
  user: share(events.user),
  item: share(events.item),
  weight: share(events.weight),
  atMs: share(events.atMs),
});

/** One task in one thread; a thread that dies or takes too long has failed it. */
const fitOne = (worker: Worker, task: FitTask, { clock, mostMs, signal }: FitOptions): Promise<FitResult> =>
  new Promise((resolve) => {
    const { model } = task;
    const settle = (result: FitResult): void => {
      cancel();
      signal?.removeEventListener('abort', stop);
      worker.off('message', settle).off('error', die).off('exit', leave);
      resolve(result);
    };
    const fail = (detail: string): void => settle({ model, ok: false, detail });
    const die = (cause: unknown): void =>
      fail(`the thread died: ${cause instanceof Error ? cause.message : String(cause)}`);
    const leave = (): void => fail('the thread ended before it had fitted the model');
    const stop = (): void => fail('stopped');
    const cancel = clock.setTimer(mostMs, () => fail(`not fitted within ${mostMs / 1_000} s`));
    signal?.addEventListener('abort', stop, { once: true });
    worker.on('message', settle).on('error', die).on('exit', leave);
    worker.postMessage(task);
  });

/**
 * Fits in threads of their own, so that a process that also serves goes on serving.
 *
 * Ends when all is fitted and taken, or the signal aborts, after which no result is taken. A fit that fails, for
 * whatever reason, is a result; a thread that failed one is replaced.
 */
export const fitInThreads = async (options: FitOptions): Promise<void> => {
  const { data, jobs, earlierOf, onResult, threads, signal } = options;
  const waiting = [...jobs];
  if (waiting.length === 0 || signal?.aborted) return;
  const workerData = { ...data, events: shareEvents(data.events) };
  let taken = Promise.resolve();

  const work = async (): Promise<void> => {
    let worker: Worker | null = null;
    try {
      for (let job = waiting.shift(); job !== undefined && !signal?.aborted; job = waiting.shift()) {
        const earlier = job.isWarm ? await earlierOf(job.model) : null;
        worker ??= new Worker(workerUrl, { workerData });
        const result = await fitOne(worker, { ...job, earlier }, options);
        if (signal?.aborted) return;
        if (!result.ok) {
          await worker.terminate();
          worker = null;
        }
        taken = taken.then(() => onResult(result));
        await taken;
      }
    } finally {
      await worker?.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(threads, jobs.length) }, work));
};
