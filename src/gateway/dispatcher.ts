import type { Answer, CriterionCoverage } from '../contract/answer.ts';
import type { Clock } from '../contract/clock.ts';
import { ProblemError } from '../contract/errors.ts';
import { limits } from '../contract/limits.ts';
import type { Plan } from '../contract/plan.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Span, Tracer } from '../runtime/tracer.ts';
import type { Counted, DemandLedger } from '../scatter/demand-ledger.ts';
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
  /** The last timer of a request rang before any answer came. */
  overdue(open: Open): void;
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
  demand: Pick<DemandLedger, 'count'>;
  replyTo: string;
  clock: Clock;
  metrics: Metrics;
  /** Null: traces are off. */
  tracer?: Tracer | null;
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
  sentFrom: { replyTo: string; nowMs: number; remainingMs: number; traceparent: string | undefined },
): Shipment => {
  const { id, request, bound, subject, skipped } = one;
  const { replyTo, nowMs, remainingMs, traceparent } = sentFrom;
  const criteria = bound.plan.criteria.filter((each) => chosen.has(each.criterion));
  const deadline = { deadlineAtMs: nowMs + remainingMs, remainingMs };
  return {
    lane: 'interactive',
    ordinal,
    replyTo,
    ask: composeAsk({ id, request, bound, subject, resolved: one.resolved ?? noProfile, deadline, traceparent }),
    planVersion: bound.plan.version,
    round: 0,
    topN: Math.min(limits.topN, Math.max(bound.k, ...criteria.map((each) => each.topN))),
    criteria,
    skipped,
  };
};

export const createDispatcher = (options: DispatcherOptions): Dispatcher => {
  const { roster, load, clock, metrics, scatter, demand, replyTo, tracer = null } = options;

  const count = (criterion: string, result: Exclude<Counted, 'late'>): void => {
    metrics.count('medley_gateway_demand_total', { criterion, lane: 'interactive', result });
    demand.count('interactive', criterion, result);
  };
  const countAll = (criteria: readonly string[], what: Exclude<Counted, 'late'>): void => {
    for (const criterion of criteria) count(criterion, what);
  };
  const criteriaOf = (plan: Plan): readonly string[] => plan.criteria.map((one) => one.criterion);
  const remainingOf = (one: Open): number => Math.max(0, one.arrivedMs + one.deadlineMs - clock.monotonicMs());

  const beginScatter = (one: Open, ordinal: number, chosen: readonly string[]): Span | undefined => {
    if (tracer === null || one.traceparent === undefined) return undefined;
    const attributes = { 'medley.aggregator': ordinal, 'medley.criteria': chosen.join(',') };
    return tracer.begin('scatter', { kind: 'producer', parent: one.traceparent, attributes });
  };
  const send = (one: Open, ordinal: number, chosen: readonly string[]): Dispatched => {
    const span = beginScatter(one, ordinal, chosen);
    const shipment = shipmentOf(one, ordinal, new Set(chosen), {
      replyTo,
      traceparent: span?.traceparent,
      nowMs: clock.nowMs(),
      remainingMs: remainingOf(one),
    });
    const marks = new Map(chosen.map((criterion) => [criterion, load.asked(criterion)]));
    one.sent = { ordinal, askedMs: clock.monotonicMs(), marks };
    roster.opened(ordinal);
    const confirmed = scatter.send(shipment);
    if (span !== undefined)
      confirmed.then(
        () => span.end(),
        (error: unknown) => span.end({}, String(error)),
      );
    return { kind: 'sent', confirmed };
  };

  const learnOf = (one: Open, { askedMs, marks }: NonNullable<Open['sent']>, coverage: CriterionCoverage): void => {
    const { criterion, outcome, serviceMs } = coverage;
    const mark = marks.get(criterion);
    if (mark === undefined) return;
    load.report(coverage, { askedMs, mark, deadlineMs: one.deadlineMs });
    if (outcome === 'late' || outcome === 'expired') demand.count('interactive', criterion, 'late');
    const worked = outcome === 'scored' || outcome === 'abstained';
    if (!worked || serviceMs === null) return;
    options.serviceTimes.observe(criterion, Math.min(serviceMs, clock.monotonicMs() - askedMs));
  };

  return {
    dispatch(one) {
      const { plan, subjectKey, weights } = one.bound;
      const ordinal = roster.choose(subjectKey, plan.recommender);
      const notAsked = (note: string, problem: OwnReason['problem']): Dispatched => {
        for (const criterion of criteriaOf(plan)) count(criterion, one.skipped[criterion] ?? 'refused');
        return { kind: 'own', reason: { kind: 'not-asked', note, problem } };
      };
      const refused = (because: string, retryAfterS: number): Dispatched => {
        countAll(criteriaOf(plan), 'refused');
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
      for (const [criterion, reason] of Object.entries(admission.skipped)) count(criterion, reason);
      countAll(admission.chosen, 'admitted');
      return send(one, ordinal, admission.chosen);
    },
    closed(one) {
      if (one.sent !== null) roster.closed(one.sent.ordinal);
    },
    learn(one, answer) {
      if (one.sent === null) return;
      for (const coverage of answer.coverage.criteria) learnOf(one, one.sent, coverage);
    },
    overdue(one) {
      if (one.sent === null) countAll(criteriaOf(one.bound.plan), 'refused');
      else for (const criterion of one.sent.marks.keys()) demand.count('interactive', criterion, 'late');
    },
    turnedAway: (plan) => countAll(criteriaOf(plan), 'refused'),
  };
};
