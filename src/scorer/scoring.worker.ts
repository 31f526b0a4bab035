import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { ScoreResult, ScorerDefinition } from '../contract/scoring.ts';
import { importDefinition, isPromise } from './definition.ts';
import { failed, type Judgement, judge, render } from './judgement.ts';
import { toQuestion } from './question.ts';
import {
  type FromThread,
  type ThreadResult,
  type ThreadSetup,
  type ThreadSlice,
  threadNowMs,
} from './thread-protocol.ts';

/**
 * A scoring thread: loads one model, then scores slices one request after another.
 *
 * Whatever it computes, and for however long, the host's event loop (heartbeats, other roles) goes on.
 */
type SliceJob = ThreadSlice['jobs'][number];

const until = async (promise: PromiseLike<ScoreResult>, deadlineMs: number, abort: AbortController) => {
  const timer = setTimeout(() => abort.abort(), Math.max(0, deadlineMs - threadNowMs()));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
};

const serve = (port: MessagePort, definition: ScorerDefinition, served: { model: unknown; progress: Int32Array }) => {
  const post = (message: FromThread): void => port.postMessage(message);

  const scoreOne = async ({ request, deadlineMs }: SliceJob): Promise<Judgement> => {
    const abort = new AbortController();
    try {
      const question = toQuestion(request, Date.now());
      const result = definition.score(question, served.model, abort.signal);
      return judge(isPromise(result) ? await until(result, deadlineMs, abort) : result, question);
    } catch (cause) {
      return failed(cause);
    }
  };

  const scoreSlice = async ({ jobs, sliceMs, flushMs }: ThreadSlice): Promise<void> => {
    const startedMs = threadNowMs();
    let flushedMs = startedMs;
    let results: ThreadResult[] = [];
    for (const [index, job] of jobs.entries()) {
      const begunMs = threadNowMs();
      if (index > 0 && begunMs - startedMs >= sliceMs) break;
      if (begunMs >= job.deadlineMs) continue;
      Atomics.store(served.progress, 0, index);
      const judgement = render(await scoreOne(job));
      const endedMs = threadNowMs();
      results.push({ index, judgement, begunMs, serviceMs: endedMs - begunMs });
      if (endedMs - flushedMs < flushMs) continue;
      post({ kind: 'results', results, over: false });
      results = [];
      flushedMs = endedMs;
    }
    post({ kind: 'results', results, over: true });
  };

  port.on('message', (slice: ThreadSlice) => void scoreSlice(slice));
  post({ kind: 'ready' });
};

const start = async (port: MessagePort, setup: ThreadSetup): Promise<void> => {
  try {
    const definition = await importDefinition(setup);
    const model = await definition.load(setup.artefacts, setup.settings);
    serve(port, definition, { model, progress: new Int32Array(setup.progress) });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    port.postMessage({ kind: 'broken', message } satisfies FromThread);
  }
};

if (parentPort !== null) await start(parentPort, workerData as ThreadSetup);
