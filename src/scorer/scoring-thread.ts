import { Worker } from 'node:worker_threads';
import type { Clock } from '../contract/clock.ts';
import type { Job, JobResult } from './engine.ts';
import { failed, render } from './judgement.ts';
import {
  type FromThread,
  type ThreadResult,
  type ThreadSetup,
  type ThreadSlice,
  threadNowMs,
} from './thread-protocol.ts';

/** One thread from its birth, with its model, to its end. */
export interface ScoringThread {
  /** As `Engine.run`. When the thread dies, the request it was at is `failed` and those behind it were not begun. */
  run<J extends Job>(jobs: readonly J[], report: (job: J, result: JobResult) => void): Promise<void>;
  /** False from the moment it can take no slice any more. */
  alive(): boolean;
  end(): Promise<void>;
}

export type DeathReason = 'died' | 'hung';

export interface ScoringThreadOptions {
  setup: Omit<ThreadSetup, 'progress'>;
  /** Version of its model, for the results. */
  version: string | null;
  sliceMs: number;
  flushMs: number;
  serviceLimitMs: number;
  clock: Clock;
  /** Called once when it ends unasked. */
  onDeath: (reason: DeathReason, detail: string) => void;
}

/** How long importing and loading may take, ms. */
const loadLimitMs = 300_000;

/** `.ts` when run from sources, `.js` when compiled. */
const workerUrl = new URL(
  `./scoring.worker${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`,
  import.meta.url,
);

interface OpenSlice {
  take(results: readonly ThreadResult[], over: boolean): void;
  die(detail: string): void;
}

/** Resolves when the thread has loaded its model. */
const whenReady = (worker: Worker, clock: Clock): Promise<void> =>
  new Promise((resolve, reject) => {
    const succeed = (): void => {
      end();
      resolve();
    };
    const fail = (message: string): void => {
      end();
      void worker.terminate();
      reject(new Error(message));
    };
    const onMessage = (message: FromThread): void => {
      if (message.kind === 'broken') fail(message.message);
      else succeed();
    };
    const onError = (cause: unknown): void => fail(cause instanceof Error ? cause.message : String(cause));
    const onExit = (code: number): void => fail(`the thread ended with code ${code} while it loaded`);
    const cancel = clock.setTimer(loadLimitMs, () => fail(`the model was not loaded within ${loadLimitMs} ms`));
    const end = (): void => {
      cancel();
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
    };
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
  });

/** @throws Error when the module or the model cannot be loaded */
export const startScoringThread = async (options: ScoringThreadOptions): Promise<ScoringThread> => {
  const { clock, serviceLimitMs } = options;
  const progress = new Int32Array(new SharedArrayBuffer(4));
  const setup: ThreadSetup = { ...options.setup, progress: progress.buffer as SharedArrayBuffer };
  const worker = new Worker(workerUrl, { workerData: setup });
  await whenReady(worker, clock);

  let slice: OpenSlice | null = null;
  let ended = false;
  let lastError = '';

  const die = (reason: DeathReason, detail: string): void => {
    if (ended) return;
    ended = true;
    void worker.terminate();
    slice?.die(detail);
    options.onDeath(reason, detail);
  };
  worker.on('error', (cause) => {
    lastError = cause instanceof Error ? cause.message : String(cause);
  });
  worker.on('exit', (code) => die('died', `the scoring thread died: ${lastError || `exit code ${code}`}`));
  worker.on('message', (message: FromThread) => {
    if (message.kind === 'results') slice?.take(message.results, message.over);
  });

  const open = <J extends Job>(
    jobs: readonly J[],
    offsetMs: number,
    report: (job: J, result: JobResult) => void,
    over: () => void,
  ): OpenSlice => {
    const unreported = new Set(jobs.keys());
    const hang = (): void => die('hung', `did not finish within ${serviceLimitMs} ms`);
    let cancelLimit = clock.setTimer(serviceLimitMs, hang);
    const startedMs = clock.monotonicMs();
    const finish = (): void => {
      cancelLimit();
      slice = null;
      over();
    };
    const tell = (index: number, result: Omit<JobResult, 'model'>): void => {
      const job = jobs[index];
      if (job === undefined || !unreported.delete(index)) return;
      report(job, { ...result, model: options.version });
    };
    return {
      take(results, isOver) {
        cancelLimit();
        for (const { index, judgement, begunMs, serviceMs } of results) {
          tell(index, { judgement, begunAtMs: begunMs - offsetMs, serviceMs });
        }
        if (isOver) finish();
        else cancelLimit = clock.setTimer(serviceLimitMs, hang);
      },
      die(detail) {
        const serviceMs = clock.monotonicMs() - startedMs;
        tell(Atomics.load(progress, 0), { judgement: render(failed(detail)), begunAtMs: startedMs, serviceMs });
        finish();
      },
    };
  };

  return {
    run(jobs, report) {
      if (ended) return Promise.resolve();
      return new Promise((resolve) => {
        const offsetMs = threadNowMs() - clock.monotonicMs();
        Atomics.store(progress, 0, 0);
        slice = open(jobs, offsetMs, report, resolve);
        worker.postMessage({
          jobs: jobs.map(({ request, deadlineMs }) => ({ request, deadlineMs: deadlineMs + offsetMs })),
          sliceMs: options.sliceMs,
          flushMs: options.flushMs,
        } satisfies ThreadSlice);
      });
    },
    alive: () => !ended,
    async end() {
      ended = true;
      await worker.terminate();
      slice?.die('the scorer was stopped');
    },
  };
};
