import type { Fusion, Plan } from '../contract/plan.ts';
import { askSecondRound } from './answer-cases.ts';
import { askPanel, type Judge, type Said } from './panel.ts';
import { type CaseSpace, createCaseSpace, joinSpaces, meanOf, type SearchSpace } from './search-space.ts';
import { type Case, type Shortening, shorten, type Trial } from './trial.ts';

/** A validation cut with its fitted criteria: what weights are tried on. */
export interface Rehearsal {
  trial: Trial;
  panel: readonly Judge[];
}

/** All users, their histories cut to so many films, or those whose whole history is so long. */
export type Length = 'whole' | { films: number; how: Shortening } | { min: number; max: number };
export type Lengths = readonly Length[];

/** Of fewer users than this nothing can be learned. */
const leastUsers = 20;

/**
 * Of no more users than this a history is cut short, on each fold of others: there are many lengths, each asked about
 * twice, and a question about two films takes about as long as one about all.
 */
const mostCutShort = 250;

const thin = (cases: readonly Case[], fold: number): readonly Case[] => {
  const stride = Math.ceil(cases.length / mostCutShort);
  return cases.filter((_, place) => (place + fold) % stride === 0);
};

const casesOf = (cases: readonly Case[], length: Length, fold: number): readonly Case[] => {
  if (length === 'whole') return cases;
  if ('films' in length) return thin(cases, fold).map((one) => shorten(one, length.films, length.how));
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
      const cases = casesOf(trial.cases, length, at);
      return { cases, said: await askPanel(panel, cases) };
    };
    const heard = heardBefore.get(key) ?? ask();
    heardBefore.set(key, heard);
    return heard;
  };
  const heardAgain = new WeakMap<Heard, { plan: Plan; said: readonly Said[] }>();
  /** What is said of the unions does not depend on the scale it will be put to. */
  const hearAgain = async (
    plan: Plan,
    heard: Heard,
    panel: readonly Judge[],
    trial: Trial,
  ): Promise<readonly Said[]> => {
    const known = heardAgain.get(heard);
    if (known?.plan === plan) return known.said;
    const items = new Map(trial.train.items.map((item) => [item.id, item]));
    const answerer = { plan, k, itemOf: (id: string) => items.get(id) };
    const { said } = await askSecondRound(answerer, { panel, cases: heard.cases, first: heard.said });
    heardAgain.set(heard, { plan, said });
    return said;
  };
  /** The best value of one criterion alone: the scale does not change the order of one list. */
  const bestAlone = ({ cases, said }: Heard): number => {
    const space = createCaseSpace({ criteria, cases, said, fusion: { kind: 'weighted-sum', normalise: 'none' }, k });
    const alone = criteria.map((_, at) => meanOf(space.ndcgOf(criteria.map((_one, other) => (other === at ? 1 : 0)))));
    return Math.max(...alone) || 1;
  };

  const over = async (
    lengths: Lengths,
    make: (heard: Heard, panel: readonly Judge[], trial: Trial) => Promise<CaseSpace>,
  ): Promise<SearchSpace> => {
    const spaces: Parameters<typeof joinSpaces>[0][number][] = [];
    for (const [at, { panel, trial }] of rehearsals.entries()) {
      for (const length of lengths) {
        const heard = await hear(at, length);
        if (heard.cases.length < leastUsers) continue;
        spaces.push({ space: await make(heard, panel, trial), best: bestAlone(heard), cut: at });
      }
    }
    return joinSpaces(spaces);
  };

  return {
    overLists: (fusion, lengths) =>
      over(lengths, async ({ cases, said }) => createCaseSpace({ criteria, cases, said, fusion, k })),
    overUnions: (plan, normalise, lengths) =>
      over(lengths, async (heard, panel, trial) => {
        const said = await hearAgain(plan, heard, panel, trial);
        const fusion: Fusion = { kind: 'weighted-sum', normalise };
        return createCaseSpace({ criteria, cases: heard.cases, said, fusion, k });
      }),
  };
};
