import { createHash } from 'node:crypto';
import { constants, setPriority } from 'node:os';
import { performance } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import { findCriterion } from '../criteria/registry.ts';
import type { TrainingData } from '../criteria/training-data.ts';
import type { FitResult, FitTask } from './fit-thread.ts';

/** A thread that fits: one task after the other, each answered when it is done. */

// On Linux this is the priority of this thread alone; elsewhere it would be that of the process.
if (process.platform === 'linux') setPriority(0, constants.priority.PRIORITY_LOW);

const data = workerData as TrainingData;

const fitOne = ({ model, criterion, settings, earlier }: FitTask): FitResult => {
  const startedMs = performance.now();
  try {
    const bytes = findCriterion(criterion)?.fit?.(data, settings, earlier);
    if (bytes === undefined) throw new Error(`no criterion ${criterion} is fitted here`);
    return {
      model,
      ok: true,
      bytes,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      fitSeconds: (performance.now() - startedMs) / 1_000,
      peakRssBytes: process.resourceUsage().maxRSS * 1_024,
    };
  } catch (cause) {
    return { model, ok: false, detail: cause instanceof Error ? cause.message : String(cause) };
  }
};

parentPort?.on('message', (task: FitTask) => {
  const result = fitOne(task);
  parentPort?.postMessage(result, result.ok ? [result.bytes.buffer] : []);
});
