import type { Clock } from '../contract/clock.ts';
import type { Question, ScoreResult, ScorerDefinition } from '../contract/scoring.ts';
import { isPromise } from './definition.ts';
import type { Engine, Job, JobResult } from './engine.ts';
import { failed, type Judgement, judge, render } from './judgement.ts';
import { toQuestion } from './question.ts';

export interface InlineEngineOptions {
  definition: ScorerDefinition;
  settings: Readonly<Record<string, string>>;
  /** Promises side by side. */
  concurrency: number;
  sliceMs: number;
  /** A request that has not finished this long after it was begun is `failed`, ms. */
  serviceLimitMs: number;
  clock: Clock;
  /** A place became free outside of `run`. */
  onFree: () => void;
  /** Ends after the event loop had its turn. */
  yieldToLoop?: () => Promise<void>;
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Scores on the event loop: for scorers that wait on something else (a service, a database).
 *
 * What it computes itself holds the loop; after `sliceMs` of that in one turn it begins nothing more before sockets had
 * theirs. A single call that computes for long can't be interrupted here: such a scorer belongs in threads.
 */
export const createInlineEngine = (options: InlineEngineOptions): Engine => {
  const { definition, clock } = options;
  const yieldToLoop = options.yieldToLoop ?? nextTurn;
  let current: { model: unknown; version: string | null } | null = null;
  let busy = 0;
  let spentThisTurnMs = 0;

  const spend = (ms: number): void => {
    if (spentThisTurnMs === 0) {
      void yieldToLoop().then(() => {
        const wasFull = spentThisTurnMs >= options.sliceMs;
        spentThisTurnMs = 0;
        if (wasFull) options.onFree();
      });
    }
    spentThisTurnMs += Math.max(ms, Number.MIN_VALUE);
  };

  /** Waits for a promise: tells it at the deadline, gives up on it at the limit. */
  const settle = (promise: PromiseLike<ScoreResult>, question: Question, watch: Watch): Promise<Judgement> =>
    new Promise((resolve) => {
      const cancelDeadline = clock.setTimer(watch.deadlineMs - watch.begunAtMs, () => watch.abort.abort());
      const end = (judgement: Judgement): void => {
        cancelDeadline();
        cancelLimit();
        resolve(judgement);
      };
      const cancelLimit = clock.setTimer(options.serviceLimitMs, () => {
        watch.abort.abort();
        end(failed(`did not finish within ${options.serviceLimitMs} ms`));
      });
      promise.then(
        (result) => end(judge(result, question)),
        (cause: unknown) => end(failed(cause)),
      );
    });

  const score = (job: Job, model: unknown, begunAtMs: number): Judgement | Promise<Judgement> => {
    const question = toQuestion(job.request, clock.nowMs());
    const abort = new AbortController();
    try {
      const result = definition.score(question, model, abort.signal);
      if (isPromise(result)) return settle(result, question, { abort, begunAtMs, deadlineMs: job.deadlineMs });
      return judge(result, question);
    } catch (cause) {
      return failed(cause);
    } finally {
      spend(clock.monotonicMs() - begunAtMs);
    }
  };

  const scoreOne = (job: Job): JobResult | Promise<JobResult> => {
    const { model, version } = current ?? { model: undefined, version: null };
    const begunAtMs = clock.monotonicMs();
    const result = (judgement: Judgement): JobResult => ({
      judgement: render(judgement),
      begunAtMs,
      serviceMs: clock.monotonicMs() - begunAtMs,
      model: version,
    });
    const judgement = score(job, model, begunAtMs);
    return judgement instanceof Promise ? judgement.then(result) : result(judgement);
  };

  return {
    slots: options.concurrency,
    needs: definition.needs,
    free: () => (current === null || spentThisTurnMs >= options.sliceMs ? 0 : options.concurrency - busy),
    async run(jobs, report) {
      busy += 1;
      try {
        for (const job of jobs) {
          if (clock.monotonicMs() >= job.deadlineMs) continue;
          const result = scoreOne(job);
          report(job, result instanceof Promise ? await result : result);
          if (spentThisTurnMs >= options.sliceMs) break;
        }
      } finally {
        busy -= 1;
      }
    },
    async load(artefacts, version) {
      const model = await definition.load(artefacts, options.settings);
      current = { model, version };
    },
    fault: () => null,
    stop: async () => {},
  };
};

interface Watch {
  abort: AbortController;
  begunAtMs: number;
  deadlineMs: number;
}
