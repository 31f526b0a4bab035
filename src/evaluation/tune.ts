import type { Fusion, Plan, WeightSet } from '../contract/plan.ts';
import { criterionOf, type ScorerResource } from '../contract/resources.ts';
import type { TrainingData } from '../criteria/training-data.ts';
import { assemblePanel } from './panel.ts';
import type { Protocol } from './protocols.ts';
import { trialOf } from './trial.ts';
import { createRehearsals, type Lengths, type Rehearsal } from './tune-spaces.ts';
import { chooseScale, createNotes, type TuneStep, type Tuning, tuneSet } from './tune-steps.ts';
import { searchWeights } from './weight-search.ts';

export interface TuneOptions {
  data: TrainingData;
  /** What to tune on; each cut counts the same, as a share of what its best criterion reaches alone. */
  protocols: readonly Protocol[];
  plan: Plan;
  scorers: readonly ScorerResource[];
  seed: number;
  /**
   * Least weight by criterion, as a share of all: what a recommender is for must have a say in it. `SET:CRITERION` is
   * for one set of weights.
   */
  least: Readonly<Record<string, number>>;
  k: number;
  now: () => number;
  onProgress?: (line: string) => void;
}

export interface Tuned {
  fusion: Fusion;
  refineNormalise: Fusion['normalise'];
  weights: Readonly<Record<string, number>>;
  weightSets: readonly WeightSet[];
  steps: readonly TuneStep[];
}

const whole: Lengths = ['whole'];

/** Histories cut to so many films, either way: an evening's films, and a few of many years. */
const cutTo = (...films: readonly number[]): Lengths =>
  films.flatMap((one) => (['newest', 'drawn'] as const).map((how) => ({ films: one, how })));

/**
 * Histories that share a set of weights: those that are so long and, since these are few, long ones cut short. Beyond
 * fourteen films the weights are the same, as far as could be told: a long history cut short is no short history.
 */
const buckets: readonly { name: string; minHistory: number; maxHistory: number; lengths: Lengths }[] = [
  { name: 'new', minHistory: 0, maxHistory: 0, lengths: [{ films: 0, how: 'newest' }] },
  { name: 'one-or-two', minHistory: 1, maxHistory: 2, lengths: [...cutTo(2), { min: 1, max: 2 }] },
  { name: 'three-to-seven', minHistory: 3, maxHistory: 7, lengths: [...cutTo(4), { min: 3, max: 7 }] },
  { name: 'eight-to-fourteen', minHistory: 8, maxHistory: 14, lengths: [...cutTo(10), { min: 8, max: 14 }] },
];

/** A set of which one criterion is so large a share needs another for when that is missing. */
const mostLeaning = 0.3;
/** Of fewer films a criterion may know none, and then gives no list either: there the set by length holds, not one for what is missing. */
const leastKnown = 8;
/** Without a criterion of less weight than this nothing much changes. */
const leastMissed = 0.04;

const fusions: readonly Fusion[] = [
  { kind: 'weighted-sum', normalise: 'max' },
  { kind: 'weighted-sum', normalise: 'min-max' },
  { kind: 'weighted-sum', normalise: 'z-score' },
  { kind: 'reciprocal-rank', normalise: 'max' },
];
const scales = ['z-score', 'min-max'] as const;

const nameOf = ({ kind, normalise }: Fusion): string => (kind === 'reciprocal-rank' ? 'rank' : normalise);
const tuneLists = async (
  tuning: Tuning,
): Promise<{ fusion: Fusion; weights: readonly number[]; sets: WeightSet[] }> => {
  const { criteria, rehearsals, onProgress } = tuning;
  onProgress('tuning the weights of the lists …');
  const { scale: fusion, weights } = await chooseScale(tuning, fusions, {
    spaceOf: (one) => rehearsals.overLists(one, whole),
    nameOf: (one) => `lists by ${nameOf(one)}`,
  });
  const sets: WeightSet[] = [];
  for (const { lengths, ...bucket } of buckets) {
    onProgress(`tuning histories: ${bucket.name} …`);
    const space = await rehearsals.overLists(fusion, lengths);
    sets.push(...tuneSet(tuning, space, { ...bucket, missing: [], refined: false }, { weights }));
  }
  const space = await rehearsals.overLists(fusion, whole);
  for (const [at, criterion] of criteria.entries()) {
    // Where histories of any length hang on it, what is left of their weights says little of how to do without.
    const ofSets = sets.map((one) => (one.missing.length === 0 ? (one.weights[criterion] ?? 0) : 0));
    const leaning = Math.max(weights[at] ?? 0, ...ofSets);
    if (leaning < leastMissed) continue;
    onProgress(`tuning without ${criterion} …`);
    const set = { name: `without-${criterion}`, missing: [criterion], refined: false, minHistory: leastKnown };
    const barred = criteria.map((_, other) => other === at);
    sets.push(...tuneSet(tuning, space, set, { weights, barred, isNeeded: leaning >= mostLeaning }));
  }
  return { fusion, weights, sets };
};

