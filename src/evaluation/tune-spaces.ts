import type { Fusion, Plan } from '../contract/plan.ts';
import { askSecondRound } from './answer-cases.ts';
import { askPanel, type Judge, type Said } from './panel.ts';
import { type Case, shorten, type Trial } from './trial.ts';
import { createSearchSpace, type SearchSpace } from './weight-search.ts';

/** A validation cut with its fitted criteria: what weights are tried on. */
export interface Rehearsal {
  trial: Trial;
  panel: readonly Judge[];
}

/** All users, their histories cut to so many films, or those whose whole history is so long. */
export type Length = 'whole' | number | { min: number; max: number };
export type Lengths = readonly Length[];

/** Of fewer users than this nothing can be learned. */
const leastUsers = 20;

const casesOf = (cases: readonly Case[], length: Length): readonly Case[] => {
  if (length === 'whole') return cases;
  if (typeof length === 'number') return cases.map((one) => shorten(one, length));
  return cases.filter(({ profile }) => profile.items.length >= length.min && profile.items.length <= length.max);
};

/** Spaces to search in: each a mean over the rehearsals and lengths, in shares of what the best criterion reaches alone. */
export interface Rehearsals {
  overLists(fusion: Fusion, lengths: Lengths): Promise<SearchSpace>;
  /** Over what the criteria say of the unions that this plan would ask about. */
  overUnions(plan: Plan, normalise: Fusion['normalise'], lengths: Lengths): Promise<SearchSpace>;
}

interface Heard {
  cases: readonly Case[];
  said: readonly Said[];
}

const meanOf = (spaces: readonly { space: SearchSpace; best: number }[]): SearchSpace => ({
  valueOf: (weights) =>
    spaces.reduce((sum, { space, best }) => sum + space.valueOf(weights) / best, 0) / Math.max(1, spaces.length),
});

export const createRehearsals = (options: {
  rehearsals: readonly Rehearsal[];
  criteria: readonly string[];
  k: number;
}): Rehearsals => {
  const { rehearsals, criteria, k } = options;
  const heardBefore = new Map<string, Promise<Heard>>();
  const hear = (at: number, length: Length): Promise<Heard> => {
    const key = `${at} ${JSON.stringify(length)}`;
    const { trial, panel } = rehearsals[at] as Rehearsal;
    const ask = async (): Promise<Heard> => {
      const cases = casesOf(trial.cases, length);
      return { cases, said: await askPanel(panel, cases) };
    };
    const heard = heardBefore.get(key) ?? ask();
    heardBefore.set(key, heard);
    return heard;
  };
  /** The best value of one criterion alone: the scale does not change the order of one list. */
  const bestAlone = ({ cases, said }: Heard): number => {
    const space = createSearchSpace({ criteria, cases, said, fusion: { kind: 'weighted-sum', normalise: 'none' }, k });
    const alone = criteria.map((_, at) => space.valueOf(criteria.map((_criterion, other) => (other === at ? 1 : 0))));
    return Math.max(...alone) || 1;
  };

  const over = async (
    lengths: Lengths,
    make: (heard: Heard, panel: readonly Judge[], trial: Trial) => Promise<SearchSpace>,
  ): Promise<SearchSpace> => {
    const spaces: { space: SearchSpace; best: number }[] = [];
    for (const [at, { panel, trial }] of rehearsals.entries()) {
      for (const length of lengths) {
        const heard = await hear(at, length);
        if (heard.cases.length < leastUsers) continue;
        spaces.push({ space: await make(heard, panel, trial), best: bestAlone(heard) });
      }
    }
    return meanOf(spaces);
  };

  return {
    overLists: (fusion, lengths) =>
      over(lengths, async ({ cases, said }) => createSearchSpace({ criteria, cases, said, fusion, k })),
    overUnions: (plan, normalise, lengths) =>
      over(lengths, async ({ cases, said: first }, panel, trial) => {
        const items = new Map(trial.train.items.map((item) => [item.id, item]));
        const answerer = { plan, k, itemOf: (id: string) => items.get(id) };
        const { said } = await askSecondRound(answerer, { panel, cases, first });
        const fusion: Fusion = { kind: 'weighted-sum', normalise };
        return createSearchSpace({ criteria, cases, said, fusion, k });
      }),
  };
};
