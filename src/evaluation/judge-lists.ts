import type { Item } from '../contract/item.ts';
import { judgeList } from './ranking-metrics.ts';
import type { Case, Trial } from './trial.ts';

/** What lists are worth: means over the users, and NDCG user by user for paired comparisons. */
export interface Quality {
  users: number;
  ndcg: number;
  recall: number;
  hitRate: number;
  mrr: number;
  /** Recall at 20 and at 50; null where lists are shorter. */
  recall20: number | null;
  recall50: number | null;
  /** Share of the catalogue that is in any list. */
  coverage: number;
  /** Mean share of the catalogue that fewer users know than the listed film. */
  popularity: number;
  /** Mean of −log2 of the share of users who know the listed film. */
  novelty: number;
  /** Mean unlikeness of two films of one list: 1 − Jaccard index of their genres. */
  diversity: number;
  ndcgByUser: readonly number[];
}

export interface Yardstick {
  k: number;
  judge(cases: readonly Case[], lists: readonly (readonly string[])[]): Quality;
}

const meanOf = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

/** Share of the catalogue with strictly fewer training events, and −log2 of the share of users, by film. */
const popularityOf = ({ items, events }: Trial['train']) => {
  const counts = new Map(items.map(({ id }) => [id, 0]));
  for (const item of events.item) {
    const id = events.items[item] as string;
    const count = counts.get(id);
    if (count !== undefined) counts.set(id, count + 1);
  }
  const ascending = Float64Array.from(counts.values()).sort();
  const fewerThan = new Map<number, number>();
  for (const [place, count] of ascending.entries()) if (!fewerThan.has(count)) fewerThan.set(count, place);
  const users = Math.max(1, new Set(events.user).size);
  return {
    percentile: (id: string): number => (fewerThan.get(counts.get(id) ?? 0) ?? 0) / Math.max(1, items.length),
    /** A film nobody knows is as novel as one that one user knows. */
    novelty: (id: string): number => -Math.log2(Math.min(1, Math.max(1, counts.get(id) ?? 0) / users)),
  };
};

const unlikeness = (one: readonly string[], other: readonly string[]): number => {
  const common = one.filter((genre) => other.includes(genre)).length;
  const union = one.length + other.length - common;
  return union === 0 ? 0 : 1 - common / union;
};

const diversityOf = (list: readonly string[], genresOf: (id: string) => readonly string[]): number => {
  const genres = list.map(genresOf);
  let sum = 0;
  let pairs = 0;
  for (let one = 0; one < genres.length; one++) {
    for (let other = 0; other < one; other++) sum += unlikeness(genres[one] ?? [], genres[other] ?? []);
    pairs += one;
  }
  return pairs === 0 ? 0 : sum / pairs;
};

/** More pairs than this say nothing new of how alike a list is. */
const mostCompared = 20;

/** Judges lists of one trial: each metric of the first k, hit rate and MRR of the first ten of them. */
export const createYardstick = (trial: Trial, k: number): Yardstick => {
  const byId = new Map<string, Item>(trial.train.items.map((item) => [item.id, item]));
  const { percentile, novelty } = popularityOf(trial.train);
  const genresOf = (id: string): readonly string[] => byId.get(id)?.genres ?? [];
  return {
    k,
    judge(cases, lists) {
      const cut = lists.map((list) => list.slice(0, k));
      const at = (depth: number) =>
        cases.map((one, place) => judgeList(cut[place] ?? [], one.relevant, Math.min(depth, k)));
      const whole = at(k);
      const ten = k > 10 ? at(10) : whole;
      const recallAt = (depth: number): number | null =>
        k < depth ? null : meanOf(at(depth).map((one) => one.recall));
      const slots = cut.flat();
      const ndcgByUser = whole.map((one) => one.ndcg);
      return {
        users: cases.length,
        ndcg: meanOf(ndcgByUser),
        recall: meanOf(whole.map((one) => one.recall)),
        hitRate: meanOf(ten.map((one) => one.hitRate)),
        mrr: meanOf(ten.map((one) => one.mrr)),
        recall20: recallAt(20),
        recall50: recallAt(50),
        coverage: new Set(slots).size / Math.max(1, trial.train.items.length),
        popularity: meanOf(slots.map(percentile)),
        novelty: meanOf(slots.map(novelty)),
        diversity: meanOf(cut.map((list) => diversityOf(list.slice(0, mostCompared), genresOf))),
        ndcgByUser,
      };
    },
  };
};
