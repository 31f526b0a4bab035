import type { Plan } from '../contract/plan.ts';
import type { ScorerResource } from '../contract/resources.ts';
import type { TrainingData } from '../criteria/training-data.ts';
import { measureTrial } from './measure-trial.ts';
import { assemblePanel } from './panel.ts';
import type { Protocol } from './protocols.ts';
import { compareRows, poolTrials, type Report, type TrialReport } from './report.ts';
import { trialOf } from './trial.ts';

export interface EvaluateOptions {
  data: TrainingData;
  protocols: readonly Protocol[];
  plan: Plan;
  /** Judged alone, and those of the plan together. */
  scorers: readonly ScorerResource[];
  /** Length of the judged lists; absent: the protocol's own. */
  k?: number | undefined;
  seed: number;
  quick?: boolean;
  now: () => number;
  onProgress?: (line: string) => void;
}

/** Measures a recommender and its criteria, protocol by protocol; each draw is fitted anew on its training part. */
export const evaluate = async (options: EvaluateOptions): Promise<Report> => {
  const { data, protocols, plan, scorers, seed, now, onProgress = () => undefined } = options;
  const trials: TrialReport[] = [];
  for (const { name, about, k, cuts, shortening } of protocols) {
    const draws: TrialReport[] = [];
    for (const [draw, cut] of cuts.entries()) {
      const trial = trialOf(data, cut);
      const title = cuts.length === 1 ? name : `${name}, draw ${draw + 1} of ${cuts.length}`;
      const panel = await assemblePanel(scorers, trial.train, {
        now,
        onProgress: (line) => onProgress(`${title}: ${line}`),
      });
      // What users drawn anew have in common is worth knowing; their turtles and short histories are not worth the time.
      const quick = options.quick === true || cuts.length > 1;
      const measuring = { name, about, trial, panel, plan, shortening, seed, now, quick, k: options.k ?? k };
      draws.push(await measureTrial({ ...measuring, onProgress: (line) => onProgress(`${title}: ${line}`) }));
    }
    const pooled = poolTrials(draws);
    if (pooled !== undefined) trials.push(compareRows(pooled, seed));
  }
  const weights = Object.fromEntries(plan.criteria.map(({ criterion, weight }) => [criterion, weight]));
  return { recommender: plan.recommender, refines: plan.refine, weights, seed, trials };
};
