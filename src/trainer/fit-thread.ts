import { Worker } from 'node:worker_threads';
import type { TrainingData } from '../criteria/training-data.ts';

/** What the thread is asked to fit, in order. */
export interface FitOrder {
  data: TrainingData;
  jobs: readonly { name: string; settings: Readonly<Record<string, string>> }[];
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

/** Beside this file, whether it runs as TypeScript or compiled. */
const workerUrl = new URL(`./fit.worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/**
 * Fits in a thread of its own, so that a process that also serves goes on serving; `onResult` is called in order.
 *
 * Ends when all is fitted and taken, or the signal aborts. A fit that throws is a result; a thread that dies (out of
 * memory) rejects.
 */
export const fitInThread = async (
  order: FitOrder,
  onResult: (result: FitResult) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> => {
  if (order.jobs.length === 0 || signal?.aborted) return;
  const worker = new Worker(workerUrl, { workerData: order });
  const stop = () => void worker.terminate();
  signal?.addEventListener('abort', stop, { once: true });
  let taken = Promise.resolve();
  try {
    await new Promise<void>((resolve, reject) => {
      worker.on('message', (result: FitResult) => {
        taken = taken.then(() => onResult(result));
        taken.catch(reject);
      });
      worker.once('error', (cause) => reject(new Error('the thread that fits the models died', { cause })));
      worker.once('exit', () => resolve());
    });
    await taken;
  } finally {
    signal?.removeEventListener('abort', stop);
    await worker.terminate();
  }
};
