import type { ScoringRequest } from '../contract/request-batch.ts';
import type { Artefacts } from './engine.ts';
import type { Rendered } from './judgement.ts';

/** What a host and its scoring threads say to each other. */

/** Given to a thread at its birth; it serves one model for life, so a swap is a new thread. */
export interface ThreadSetup {
  /** Address of the module that makes the definition. */
  url: string;
  export: string;
  args: readonly unknown[];
  settings: Readonly<Record<string, string>>;
  /** Views on shared memory. */
  artefacts: Artefacts;
  /** One 32-bit integer: the index of the job being scored, so that the host knows whom a dead thread was at. */
  progress: SharedArrayBuffer;
}

export interface ThreadSlice {
  jobs: readonly { request: ScoringRequest /** On `threadNowMs`. */; deadlineMs: number }[];
  sliceMs: number;
  /** The longest a finished result may wait in the thread, ms. */
  flushMs: number;
}

export interface ThreadResult {
  index: number;
  judgement: Rendered;
  /** On `threadNowMs`. */
  begunMs: number;
  serviceMs: number;
}

export type FromThread =
  | { kind: 'ready' }
  /** It could not load; the thread ends. */
  | { kind: 'broken'; message: string }
  /** `over`: the slice is; what had no result was not begun. */
  | { kind: 'results'; results: readonly ThreadResult[]; over: boolean };

/** The machine's monotonic clock, ms: the same in every thread of a process, unlike `performance.now()`. */
export const threadNowMs = (): number => Number(process.hrtime.bigint()) / 1e6;