const tuneUnions = async (
  tuning: Tuning,
  plan: Plan,
  listed: readonly number[],
): Promise<{ refineNormalise: Fusion['normalise']; sets: WeightSet[] }> => {
  const { criteria, notes, rehearsals, onProgress } = tuning;
  onProgress('tuning the second round …');
  const { scale: refineNormalise, weights } = await chooseScale<Fusion['normalise']>(tuning, scales, {
    spaceOf: (one) => rehearsals.overUnions(plan, one, whole),
    nameOf: (one) => `second round by ${one}`,
    from: [listed],
  });
  const sets: WeightSet[] = [];
  for (const { lengths, name, ...bucket } of buckets) {
    onProgress(`tuning the second round: ${name} …`);
    const space = await rehearsals.overUnions(plan, refineNormalise, lengths);
    const set = { name: `refined-${name}`, ...bucket, missing: [], refined: true };
    const ofLists = plan.weightSets.find((one) => one.name === name)?.weights;
    const from = ofLists === undefined ? [] : [criteria.map((criterion) => ofLists[criterion] ?? 0)];
    sets.push(...tuneSet(tuning, space, set, { weights, from }));
  }
  const always = { name: 'refined', minHistory: 0, missing: [], refined: true, weights: notes.named(weights) };
  return { refineNormalise, sets: [...sets, always] };
};

/** Every criterion has a say in the second round, so that each of them is asked while weights are tried. */
const askingAll = (plan: Plan, criteria: readonly string[]): WeightSet => ({
  name: 'all',
  minHistory: 0,
  missing: [],
  refined: true,
  weights: Object.fromEntries(criteria.map((criterion) => [criterion, plan.criteria.length])),
});

/**
 * Tunes scales, weights and sets of weights on folds: of the lists, then of the second round that follows them.
 *
 * The same data and seed give the same result.
 */
export const tune = async (options: TuneOptions): Promise<Tuned> => {
  const { data, protocols, plan, scorers, seed, least, k, now, onProgress = () => undefined } = options;
  const criteria = plan.criteria.map(({ criterion }) => criterion);
  const planned = scorers.filter((scorer) => criteria.includes(criterionOf(scorer)));
  const rehearsals: Rehearsal[] = [];
  for (const { name, cuts } of protocols) {
    for (const cut of cuts) {
      const trial = trialOf(data, cut);
      const say = (line: string) => onProgress(`${name}: ${line}`);
      rehearsals.push({ trial, panel: await assemblePanel(planned, trial.train, { now, onProgress: say }) });
    }
  }
  const notes = createNotes(criteria);
  const floorsFor = (name: string, barred?: readonly boolean[]): number[] =>
    criteria.map((criterion, at) => (barred?.[at] ? 0 : (least[`${name}:${criterion}`] ?? least[criterion] ?? 0)));
  const tuning: Tuning = {
    ...{ plan, criteria, notes, onProgress },
    rehearsals: createRehearsals({ rehearsals, criteria, k }),
    isAskedFor: (name) => Object.keys(least).some((key) => key.startsWith(`${name}:`)),
    search: (space, { name, ...sought }) =>
      searchWeights(space, { floors: floorsFor(name, sought.barred), seed, ...sought }),
  };
  const lists = await tuneLists(tuning);
  const weights = notes.named(lists.weights);
  const tunedLists: Plan = {
    ...plan,
    fusion: lists.fusion,
    criteria: plan.criteria.map((one) => ({ ...one, weight: weights[one.criterion] ?? 0 })),
    weightSets: [...lists.sets, askingAll(plan, criteria)],
  };
  const { refineNormalise, sets } = await tuneUnions(tuning, tunedLists, lists.weights);
  const weightSets = [...lists.sets, ...sets];
  return { fusion: lists.fusion, refineNormalise, weights, weightSets, steps: notes.steps };
};

/** The plan with what was tuned in place of its own. */
export const tunedPlan = (plan: Plan, { fusion, refineNormalise, weights, weightSets }: Tuned): Plan => ({
  ...plan,
  ...{ fusion, refineNormalise },
  criteria: plan.criteria.map((one) => ({ ...one, weight: weights[one.criterion] ?? 0 })),
  weightSets: [...weightSets],
});
