import { createHash } from 'node:crypto';
import { constants, setPriority } from 'node:os';
import { performance } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import { findCriterion } from '../criteria/registry.ts';
import type { FitOrder, FitResult } from './fit-thread.ts';

/** The thread that fits: one criterion after the other, each result posted as it is done. */

// On Linux this is the priority of this thread alone; elsewhere it would be that of the process.
if (process.platform === 'linux') setPriority(0, constants.priority.PRIORITY_LOW);

const { data, jobs } = workerData as FitOrder;

const fitOne = (name: string, settings: Readonly<Record<string, string>>): FitResult => {
  const startedMs = performance.now();
  try {
    const bytes = findCriterion(name)?.fit?.(data, settings);
    if (bytes === undefined) throw new Error(`no criterion ${name} is fitted here`);
    return {
      model: name,
      ok: true,
      bytes,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      fitSeconds: (performance.now() - startedMs) / 1_000,
      peakRssBytes: process.resourceUsage().maxRSS * 1_024,
    };
  } catch (cause) {
    return { model: name, ok: false, detail: cause instanceof Error ? cause.message : String(cause) };
  }
};

for (const { name, settings } of jobs) {
  const result = fitOne(name, settings);
  parentPort?.postMessage(result, result.ok ? [result.bytes.buffer] : []);
}
