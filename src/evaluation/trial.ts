import { limits } from '../contract/limits.ts';
import type { Profile } from '../contract/request-batch.ts';
import type { Question } from '../contract/scoring.ts';
import { compareIds } from '../criteria/catalogue.ts';
import type { EventTable, TrainingData } from '../criteria/training-data.ts';
import { type Cut, uses } from './cuts.ts';
import { createRandom, shuffle } from './random.ts';

/** One user who is asked about: what is known of him, and what is to be guessed. */
export interface Case {
  user: string;
  profile: Profile;
  /** Known of him beyond the profile; like the profile's items never recommended. */
  seen: readonly string[];
  relevant: ReadonlySet<string>;
  /** His last known event: the moment he asks. */
  nowMs: number;
}

/** What is fitted on, and the users who are asked about. */
export interface Trial {
  train: TrainingData;
  cases: readonly Case[];
}

const select = (events: EventTable, isWanted: (event: number) => boolean): EventTable => {
  const kept = [...events.user.keys()].filter(isWanted);
  return {
    users: events.users,
    items: events.items,
    user: Int32Array.from(kept, (event) => events.user[event] as number),
    item: Int32Array.from(kept, (event) => events.item[event] as number),
    weight: Float32Array.from(kept, (event) => events.weight[event] as number),
    atMs: Float64Array.from(kept, (event) => events.atMs[event] as number),
  };
};

/** A user's known events as the profile a gateway would send, newest first, each film once. */
const profileOf = (events: EventTable, positions: number[]): Pick<Case, 'profile' | 'seen' | 'nowMs'> => {
  const idOf = (event: number): string => events.items[events.item[event] as number] as string;
  const atOf = (event: number): number => events.atMs[event] as number;
  positions.sort((a, b) => atOf(b) - atOf(a) || compareIds(idOf(b), idOf(a)));
  const met = new Set<string>();
  const once = positions.filter((event) => !met.has(idOf(event)) && met.add(idOf(event)));
  const newest = once.slice(0, limits.profileItems);
  return {
    profile: {
      items: newest.map(idOf),
      weights: newest.map((event) => events.weight[event] as number),
      atMs: newest.map(atOf),
    },
    seen: once.slice(limits.profileItems).map(idOf),
    nowMs: newest[0] === undefined ? 0 : atOf(newest[0]),
  };
};

/** Users with something held out, in the order of the data. */
export const trialOf = (data: TrainingData, cut: Cut): Trial => {
  const { events } = data;
  const known: number[][] = events.users.map(() => []);
  const relevant: Set<string>[] = events.users.map(() => new Set());
  for (let event = 0; event < cut.length; event++) {
    const user = events.user[event] as number;
    if (cut[event] === uses.heldOut) relevant[user]?.add(events.items[events.item[event] as number] as string);
    else if (cut[event] !== uses.unused) known[user]?.push(event);
  }
  const trained = select(events, (event) => cut[event] === uses.train);
  const cases = events.users.flatMap((user, at): Case[] => {
    const wanted = relevant[at] ?? new Set();
    return wanted.size === 0 ? [] : [{ user, relevant: wanted, ...profileOf(events, known[at] ?? []) }];
  });
  const nowMs = trained.atMs.reduce((newest, at) => Math.max(newest, at), 0);
  return { train: { items: data.items, events: trained, nowMs }, cases };
};

/** Which films of a long history stand for a short one: the newest, which are of one evening, or some drawn from all. */
export type Shortening = 'newest' | 'drawn';

/** Places of so many films drawn, in their order; the same for the same user. */
const drawPlaces = ({ user, profile }: Case, films: number): number[] => {
  const seed = [...user].reduce((hash, letter) => (Math.imul(hash, 31) + letter.charCodeAt(0)) | 0, films);
  return shuffle([...profile.items.keys()], createRandom(seed))
    .slice(0, films)
    .sort((a, b) => a - b);
};

/** The same user as if only so many of his films were known; the others are not recommended all the same. */
export const shorten = (one: Case, films: number, how: Shortening): Case => {
  const { items, weights, atMs } = one.profile;
  const places = how === 'newest' ? [...items.keys()].slice(0, films) : drawPlaces(one, films);
  const known = new Set(places);
  const pick = <T>(values: readonly T[]): T[] => places.map((place) => values[place] as T);
  return {
    ...one,
    profile: { items: pick(items), weights: pick(weights), atMs: pick(atMs) },
    seen: [...items.filter((_, place) => !known.has(place)), ...one.seen],
  };
};

/** The question a scorer is asked about a user. */
export const questionOf = (one: Case, topN: number, candidates?: readonly string[]): Question => ({
  subject: { kind: 'user', id: one.user },
  profile: one.profile,
  drop: new Set([...one.profile.items, ...one.seen]),
  filters: undefined,
  candidates,
  topN,
  explain: false,
  context: {},
  nowMs: one.nowMs,
});
