import type { Subject } from './primitives.ts';
import type { Filters, Profile } from './request-batch.ts';

/** The one function a scorer is, and what it is asked and answers. */

export interface Question {
  subject: Subject;
  profile: Profile;
  /** Ids that must not be listed: dropped before the top N is cut. Includes the profile's where the recommender excludes what was seen. */
  drop: ReadonlySet<string>;
  filters: Filters | undefined;
  /** When given, score just these (those it knows nothing of are left out), listing all of them. */
  candidates: readonly string[] | undefined;
  topN: number;
  /** Whether reasons are wanted. */
  explain: boolean;
  context: Readonly<Record<string, unknown>>;
  /** The moment of the request, Unix ms. */
  nowMs: number;
}

export interface Scored {
  /** Best first. */
  items: readonly string[];
  scores: readonly number[];
  /** No unlisted item scores more than this; null: unlisted items have no score. */
  floor: number | null;
  /** `labels[because[i]]` fills the `{}` of `reason` for item i; -1 = no particular reason. */
  because?: readonly number[];
  labels?: readonly string[];
  reason?: string;
}

/** Null abstains: the scorer knows nothing of this subject. Throwing makes the outcome `failed`. */
export type ScoreResult = Scored | null;

export interface ScorerDefinition<Model = unknown> {
  /** Model artefacts it needs, by name; all must be there before it takes work. */
  needs: readonly string[];
  /** Builds the model from its artefacts; called again, beside the old one, when a version changes. */
  load(
    artefacts: Readonly<Record<string, Uint8Array>>,
    settings: Readonly<Record<string, string>>,
  ): Model | Promise<Model>;
  /** `signal` aborts at the deadline: for scorers that wait on something; others may ignore it. */
  score(question: Question, model: Model, signal: AbortSignal): ScoreResult | Promise<ScoreResult>;
}
