import { bootstrapDifference, type Difference } from './bootstrap.ts';
import type { Quality } from './judge-lists.ts';

/** What is measured of one way to rank. */
export interface Row {
  group: 'criterion' | 'ensemble' | 'late' | 'turtles' | 'cut' | 'history';
  /** Unique among the rows of one trial. */
  label: string;
  /** Where a group is drawn along an axis: turtles, N, films known. */
  at?: number;
  quality: Quality;
  /** Label of the row it is compared with. */
  against?: string;
  difference?: Difference;
  /** NDCG as a share of that row's. */
  ratio?: number;
}

/** What one criterion costs. */
export interface Cost {
  criterion: string;
  fitSeconds: number;
  modelMiB: number;
  /** One question for a list. */
  listMs: number;
  /** One question about the named candidates of a second round; null: it was not asked any. */
  candidatesMs: number | null;
}

/** One protocol, measured. */
export interface TrialReport {
  name: string;
  /** How users and films were chosen, in a sentence. */
  about: string;
  k: number;
  users: number;
  trainEvents: number;
  heldOut: number;
  rows: readonly Row[];
  costs: readonly Cost[];
}

export interface Report {
  recommender: string;
  /** Whether the recommender itself asks for the second round. */
  refines: boolean;
  weights: Readonly<Record<string, number>>;
  seed: number;
  trials: readonly TrialReport[];
}

const meanOf = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
};

/** Means of the metrics; the users are told one after the other. */
const poolQualities = (qualities: readonly Quality[]): Quality => {
  const mean = (metric: Exclude<keyof Quality, 'ndcgByUser' | 'users'>) => meanOf(qualities.map((one) => one[metric]));
  const sure = (metric: Parameters<typeof mean>[0]): number => mean(metric) ?? 0;
  return {
    users: qualities.reduce((sum, { users }) => sum + users, 0),
    ndcg: sure('ndcg'),
    recall: sure('recall'),
    hitRate: sure('hitRate'),
    mrr: sure('mrr'),
    recall20: mean('recall20'),
    recall50: mean('recall50'),
    coverage: sure('coverage'),
    popularity: sure('popularity'),
    novelty: sure('novelty'),
    diversity: sure('diversity'),
    ndcgByUser: qualities.flatMap(({ ndcgByUser }) => ndcgByUser),
  };
};

/** The same users under several ways to rank: NDCG is the mean of each user's. */
export const averageQualities = (qualities: readonly Quality[]): Quality => {
  const pooled = poolQualities(qualities);
  const users = qualities[0]?.users ?? 0;
  const ndcgByUser = Array.from({ length: users }, (_, user) =>
    qualities.reduce((sum, one) => sum + (one.ndcgByUser[user] as number) / qualities.length, 0),
  );
  return { ...pooled, users, ndcgByUser };
};

/** Several draws of one protocol as one: metrics are means of the draws, users those of all of them. */
export const poolTrials = (trials: readonly TrialReport[]): TrialReport | undefined => {
  const first = trials[0];
  if (first === undefined || trials.length === 1) return first;
  const rows = first.rows.map((row): Row => {
    const same = trials.flatMap((trial) => trial.rows.filter(({ label }) => label === row.label));
    return { ...row, quality: poolQualities(same.map(({ quality }) => quality)) };
  });
  const sum = (of: (trial: TrialReport) => number): number => trials.reduce((all, trial) => all + of(trial), 0);
  return {
    ...first,
    users: sum(({ users }) => users),
    trainEvents: Math.round(sum(({ trainEvents }) => trainEvents) / trials.length),
    heldOut: sum(({ heldOut }) => heldOut),
    rows,
  };
};

/** Compares each row with the one it names, user by user. */
export const compareRows = (trial: TrialReport, seed: number): TrialReport => {
  const byLabel = new Map(trial.rows.map((row) => [row.label, row.quality]));
  const rows = trial.rows.map((row): Row => {
    const other = row.against === undefined ? undefined : byLabel.get(row.against);
    if (other === undefined) return row;
    const difference = bootstrapDifference(row.quality.ndcgByUser, other.ndcgByUser, { seed });
    return { ...row, difference, ratio: other.ndcg === 0 ? 0 : row.quality.ndcg / other.ndcg };
  });
  return { ...trial, rows };
};
