import type { Profile } from '../contract/request-batch.ts';
import type { Question } from '../contract/scoring.ts';
import { encodeCatalogue } from '../criteria/catalogue.ts';
import type { Criterion } from '../criteria/criterion.ts';
import type { EventTable } from '../criteria/training-data.ts';
import type { Split } from './movielens-split.ts';
import { judgeList, type ListQuality } from './ranking-metrics.ts';

/** Means over all users with something held out; a user the criterion abstains for counts 0. */
export interface Evaluation extends ListQuality {
  users: number;
  /** Share of the catalogue that is in any list. */
  coverage: number;
  ndcgByUser: readonly number[];
}

/** Every user's training events as the profile a gateway would send, newest first. */
const profilesOf = (events: EventTable, profileItems: number): Map<string, { profile: Profile; seen: Set<string> }> => {
  const byUser: number[][] = events.users.map(() => []);
  for (let event = 0; event < events.user.length; event++) byUser[events.user[event] as number]?.push(event);
  const profiles = new Map<string, { profile: Profile; seen: Set<string> }>();
  for (const [user, positions] of byUser.entries()) {
    const idOf = (event: number) => events.items[events.item[event] as number] as string;
    positions.sort(
      (a, b) => (events.atMs[b] as number) - (events.atMs[a] as number) || Number(idOf(b)) - Number(idOf(a)),
    );
    const newest = positions.slice(0, profileItems);
    const profile = {
      items: newest.map(idOf),
      weights: newest.map((event) => events.weight[event] as number),
      atMs: newest.map((event) => events.atMs[event] as number),
    };
    profiles.set(events.users[user] as string, { profile, seen: new Set(positions.map(idOf)) });
  }
  return profiles;
};

const questionOf = (user: string, known: { profile: Profile; seen: Set<string> } | undefined, k: number): Question => {
  const profile = known?.profile ?? { items: [], weights: [], atMs: [] };
  return {
    subject: { kind: 'user', id: user },
    profile,
    drop: known?.seen ?? new Set(),
    filters: undefined,
    candidates: undefined,
    topN: k,
    explain: false,
    context: {},
    nowMs: profile.atMs[0] ?? 0,
  };
};

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Fits a criterion on the training part and judges its lists of k against what was held out.
 *
 * It runs through the very code that serves: the artefact is encoded, loaded and asked as a scorer does.
 */
export const evaluateCriterion = async (
  criterion: Criterion,
  settings: Readonly<Record<string, string>>,
  split: Split,
  options: { k?: number; profileItems?: number } = {},
): Promise<Evaluation> => {
  const { k = 10, profileItems = 1_000 } = options;
  const artefacts = {
    catalogue: encodeCatalogue(split.train.items),
    ...(criterion.fit === null ? {} : { [criterion.name]: criterion.fit(split.train, settings) }),
  };
  const model = await criterion.definition.load(artefacts, settings);
  const profiles = profilesOf(split.train.events, profileItems);
  const listed = new Set<string>();
  const qualities: ListQuality[] = [];
  const signal = new AbortController().signal;
  for (const [user, relevant] of split.heldOut) {
    const scored = await criterion.definition.score(questionOf(user, profiles.get(user), k), model, signal);
    const list = scored?.items ?? [];
    for (const id of list) listed.add(id);
    qualities.push(judgeList(list, relevant, k));
  }
  const ndcgByUser = qualities.map((one) => one.ndcg);
  return {
    users: qualities.length,
    ndcg: meanOf(ndcgByUser),
    recall: meanOf(qualities.map((one) => one.recall)),
    hitRate: meanOf(qualities.map((one) => one.hitRate)),
    mrr: meanOf(qualities.map((one) => one.mrr)),
    coverage: listed.size / split.train.items.length,
    ndcgByUser,
  };
};
