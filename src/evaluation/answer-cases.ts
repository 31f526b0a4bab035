import { type Composed, composeAnswer } from '../aggregator/compose-answer.ts';
import { candidatesOf } from '../aggregator/refine.ts';
import type { Item } from '../contract/item.ts';
import type { Partial as ScorerPartial } from '../contract/partial-batch.ts';
import type { Plan } from '../contract/plan.ts';
import type { ScoringRequest } from '../contract/request-batch.ts';
import { type AskOptions, askPanel, type Judge, type Said } from './panel.ts';
import type { Case } from './trial.ts';

/** What turns lists into an answer: the plan, and the catalogue its rules look into. */
export interface Answerer {
  plan: Plan;
  itemOf(id: string): Item | undefined;
  k: number;
}

const requestId = '0'.repeat(32);

const requestOf = ({ plan, k }: Answerer, one: Case): ScoringRequest => ({
  id: requestId,
  recommender: plan.recommender,
  subject: { kind: 'user', id: one.user },
  k,
  profile: one.profile,
  dropProfile: plan.rules.excludeSeen,
  seen: one.seen,
  include: [],
  explain: false,
  deadlineAtMs: 0,
  remainingMs: plan.deadlineMs,
  round: 0,
  mask: 2 ** plan.criteria.length - 1,
  topN: plan.criteria[0]?.topN ?? k,
  planVersion: plan.version,
  skipped: {},
});

const noneLate = { find: () => undefined };

/** One answer as the aggregator composes it of what the criteria said; those of `late` never came. */
export const answerCase = (
  answerer: Answerer,
  one: Case,
  said: Said,
  more: { late?: ReadonlySet<string>; second?: Said } = {},
): Composed => {
  const { plan, itemOf } = answerer;
  const criteria = plan.criteria.map(({ criterion }) => criterion);
  const arrivals = criteria.map((criterion) => {
    const partial = more.late?.has(criterion) ? undefined : said.get(criterion);
    return partial === undefined ? undefined : { partial, atMs: 0 };
  });
  return composeAnswer({
    group: { request: requestOf(answerer, one), criteria, arrivals, receivedAtMs: 0 },
    plan,
    late: noneLate,
    itemOf,
    ...(more.second === undefined ? {} : { second: more.second }),
    nowMs: 0,
    wallMs: one.nowMs,
    totalMs: 0,
  });
};

export const idsOf = ({ answer }: Composed): readonly string[] => answer.items.map(({ id }) => id);

/** What the second round of each user is about; null: his first answer is provably exact, or there is none. */
export interface SecondRound {
  candidates: readonly (readonly string[] | null)[];
  said: readonly Said[];
}

/** What the criteria of the plan said: a panel may have more. */
const plannedOf = ({ plan }: Answerer, said: Said): ScorerPartial[] =>
  plan.criteria.flatMap(({ criterion }) => said.get(criterion) ?? []);

/** Asks the criteria about the unions of the lists, as the aggregator does where time is left. */
export const askSecondRound = async (
  answerer: Answerer,
  asking: { panel: readonly Judge[]; cases: readonly Case[]; first: readonly Said[] },
  options: Omit<AskOptions, 'candidates'> = {},
): Promise<SecondRound> => {
  const { panel, cases, first } = asking;
  const composed = cases.map((one, place) => answerCase(answerer, one, first[place] ?? new Map()));
  const candidates = composed.map(({ fused, provable, refinable, refinesDifferently }, place) => {
    const isSettled = provable && !refinesDifferently;
    if (fused === null || isSettled || refinable.length === 0 || fused.ids.length === 0) return null;
    return candidatesOf(fused, plannedOf(answerer, first[place] ?? new Map()));
  });
  const asked = new Set(composed.flatMap(({ refinable }) => refinable));
  const asks = panel.filter(({ criterion }) => asked.has(criterion));
  const answered = await askPanel(asks, cases, { ...options, candidates });
  // One that scored in the first round but has no say in the second is asked for nobody it has no say for.
  const said = answered.map((one, place) => {
    const wanted = new Set(composed[place]?.refinable);
    return new Map([...one].filter(([criterion]) => wanted.has(criterion)));
  });
  return { candidates, said };
};

/** The answers of a plan that refines: the second round's where there was one, else the first's. */
export const answerRefined = (
  answerer: Answerer,
  cases: readonly Case[],
  first: readonly Said[],
  second: SecondRound,
): readonly Composed[] =>
  cases.map((one, place) => {
    const asked = second.candidates[place] !== null;
    const said = first[place] ?? new Map();
    const refined = second.said[place];
    return answerCase(answerer, one, said, asked && refined !== undefined ? { second: refined } : {});
  });
