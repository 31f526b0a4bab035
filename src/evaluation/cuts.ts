import { compareIds } from '../criteria/catalogue.ts';
import type { EventTable } from '../criteria/training-data.ts';
import { createRandom, type Random, shuffle } from './random.ts';

/** What an event is used for: fitted on, known of the user but not fitted on, to be guessed, or nothing. */
export const uses = { train: 0, foldIn: 1, heldOut: 2, unused: 3 } as const;

/** The data cut in parts: by event one of `uses`. */
export type Cut = Uint8Array;

/** Of an event not used otherwise. */
interface Usable {
  events: EventTable;
  cut: Cut;
}

/** Positions of each user's training events, in the order of the columns. */
const trainingByUser = ({ events, cut }: Usable): number[][] => {
  const byUser: number[][] = events.users.map(() => []);
  for (let event = 0; event < cut.length; event++) {
    if (cut[event] === uses.train) byUser[events.user[event] as number]?.push(event);
  }
  return byUser;
};

export const wholeAsTraining = (events: EventTable): Cut => new Uint8Array(events.user.length);

const leastEvents = 5;
const fifth = 5;

/** Puts the positions of one user's events in the order of time, then of the ids; or in any. In place. */
type Order = (positions: number[]) => number[];

/**
 * Holds out of every user with at least five training events one of so many parts, his last (0) or one before it; of the
 * parts after it nothing is used. Applied to a cut it cuts what is left for training.
 */
const holdOut = (from: Usable, order: Order, { parts, part }: { parts: number; part: number }): Cut => {
  const cut = from.cut.slice();
  for (let event = 0; event < cut.length; event++) if (cut[event] === uses.heldOut) cut[event] = uses.unused;
  for (const positions of trainingByUser(from)) {
    if (positions.length < leastEvents) continue;
    const count = Math.max(1, Math.floor(positions.length / parts));
    const end = positions.length - part * count;
    for (const [place, event] of order(positions).entries()) {
      if (place >= end) cut[event] = uses.unused;
      else if (place >= end - count) cut[event] = uses.heldOut;
    }
  }
  return cut;
};

const byTimeIn = ({ atMs, item, items }: EventTable): Order => {
  const idOf = (event: number): string => items[item[event] as number] as string;
  return (positions) =>
    positions.sort((a, b) => (atMs[a] as number) - (atMs[b] as number) || compareIds(idOf(a), idOf(b)));
};

/** Protocol A: each user's last fifth. `part`: so many fifths before it, and all after that is as if it were to come. */
export const cutLast = (from: Usable, part = 0): Cut => holdOut(from, byTimeIn(from.events), { parts: fifth, part });

/** Protocol A-random: a fifth of each user's events, drawn at random. */
export const cutAtRandom = (from: Usable, random: Random): Cut =>
  holdOut(from, (positions) => shuffle(positions, random), { parts: fifth, part: 0 });

const tenths = 10;

/**
 * Folds: so many tenths of each user's events are held out, drawn at random, each time others, and all else trained on;
 * as many folds as there are tenths for.
 */
export const cutTenths = (from: Usable, random: Random, sizes: readonly number[]): Cut[] => {
  const ends = sizes.map((_, fold) => sizes.slice(0, fold + 1).reduce((sum, size) => sum + size, 0));
  const held = ends.filter((end) => end <= tenths).map(() => from.cut.slice());
  for (const positions of trainingByUser(from)) {
    const size = Math.max(1, Math.floor(positions.length / tenths));
    const drawn = shuffle(positions, random);
    if (positions.length < leastEvents) continue;
    for (const [fold, cut] of held.entries()) {
      const end = (ends[fold] as number) * size;
      for (const event of drawn.slice(end - (sizes[fold] as number) * size, end)) cut[event] = uses.heldOut;
    }
  }
  return held;
};

/** What was held out is trained on again; what was unused stays so. */
export const joinHeldOut = (cut: Cut): Cut => cut.map((use) => (use === uses.heldOut ? uses.train : use));

/** Films that nobody of the training part knows are asked for no more. */
const forgetUnknown = ({ items, item }: EventTable, cut: Cut): Cut => {
  const known = new Uint8Array(items.length);
  for (let event = 0; event < cut.length; event++) if (cut[event] === uses.train) known[item[event] as number] = 1;
  const isLost = (event: number): boolean => cut[event] === uses.heldOut && known[item[event] as number] === 0;
  return cut.map((use, event) => (isLost(event) ? uses.unused : use));
};

/**
 * Strong generalisation (Liang et al. 2018): a tenth of the users is held out as a whole; of each of them four fifths of
 * the events are known when he is asked, and the rest is to be guessed. Another tenth is kept for `valid`.
 *
 * Films that no user of the training part knows can't be guessed by anybody there and are not asked for.
 */
export const cutUsers = (events: EventTable, seed: number, judged: 'valid' | 'test'): Cut => {
  const random = createRandom(seed);
  const cut = wholeAsTraining(events);
  const byUser = trainingByUser({ events, cut });
  const eligible = [...byUser.keys()].filter((user) => (byUser[user]?.length ?? 0) >= leastEvents);
  const drawn = shuffle(eligible, random).slice(0, 2 * Math.ceil(eligible.length / 10));
  const half = drawn.length / 2;
  for (const [place, user] of drawn.entries()) {
    const positions = shuffle(byUser[user] ?? [], random);
    const isJudged = place < half === (judged === 'test');
    const known = positions.length - Math.max(1, Math.floor(positions.length / 5));
    for (const [at, event] of positions.entries()) {
      const use = at < known ? uses.foldIn : uses.heldOut;
      cut[event] = isJudged ? use : uses.unused;
    }
  }
  return forgetUnknown(events, cut);
};
