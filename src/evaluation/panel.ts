import { InvalidInputError } from '../contract/errors.ts';
import type { Partial as ScorerPartial } from '../contract/partial-batch.ts';
import { criterionOf, type ScorerResource } from '../contract/resources.ts';
import type { ScoreResult } from '../contract/scoring.ts';
import { catalogueModel, encodeCatalogue } from '../criteria/catalogue.ts';
import { findCriterion } from '../criteria/registry.ts';
import type { TrainingData } from '../criteria/training-data.ts';
import { type Case, questionOf } from './trial.ts';

/** One criterion, fitted and loaded, that is asked as its scorer would be. */
export interface Judge {
  criterion: string;
  topN: number;
  fitMs: number;
  modelBytes: number;
  ask(one: Case, candidates?: readonly string[]): Promise<ScoreResult>;
}

/** What was said of one user, by criterion; who is not there did not answer. */
export type Said = ReadonlyMap<string, ScorerPartial>;

/**
 * Fits the criteria of these Scorers on the training data and loads them: encoded, decoded and asked as when they serve.
 *
 * @throws InvalidInputError where a Scorer runs a program of its own, which can't be fitted here
 */
export const assemblePanel = async (
  scorers: readonly ScorerResource[],
  train: TrainingData,
  options: { now: () => number; onProgress?: (line: string) => void },
): Promise<readonly Judge[]> => {
  const catalogue = encodeCatalogue(train.items);
  const signal = new AbortController().signal;
  const panel: Judge[] = [];
  for (const scorer of scorers) {
    const criterion = criterionOf(scorer);
    const found = findCriterion(scorer.spec.implementation ?? criterion);
    if (found === null || scorer.spec.command !== undefined) {
      throw new InvalidInputError('The Scorers', [
        `${criterion} is no criterion shipped with Medley: it can't be fitted`,
      ]);
    }
    options.onProgress?.(`fitting ${criterion} …`);
    const startedMs = options.now();
    const { settings, topN } = scorer.spec;
    const fitted = found.fit === null ? new Uint8Array(0) : found.fit(train, settings);
    const artefacts = { [catalogueModel]: catalogue, ...(found.fit === null ? {} : { [found.name]: fitted }) };
    const model = await found.definition.load(artefacts, settings);
    panel.push({
      criterion,
      topN,
      fitMs: options.now() - startedMs,
      modelBytes: fitted.byteLength,
      ask: async (one, candidates) =>
        found.definition.score(questionOf(one, candidates?.length ?? topN, candidates), model, signal),
    });
  }
  return panel;
};

const requestId = '0'.repeat(32);

const partialOf = (one: Case, result: ScoreResult, round: 0 | 1): ScorerPartial => ({
  id: requestId,
  round,
  subject: `user:${one.user}`,
  deadlineAtMs: 0,
  outcome: result === null ? 'abstained' : 'scored',
  items: result?.items ?? [],
  scores: result?.scores ?? [],
  floor: result?.floor ?? null,
  waitMs: 0,
  serviceMs: 0,
});

export interface AskOptions {
  /** By place of the user; makes it a second round. Null: he is not asked about. */
  candidates?: readonly (readonly string[] | null)[];
  /** Told what one question cost each criterion on average. */
  onTimed?: (criterion: string, msPerQuestion: number) => void;
  now?: () => number;
}

/** Asks each criterion about each user. What was said, by place of the user. */
export const askPanel = async (
  panel: readonly Judge[],
  cases: readonly Case[],
  { candidates, onTimed, now = () => 0 }: AskOptions = {},
): Promise<readonly Said[]> => {
  const said = cases.map(() => new Map<string, ScorerPartial>());
  const round = candidates === undefined ? 0 : 1;
  for (const { criterion, ask } of panel) {
    const startedMs = now();
    let asked = 0;
    for (const [place, one] of cases.entries()) {
      const named = candidates?.[place];
      if (named === null) continue;
      said[place]?.set(criterion, partialOf(one, await ask(one, named), round));
      asked += 1;
    }
    onTimed?.(criterion, (now() - startedMs) / Math.max(1, asked));
  }
  return said;
};
