import type { Answer } from '../contract/answer.ts';
import type { Clock } from '../contract/clock.ts';
import { ProblemError } from '../contract/errors.ts';
import { limits } from '../contract/limits.ts';
import type { Plan } from '../contract/plan.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Scatter, Shipment } from '../scatter/shipment.ts';
import { admit } from './admission.ts';
import { composeAsk } from './compose-ask.ts';
import type { Load } from './load.ts';
import type { Open } from './open-requests.ts';
import type { OwnReason } from './own-answer.ts';
import type { Roster } from './roster.ts';

/** Decides who is asked and sends the question, and learns from what comes back. */
export interface Dispatcher {
  /** Chooses aggregator and criteria for a request whose profile is known, and scatters it. */
  dispatch(open: Open): Dispatched;
  /** The request is over, whatever became of it. */
  closed(open: Open): void;
  /** What an aggregator's answer says of waits and service times. */
  learn(open: Open, answer: Answer): void;
  /** Counts a request that was turned away before anybody was chosen. */
  turnedAway(plan: Plan): void;
}

export type Dispatched =
  | { kind: 'sent'; confirmed: Promise<void> }
  | { kind: 'refused'; error: ProblemError }
  | { kind: 'own'; reason: OwnReason };

export interface DispatcherOptions {
  roster: Roster;
  load: Load;
  serviceTimes: { observe(criterion: string, serviceMs: number): void };
  scatter: Pick<Scatter, 'send'>;
  replyTo: string;
  clock: Clock;
  metrics: Metrics;
}

const noProfile = { profile: { items: [], weights: [], atMs: [] }, seen: [] };

const overloaded = (because: string, retryAfterS: number): Dispatched => ({
  kind: 'refused',
  error: new ProblemError('overloaded', `The deadline can't be met: ${because}.`, { retryAfterS }),
});

const shipmentOf = (
  one: Open,
  ordinal: number,
  chosen: ReadonlySet<string>,
  sentFrom: { replyTo: string; nowMs: number; remainingMs: number },
): Shipment => {
  const { id, request, bound, subject, skipped } = one;
  const { replyTo, nowMs, remainingMs } = sentFrom;
  const criteria = bound.plan.criteria.filter((each) => chosen.has(each.criterion));
  const deadline = { deadlineAtMs: nowMs + remainingMs, remainingMs };
  return {
    lane: 'interactive',
    ordinal,
    replyTo,
    ask: composeAsk({ id, request, bound, subject, resolved: one.resolved ?? noProfile, deadline }),
    planVersion: bound.plan.version,
    round: 0,
    topN: Math.min(limits.topN, Math.max(bound.k, ...criteria.map((each) => each.topN))),
    criteria,
    skipped,
  };
};

export const createDispatcher = (options: DispatcherOptions): Dispatcher => {
  const { roster, load, clock, metrics, scatter, replyTo } = options;

  const count = (criteria: readonly string[], result: 'admitted' | 'skipped' | 'refused'): void => {
    for (const criterion of criteria)
      metrics.count('medley_gateway_demand_total', { criterion, lane: 'interactive', result });
  };
  const criteriaOf = (plan: Plan): readonly string[] => plan.criteria.map((one) => one.criterion);
  const remainingOf = (one: Open): number => Math.max(0, one.arrivedMs + one.deadlineMs - clock.monotonicMs());

  const send = (one: Open, ordinal: number, chosen: readonly string[]): Dispatched => {
    const shipment = shipmentOf(one, ordinal, new Set(chosen), {
      replyTo,
      nowMs: clock.nowMs(),
      remainingMs: remainingOf(one),
    });
    const marks = new Map(chosen.map((criterion) => [criterion, load.asked(criterion)]));
    one.sent = { ordinal, askedMs: clock.monotonicMs(), marks };
    roster.opened(ordinal);
    return { kind: 'sent', confirmed: scatter.send(shipment) };
  };

  return {
    dispatch(one) {
      const { plan, subjectKey, weights } = one.bound;
      const ordinal = roster.choose(subjectKey, plan.recommender);
      const notAsked = (note: string, problem: OwnReason['problem']): Dispatched => {
        count(criteriaOf(plan), 'skipped');
        return { kind: 'own', reason: { kind: 'not-asked', note, problem } };
      };
      const refused = (because: string, retryAfterS: number): Dispatched => {
        count(criteriaOf(plan), 'refused');
        return overloaded(because, retryAfterS);
      };
      if (ordinal === 'none') return notAsked('no aggregator is announced', 'no-aggregator');
      if (ordinal === 'full') return refused('every aggregator holds all it can', 1);
      const admission = admit({
        criteria: plan.criteria.map((each) => ({ ...each, weight: weights.get(each.criterion) ?? 0 })),
        minimumCoverage: plan.minimumCoverage,
        remainingMs: remainingOf(one),
        loadOf: load.of,
      });
      one.skipped = admission.skipped;
      if (admission.kind === 'refuse') return refused(admission.because, admission.retryAfterS);
      if (admission.kind === 'asleep') return notAsked(admission.because, 'no-answer');
      count(Object.keys(admission.skipped), 'skipped');
      count(admission.chosen, 'admitted');
      return send(one, ordinal, admission.chosen);
    },
    closed(one) {
      if (one.sent !== null) roster.closed(one.sent.ordinal);
    },
    learn(one, answer) {
      if (one.sent === null) return;
      const { askedMs, marks } = one.sent;
      for (const coverage of answer.coverage.criteria) {
        const mark = marks.get(coverage.criterion);
        if (mark === undefined) continue;
        load.report(coverage, { askedMs, mark, deadlineMs: one.deadlineMs });
        const worked = coverage.outcome === 'scored' || coverage.outcome === 'abstained';
        if (!worked || coverage.serviceMs === null) continue;
        options.serviceTimes.observe(coverage.criterion, Math.min(coverage.serviceMs, clock.monotonicMs() - askedMs));
      }
    },
    turnedAway: (plan) => count(criteriaOf(plan), 'refused'),
  };
};
