import type { Answer, CriterionCoverage } from '../contract/answer.ts';
import type { Plan, PlanCriterion } from '../contract/plan.ts';
import type { Outcome, SkipReason } from '../contract/primitives.ts';
import type { ScoringRequest } from '../contract/request-batch.ts';
import type { Arrival } from './gather.ts';

export interface CoverageQuestion {
  plan: Plan;
  /** As planned for this request. */
  weights: ReadonlyMap<string, number>;
  /** In force now that some are missing: a set for what is missing says what is enough without it. Absent: as planned. */
  inForce?: ReadonlyMap<string, number>;
  request: Pick<ScoringRequest, 'skipped'>;
  /** Whether a criterion was asked, and what came in time. */
  wasAsked(criterion: string): boolean;
  arrivalOf(criterion: string): Arrival | undefined;
  /** Age of the late partial that stands in for a criterion, ms; undefined: none does. */
  lateAgeOf(criterion: string): number | undefined;
  receivedAtMs: number;
  /** How long the criteria had, ms. */
  deadlineMs: number;
}

export interface Coverage {
  coverage: Answer['coverage'];
  /** Every criterion with weight answered. */
  complete: boolean;
  /** Why the answer must not be given, as a sentence; null: it may. */
  shortfall: string | null;
  timings: Pick<Answer['timings'], 'slowest' | 'slowestMs' | 'sumMs'>;
}

const skipDetails: Readonly<Record<SkipReason, string>> = {
  full: 'was not asked: its scorers are full for longer than the deadline',
  asleep: 'was not asked: no scorer is running',
};

/** `300 ms`, `600 s`. */
export const durationText = (ms: number): string =>
  ms >= 10_000 ? `${Math.round(ms / 1_000)} s` : `${Math.ceil(ms)} ms`;

const isAnswer = (outcome: Outcome): boolean => outcome === 'scored' || outcome === 'abstained';

interface Finding {
  outcome: Outcome;
  detail: string | undefined;
  arrival: Arrival | undefined;
}

const detailOf = (arrival: Arrival, deadlineMs: number): string | undefined => {
  const { outcome, detail } = arrival.partial;
  if (detail !== undefined) return detail;
  if (outcome === 'abstained') return 'knows nothing of this subject';
  if (outcome === 'failed') return 'failed without saying why';
  return outcome === 'expired' ? `was not begun within ${durationText(deadlineMs)}` : undefined;
};

const find = (question: CoverageQuestion, criterion: string): Finding => {
  const arrival = question.arrivalOf(criterion);
  if (arrival !== undefined) {
    return { outcome: arrival.partial.outcome, detail: detailOf(arrival, question.deadlineMs), arrival };
  }
  const skipped = question.request.skipped[criterion];
  if (skipped !== undefined) return { outcome: skipped, detail: skipDetails[skipped], arrival };
  if (!question.wasAsked(criterion)) {
    return { outcome: 'expired', detail: 'was not asked: the plan changed meanwhile', arrival };
  }
  return { outcome: 'late', detail: `did not answer within ${durationText(question.deadlineMs)}`, arrival };
};

const share = (part: number, total: number): number => (total > 0 ? Math.min(1, part / total) : 0);
const rounded = (ms: number): number => Math.round(Math.max(0, ms) * 100) / 100;

const entryOf = (question: CoverageQuestion, planned: PlanCriterion, total: number): CriterionCoverage => {
  const { criterion, required } = planned;
  const { outcome, detail, arrival } = find(question, criterion);
  const lateAgeMs = question.lateAgeOf(criterion);
  const entry: CriterionCoverage = {
    criterion,
    outcome,
    weight: share(question.weights.get(criterion) ?? 0, total),
    required,
    elapsedMs: arrival === undefined ? null : rounded(arrival.atMs - question.receivedAtMs),
    waitMs: arrival === undefined ? null : rounded(arrival.partial.waitMs),
    serviceMs: arrival === undefined ? null : rounded(arrival.partial.serviceMs),
  };
  if (detail !== undefined) entry.detail = detail;
  if (lateAgeMs !== undefined) entry.lateAgeMs = Math.round(lateAgeMs);
  return entry;
};

/** Rounding of added-up weights must not push an answer below its minimum. */
const tolerance = 1e-9;
const percent = (part: number): string => `${Math.round(part * 100)} %`;

const answeredShare = (entries: readonly CriterionCoverage[], weights: ReadonlyMap<string, number>): number => {
  let answered = 0;
  let total = 0;
  for (const { criterion, outcome } of entries) {
    const weight = weights.get(criterion) ?? 0;
    total += weight;
    if (isAnswer(outcome)) answered += weight;
  }
  return share(answered, total);
};

const shortfallOf = (plan: Plan, weight: number, entries: readonly CriterionCoverage[]): string | null => {
  const missing = entries.find((one) => one.required && !isAnswer(one.outcome));
  if (missing !== undefined) return `The required criterion ${missing.criterion} ${missing.detail ?? missing.outcome}.`;
  if (weight + tolerance >= plan.minimumCoverage) return null;
  const absent = entries.filter((one) => one.weight > 0 && !isAnswer(one.outcome)).map((one) => one.criterion);
  return `Only ${percent(weight)} of the weight answered and ${percent(plan.minimumCoverage)} is needed; missing: ${absent.join(', ')}.`;
};

const timingsOf = (entries: readonly CriterionCoverage[]): Coverage['timings'] => {
  let slowest: CriterionCoverage | undefined;
  let sumMs = 0;
  for (const one of entries) {
    sumMs += one.elapsedMs ?? 0;
    if (one.elapsedMs !== null && one.elapsedMs > (slowest?.elapsedMs ?? -1)) slowest = one;
  }
  return { slowest: slowest?.criterion ?? null, slowestMs: slowest?.elapsedMs ?? null, sumMs: rounded(sumMs) };
};

/**
 * Which criteria of the plan answered in time, with a truthful reason for each that did not, and whether that is enough.
 *
 * Scored and abstained count as answered; a late partial that stands in does not.
 */
export const coverageOf = (question: CoverageQuestion): Coverage => {
  const { plan, weights } = question;
  const total = plan.criteria.reduce((sum, { criterion }) => sum + (weights.get(criterion) ?? 0), 0);
  const criteria = plan.criteria.map((planned) => entryOf(question, planned, total));
  return {
    coverage: { weight: answeredShare(criteria, weights), criteria },
    complete: criteria.every((one) => one.weight === 0 || isAnswer(one.outcome)),
    shortfall: shortfallOf(plan, answeredShare(criteria, question.inForce ?? weights), criteria),
    timings: timingsOf(criteria),
  };
};
