import type { Fusion, Plan, WeightSet } from '../contract/plan.ts';
import { beats, beatsEverywhere, type Margin, meanOf, type SearchSpace, type Worth } from './search-space.ts';
import type { Rehearsals } from './tune-spaces.ts';

/** One thing that was tuned; its worth in shares of the best criterion alone, weighed as before and anew. */
export interface TuneStep {
  name: string;
  before: number;
  after: number;
  /** Its worth on the cut where that is least. */
  least: number;
  isKept: boolean;
  weights: Readonly<Record<string, number>>;
}

/** A set must gain so much, beyond doubt and on every cut: what is simpler is better where both are alike. */
const setMargin: Margin = { least: 5e-3, errors: 2 };
/** Scales differ little, and the first is the simplest. */
const scaleMargin: Margin = { least: 3e-3, errors: 2 };
const rounded = (weight: number): number => Math.round(weight * 1_000) / 1_000;

/** Keeps what was found, and whether it was worth it. */
export const createNotes = (criteria: readonly string[]) => {
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

interface Found {
  weights: readonly number[];
  worth: Worth;
}

/** How a set of weights is searched for. */
interface Sought {
  /** Of the set of weights, which may have floors of its own. */
  name: string;
  barred?: readonly boolean[];
  /** Where to begin; absent: with the best criterion alone. */
  from?: readonly (readonly number[])[];
}

export interface Tuning {
  plan: Plan;
  criteria: readonly string[];
  rehearsals: Rehearsals;
  notes: ReturnType<typeof createNotes>;
  search(space: SearchSpace, sought: Sought): Found;
  /** Whether a set has floors of its own: then it is kept whatever it costs. */
  isAskedFor(name: string): boolean;
  onProgress(line: string): void;
}

const meanWorth = ({ byUser }: Worth): number => meanOf(byUser);
const leastOf = ({ byCut }: Worth): number => Math.min(...byCut);

/** The best of several scales; a later one must be clearly better. */
export const chooseScale = async <Scale extends Fusion | Fusion['normalise']>(
  { notes, search }: Tuning,
  candidates: readonly Scale[],
  of: {
    spaceOf: (scale: Scale) => Promise<SearchSpace>;
    nameOf: (scale: Scale) => string;
    from?: readonly (readonly number[])[];
  },
): Promise<{ scale: Scale; weights: readonly number[] }> => {
  let best: ({ scale: Scale } & Found) | undefined;
  for (const scale of candidates) {
    const name = of.nameOf(scale);
    const found = search(await of.spaceOf(scale), { name, ...(of.from === undefined ? {} : { from: of.from }) });
    const isKept = best === undefined || beats(found.worth, best.worth, scaleMargin);
    const before = best === undefined ? 1 : meanWorth(best.worth);
    const { worth, weights } = found;
    notes.add({ name, before, after: meanWorth(worth), least: leastOf(worth), isKept, weights: notes.named(weights) });
    if (isKept) best = { scale, ...found };
  }
  if (best === undefined) throw new RangeError('there is no scale to choose from');
  return best;
};

/** A set of weights for some circumstances, where it is worth having one: it begins with the weights that hold without it. */
export const tuneSet = (
  { notes, search, isAskedFor }: Tuning,
  space: SearchSpace,
  set: Omit<WeightSet, 'weights'>,
  of: { weights: readonly number[]; barred?: readonly boolean[]; isNeeded?: boolean; from?: readonly number[][] },
): WeightSet[] => {
  const { barred, isNeeded = false, from = [] } = of;
  const held = of.weights.map((weight, at) => (barred?.[at] ? 0 : weight));
  const before = space.worthOf(held);
  const sought = { name: set.name, from: [held, ...from], ...(barred === undefined ? {} : { barred }) };
  const { weights: found, worth } = search(space, sought);
  const weights = notes.named(found);
  const isGain = beats(worth, before, setMargin) && beatsEverywhere(worth, before);
  const isKept = isNeeded || isAskedFor(set.name) || isGain;
  const step = { name: set.name, before: meanWorth(before), after: meanWorth(worth), least: leastOf(worth) };
  return notes.add({ ...step, isKept, weights }) ? [{ ...set, weights }] : [];
};
