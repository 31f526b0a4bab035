import type { ScoringRequest } from '../contract/request-batch.ts';
import type { Rendered } from './judgement.ts';

/** What does the scoring behind the host: on the event loop, or in threads. */

export interface Job {
  request: ScoringRequest;
  /** Monotonic ms after which it must not be begun. */
  deadlineMs: number;
}

export interface JobResult {
  judgement: Rendered;
  /** When it was begun, monotonic ms. */
  begunAtMs: number;
  serviceMs: number;
  /** Version of the model that scored; null when there is none. */
  model: string | null;
}

/** Model artefacts by name. The bytes may be shared between threads: nobody writes to them. */
export type Artefacts = Readonly<Record<string, Uint8Array>>;

export interface Engine {
  /** How many requests it scores side by side. */
  readonly slots: number;
  /** Names of the model artefacts its scorer needs. */
  readonly needs: readonly string[];
  /** How many slices could begin now; 0 before a model is loaded. */
  free(): number;
  /**
   * Scores one after another, in one place, for about `sliceMs` at most. Never rejects.
   *
   * What was not reported when it resolves was not begun (its deadline passed, the slice was over, its thread died
   * before) and belongs to the caller again.
   */
  run<J extends Job>(jobs: readonly J[], report: (job: J, result: JobResult) => void): Promise<void>;
  /** Builds the model beside the one in use and switches between requests. Rejects and keeps the old one when that fails. */
  load(artefacts: Artefacts, version: string | null): Promise<void>;
  /** A sentence when something is wrong, else null. */
  fault(): string | null;
  stop(): Promise<void>;
}
