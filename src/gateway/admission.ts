import type { SkipReason } from '../contract/primitives.ts';

/** Who is asked, who is not, and whether asking is worth it at all. Pure. */

export interface CriterionLoad {
  /** How long a request asked now waits before it is begun, ms. 0: it is begun at once, as far as is known. */
  waitMs: number;
  /** What one request takes, ms; null: not measured yet. */
  serviceMs: number | null;
  /** Ready processes; null: nobody said. */
  replicas: number | null;
}

export type Admission =
  | { kind: 'admit'; chosen: readonly string[]; skipped: Readonly<Record<string, SkipReason>> }
  /** Overload puts the minimum coverage, or a required criterion, out of reach. */
  | { kind: 'refuse'; retryAfterS: number; because: string; skipped: Readonly<Record<string, SkipReason>> }
  /** Out of reach because scorers sleep: nothing that waiting at the door would help. */
  | { kind: 'asleep'; because: string; skipped: Readonly<Record<string, SkipReason>> };

export interface AdmissionQuestion {
  /** With the weights in force for this request. */
  criteria: readonly { criterion: string; weight: number; required: boolean }[];
  minimumCoverage: number;
  /** Time left until the deadline, ms. */
  remainingMs: number;
  loadOf(criterion: string): CriterionLoad;
}

/** The part of the remaining time that estimates may fill: the rest is for the way there and back, and for their error. */
const usable = 0.8;

/**
 * Why a criterion can't be asked, or null when it can.
 *
 * Who is idle is always asked. A turtle, too slow even when idle, is therefore asked about as often as it can work:
 * its late partials keep coming, and so does the news that it became fast.
 */
export const skipReasonOf = (load: CriterionLoad, remainingMs: number): SkipReason | null => {
  if (load.replicas === 0) return 'asleep';
  if (load.waitMs <= 0) return null;
  return load.waitMs + (load.serviceMs ?? 0) > remainingMs * usable ? 'full' : null;
};

/** Rounding of added-up weights must not refuse anybody. */
const tolerance = 1e-9;

const unreachable = (question: AdmissionQuestion, skipped: Readonly<Record<string, SkipReason>>): string | null => {
  const missing = question.criteria.find((one) => one.required && skipped[one.criterion] !== undefined);
  if (missing !== undefined) return `the required criterion ${missing.criterion} is ${skipped[missing.criterion]}`;
  const asked = question.criteria.filter((one) => skipped[one.criterion] === undefined);
  if (asked.length === 0) return 'no criterion can be asked';
  const sum = (criteria: readonly { weight: number }[]): number => criteria.reduce((all, one) => all + one.weight, 0);
  const total = sum(question.criteria);
  const reach = total === 0 ? 1 : sum(asked) / total;
  if (reach + tolerance >= question.minimumCoverage) return null;
  const percent = (share: number): string => `${Math.round(share * 100)} %`;
  return `only ${percent(reach)} of the weight can be asked, and ${percent(question.minimumCoverage)} is needed`;
};

export const admit = (question: AdmissionQuestion): Admission => {
  const skipped: Record<string, SkipReason> = {};
  const chosen: string[] = [];
  let longestMs = 0;
  for (const { criterion } of question.criteria) {
    const load = question.loadOf(criterion);
    const reason = skipReasonOf(load, question.remainingMs);
    if (reason === null) chosen.push(criterion);
    else skipped[criterion] = reason;
    if (reason === 'full') longestMs = Math.max(longestMs, load.waitMs + (load.serviceMs ?? 0));
  }
  const because = unreachable(question, skipped);
  if (because === null) return { kind: 'admit', chosen, skipped };
  if (longestMs === 0) return { kind: 'asleep', because, skipped };
  const overMs = longestMs - question.remainingMs * usable;
  return { kind: 'refuse', retryAfterS: Math.max(1, Math.ceil(overMs / 1_000)), because, skipped };
};
