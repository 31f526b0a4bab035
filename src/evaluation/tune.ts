import type { Fusion, Plan, WeightSet } from '../contract/plan.ts';
import { criterionOf, type ScorerResource } from '../contract/resources.ts';
import type { TrainingData } from '../criteria/training-data.ts';
import { assemblePanel } from './panel.ts';
import type { Protocol } from './protocols.ts';
import { trialOf } from './trial.ts';
import { createRehearsals, type Lengths, type Rehearsal, type Rehearsals } from './tune-spaces.ts';
import { type SearchSpace, searchWeights } from './weight-search.ts';

export interface TuneOptions {
  data: TrainingData;
  /** Validation cuts; each counts the same, as a share of what its best criterion reaches alone. */
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

/** One thing that was tuned; its worth on validation in shares of the best criterion alone, weighed as before and anew. */
export interface TuneStep {
  name: string;
  before: number;
  after: number;
  isKept: boolean;
  weights: Readonly<Record<string, number>>;
}

export interface Tuned {
  fusion: Fusion;
  refineNormalise: Fusion['normalise'];
  weights: Readonly<Record<string, number>>;
  weightSets: readonly WeightSet[];
  steps: readonly TuneStep[];
}

const whole: Lengths = ['whole'];

/** Histories that share a set of weights: those that are so long, and long ones cut to lengths that stand for them. */
const buckets: readonly { name: string; minHistory: number; maxHistory: number; lengths: Lengths }[] = [
  { name: 'new', minHistory: 0, maxHistory: 0, lengths: [0, { min: 0, max: 0 }] },
  { name: 'one-or-two', minHistory: 1, maxHistory: 2, lengths: [1, 2, { min: 1, max: 2 }] },
  { name: 'three-to-seven', minHistory: 3, maxHistory: 7, lengths: [3, 5, { min: 3, max: 7 }] },
  { name: 'eight-to-fourteen', minHistory: 8, maxHistory: 14, lengths: [10, { min: 8, max: 14 }] },
  { name: 'fifteen-to-forty', minHistory: 15, maxHistory: 40, lengths: [20, { min: 15, max: 40 }] },
];

/** What is added must be worth this share more than what holds without it: less is noise. */
const leastGain = 0.002;
/** A set of which one criterion is so large a share needs another for when that is missing. */
const mostLeaning = 0.3;
/** Of fewer films a criterion may know none, and then gives no list either: there the set by length holds, not one for what is missing. */
const leastKnown = 8;
/** Another scale must be worth this share more than the one before it: they differ little, and the first is the simplest. */
const leastScaleGain = 0.005;
/** Without a criterion of less weight than this nothing much changes. */
const leastMissed = 0.04;

const fusions: readonly Fusion[] = [
  { kind: 'weighted-sum', normalise: 'max' },
  { kind: 'weighted-sum', normalise: 'min-max' },
  { kind: 'weighted-sum', normalise: 'z-score' },
  { kind: 'reciprocal-rank', normalise: 'max' },
];
const scales = ['z-score', 'min-max', 'max'] as const;

const nameOf = ({ kind, normalise }: Fusion): string => (kind === 'reciprocal-rank' ? 'rank' : normalise);
const rounded = (weight: number): number => Math.round(weight * 1_000) / 1_000;

/** Keeps what was found, and whether it was worth it. */
const createNotes = (criteria: readonly string[]) => {
  const steps: TuneStep[] = [];
  return {
    steps,
    named: (weights: readonly number[]): Record<string, number> =>
      Object.fromEntries(criteria.map((criterion, at) => [criterion, rounded(weights[at] ?? 0)])),
    add(step: TuneStep): boolean {
      steps.push(step);
      return step.isKept;
    },
  };
};

interface Tuning {
  plan: Plan;
  criteria: readonly string[];
  rehearsals: Rehearsals;
  notes: ReturnType<typeof createNotes>;
  /** `name`: of the set of weights, which may have floors of its own. */
  search(space: SearchSpace, name: string, barred?: readonly boolean[]): readonly number[];
  /** Whether a set has floors of its own: then it is kept whatever it costs. */
  isAskedFor(name: string): boolean;
  onProgress(line: string): void;
}

/** The best of several scales; a later one must be clearly better. */
const chooseScale = async <Scale extends Fusion | Fusion['normalise']>(
  { notes, search }: Tuning,
  candidates: readonly Scale[],
  of: { spaceOf: (scale: Scale) => Promise<SearchSpace>; nameOf: (scale: Scale) => string },
): Promise<{ scale: Scale; weights: readonly number[]; value: number }> => {
  let best: { scale: Scale; weights: readonly number[]; value: number } | undefined;
  for (const scale of candidates) {
    const space = await of.spaceOf(scale);
    const weights = search(space, of.nameOf(scale));
    const value = space.valueOf(weights);
    const isKept = best === undefined || value > best.value * (1 + leastScaleGain);
    notes.add({
      name: of.nameOf(scale),
      before: best?.value ?? 1,
      after: value,
      isKept,
      weights: notes.named(weights),
    });
    if (isKept) best = { scale, weights, value };
  }
  if (best === undefined) throw new RangeError('there is no scale to choose from');
  return best;
};

/** A set of weights for some circumstances, where it is worth having one. */
const tuneSet = (
  { notes, search, isAskedFor }: Tuning,
  space: SearchSpace,
  set: Omit<WeightSet, 'weights'>,
  from: { weights: readonly number[]; barred?: readonly boolean[]; isNeeded?: boolean },
): WeightSet[] => {
  const { weights: held, barred, isNeeded = false } = from;
  const before = space.valueOf(held.map((weight, at) => (barred?.[at] ? 0 : weight)));
  const found = search(space, set.name, barred);
  const after = space.valueOf(found);
  const weights = notes.named(found);
  const isKept = isNeeded || isAskedFor(set.name) || after > before * (1 + leastGain);
  return notes.add({ name: set.name, before, after, isKept, weights }) ? [{ ...set, weights }] : [];
};

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
    // Where histories of some length hang on it, what is left of their set says nothing of how to do without.
    const leaning = Math.max(0, ...sets.map((one) => (one.missing.length === 0 ? (one.weights[criterion] ?? 0) : 0)));
    if (Math.max(leaning, weights[at] ?? 0) < leastMissed) continue;
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
): Promise<{ refineNormalise: Fusion['normalise']; sets: WeightSet[] }> => {
  const { notes, rehearsals, onProgress } = tuning;
  onProgress('tuning the second round …');
  const { scale: refineNormalise, weights } = await chooseScale<Fusion['normalise']>(tuning, scales, {
    spaceOf: (one) => rehearsals.overUnions(plan, one, whole),
    nameOf: (one) => `second round by ${one}`,
  });
  const sets: WeightSet[] = [];
  for (const { lengths, name, ...bucket } of buckets) {
    onProgress(`tuning the second round: ${name} …`);
    const space = await rehearsals.overUnions(plan, refineNormalise, lengths);
    sets.push(
      ...tuneSet(tuning, space, { name: `refined-${name}`, ...bucket, missing: [], refined: true }, { weights }),
    );
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
 * Tunes scales, weights and sets of weights on validation cuts: of the lists, then of the second round that follows them.
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
    search: (space, name, barred) =>
      searchWeights(space, { floors: floorsFor(name, barred), seed, ...(barred === undefined ? {} : { barred }) })
        .weights,
  };
  const lists = await tuneLists(tuning);
  const weights = notes.named(lists.weights);
  const tunedLists: Plan = {
    ...plan,
    fusion: lists.fusion,
    criteria: plan.criteria.map((one) => ({ ...one, weight: weights[one.criterion] ?? 0 })),
    weightSets: [...lists.sets, askingAll(plan, criteria)],
  };
  const { refineNormalise, sets } = await tuneUnions(tuning, tunedLists);
  const weightSets = [...lists.sets, ...sets];
  return { fusion: lists.fusion, refineNormalise, weights, weightSets, steps: notes.steps };
};
