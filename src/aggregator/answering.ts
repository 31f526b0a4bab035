import type { Answer } from '../contract/answer.ts';
import type { Clock } from '../contract/clock.ts';
import type { Item } from '../contract/item.ts';
import type { Partial as ScorerPartial } from '../contract/partial-batch.ts';
import type { Plan } from '../contract/plan.ts';
import type { Lane } from '../contract/primitives.ts';
import type { ScoringRequest } from '../contract/request-batch.ts';
import type { Metrics } from '../runtime/metrics.ts';
import { type Composed, composeAnswer } from './compose-answer.ts';
import type { ClosedGroup } from './gather.ts';
import type { GatherTrace } from './gather-trace.ts';
import type { HeldGroup } from './gathering.ts';
import type { LatePartials } from './late.ts';
import type { LeadTime } from './lead-time.ts';
import type { PlanMemory } from './plan-memory.ts';

/** What both lanes do with a closed group: the answer, and what is to be remembered of it. */
export interface Answering {
  /** Null: no plan of this recommender is known here. */
  compose(
    group: HeldGroup,
    lane: Lane,
    second?: ReadonlyMap<string, ScorerPartial>,
  ): { composed: Composed; plan: Plan } | null;
  /** An answer that says why there is none. */
  without(request: ScoringRequest, note: string): Answer;
  /** Counts an answer on its way out. */
  count(answer: Answer, lane: Lane): void;
  keepLate(criterion: string, partial: ScorerPartial, closed: ClosedGroup): void;
}

export interface AnsweringOptions {
  plans: PlanMemory;
  late: LatePartials;
  itemOf(id: string): Item | null | undefined;
  leadTime: LeadTime;
  clock: Clock;
  metrics: Metrics;
  /** Null: traces are off. */
  trace?: GatherTrace | null;
}

export const createAnswering = (options: AnsweringOptions): Answering => {
  const { plans, late, itemOf, leadTime, clock, metrics, trace = null } = options;

  const remember = (group: HeldGroup, { fresh, standIns }: Composed): void => {
    const { subject } = group.request;
    for (const criterion of standIns) metrics.count('medley_aggregator_late_used_total', { criterion });
    if (subject.kind === 'user') for (const criterion of fresh) late.drop(subject.id, criterion);
  };

  return {
    compose(group, lane, second) {
      const plan = plans.planFor(group.request);
      if (plan === undefined) return null;
      const nowMs = clock.monotonicMs();
      const wallMs = clock.nowMs();
      // A durable request's own way began when it was accepted; an interactive one's at its gateway, which knows better.
      const { deadlineAtMs, remainingMs } = group.request;
      const totalMs = lane === 'durable' ? wallMs - (deadlineAtMs - remainingMs) : nowMs - group.receivedAtMs;
      const span = trace?.fuse(group);
      const composed = composeAnswer({
        group,
        plan,
        late,
        itemOf,
        ...(second === undefined ? {} : { second }),
        nowMs,
        wallMs,
        totalMs: Math.max(0, totalMs),
      });
      span?.end({ 'medley.criteria': composed.fresh.join(',') });
      remember(group, composed);
      const tookMs = clock.monotonicMs() - nowMs;
      leadTime.observe(tookMs);
      metrics.observe('medley_aggregator_fuse_seconds', { recommender: plan.recommender }, tookMs / 1_000);
      return { composed, plan };
    },
    without: (request, note) => ({
      requestId: request.id,
      recommender: request.recommender,
      plan: { version: request.planVersion },
      subject: request.subject,
      source: 'none',
      complete: false,
      exact: false,
      items: [],
      coverage: { weight: 0, criteria: [] },
      timings: { totalMs: 0, deadlineMs: Math.ceil(request.remainingMs), slowestMs: null, slowest: null, sumMs: 0 },
      note,
    }),
    count(answer, lane) {
      const { source, coverage } = answer;
      // Anyone may name any recommender: only one that has a plan becomes a label.
      const { recommender } = plans.planFor({ recommender: answer.recommender, planVersion: answer.plan.version }) ?? {
        recommender: 'unknown',
      };
      metrics.count('medley_aggregator_answers_total', { recommender, lane, source });
      metrics.observe('medley_aggregator_coverage_ratio', { recommender }, coverage.weight);
      for (const { criterion, outcome } of coverage.criteria) {
        metrics.count('medley_aggregator_outcomes_total', { recommender, criterion, outcome });
      }
    },
    keepLate(criterion, partial, { subject, unconstrained }) {
      if (subject.kind !== 'user' || !unconstrained || partial.outcome !== 'scored') return;
      late.keep(subject.id, criterion, partial, clock.monotonicMs());
      metrics.gauge('medley_aggregator_late_users', {}, late.users());
    },
  };
};
