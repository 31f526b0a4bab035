import type { Answer } from '../contract/answer.ts';
import type { Clock } from '../contract/clock.ts';
import type { Partial as ScorerPartial } from '../contract/partial-batch.ts';
import type { Plan } from '../contract/plan.ts';
import type { Lane } from '../contract/primitives.ts';
import type { Ask, ScoringRequest } from '../contract/request-batch.ts';
import type { Log } from '../runtime/log.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Scatter } from '../scatter/shipment.ts';
import type { Answering } from './answering.ts';
import type { Composed } from './compose-answer.ts';
import type { Fused } from './fuse.ts';
import type { Gathering, HeldGroup } from './gathering.ts';
import { createHold } from './hold.ts';
import type { RoundTimes } from './round-times.ts';

/** The second round: the criteria score the union of their lists, so that nothing in it is unknown to any of them. */
export interface Refiner {
  /** True: a second round is under way and answers for the group. False: the answer at hand is to be given. */
  begin(group: HeldGroup, composed: Composed, plan: Plan): boolean;
  /** The first group with its answer, now that the second is closed; null: it was answered already. */
  end(second: HeldGroup): { first: HeldGroup; answer: Answer } | null;
}

export interface RefinerOptions {
  lane: Lane;
  ordinal: number;
  scatter: Pick<Scatter, 'send'>;
  /** Opens the group of the second round, before anything is asked, so that no partial comes first. */
  open: Gathering['open'];
  answering: Pick<Answering, 'compose'>;
  times: RoundTimes;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

const mostCandidates = 150;
/** What fusing again and sending the answer take, ms. */
const reserveMs = 5;
/** Where the time is too short, one in so many is tried all the same: else nobody would notice that it became longer. */
const probeEvery = 64;

/** The ids of a fusion, the best first. */
const rankedIds = ({ ids, totals }: Fused): string[] => {
  const slots = ids.map((_, slot) => slot).sort((a, b) => (totals[b] as number) - (totals[a] as number));
  return slots.map((slot) => ids[slot] as string);
};

/**
 * What a second round names: the best of the answer so far and of every list, in turn.
 *
 * Of every list, also of one that had no say in the first round: else it could only put in order what the others found.
 */
export const candidatesOf = (
  fused: Fused,
  said: Iterable<Pick<ScorerPartial, 'outcome' | 'items'>>,
): readonly string[] => {
  const lists = [rankedIds(fused)];
  for (const { outcome, items } of said) if (outcome === 'scored') lists.push([...items]);
  const longest = lists.reduce((most, { length }) => Math.max(most, length), 0);
  const named = new Set<string>();
  for (let place = 0; place < longest; place += 1) {
    for (const id of lists.flatMap((list) => list[place] ?? [])) {
      if (named.size < mostCandidates) named.add(id);
    }
    if (named.size === mostCandidates) break;
  }
  return [...named];
};

/** What the second round said; null where one did not score in it: half of it would compare unlike lists. */
const saidIn = ({ criteria, arrivals }: HeldGroup): ReadonlyMap<string, ScorerPartial> | null => {
  const said = new Map<string, ScorerPartial>();
  for (const [bit, criterion] of criteria.entries()) {
    const partial = arrivals[bit]?.partial;
    if (partial?.outcome !== 'scored') return null;
    said.set(criterion, partial);
  }
  return said;
};

interface First {
  group: HeldGroup;
  answer: Answer;
}

export const createRefiner = (options: RefinerOptions): Refiner => {
  const { lane, ordinal, times, clock, log, metrics } = options;
  const firsts = new Map<string, First>();
  let refused = 0;

  const fits = (group: HeldGroup): boolean => {
    const { recommender } = group.request;
    const leftMs = group.dueMs - clock.monotonicMs() - reserveMs;
    if (times.p95(recommender) <= leftMs) return true;
    refused += 1;
    return leftMs > 0 && refused % probeEvery === 0;
  };

  const secondRequest = (
    group: HeldGroup,
    candidates: readonly string[],
    criteria: readonly string[],
  ): ScoringRequest => {
    const remainingMs = Math.max(0, group.dueMs - clock.monotonicMs());
    return {
      ...group.request,
      candidates,
      deadlineAtMs: clock.nowMs() + remainingMs,
      remainingMs,
      round: 1,
      mask: 2 ** criteria.length - 1,
      topN: candidates.length,
    };
  };

  const scatter = (
    request: ScoringRequest,
    criteria: readonly string[],
    ship: { replyTo: string | null; plan: Plan },
  ): void => {
    const { round: _round, mask: _mask, topN, planVersion, skipped, ...ask } = request;
    const planned = new Map(ship.plan.criteria.map((one) => [one.criterion, one.generation]));
    const shipment = {
      lane,
      ordinal,
      replyTo: ship.replyTo,
      ask: ask satisfies Ask,
      planVersion,
      round: 1 as const,
      topN,
      criteria: criteria.map((criterion) => ({ criterion, generation: planned.get(criterion) ?? 0 })),
      skipped,
    };
    options.scatter.send(shipment).catch((error: unknown) => {
      // The group of the second round ends at the deadline, and the first answer is given then.
      log.warn({ event: 'second-round-not-sent', requestId: request.id, err: error }, 'the first answer will be given');
    });
  };

  return {
    begin(group, composed, plan) {
      const { recommender } = group.request;
      if (!plan.refine) return false;
      const isWhole = group.missing === 0 && composed.standIns.length === 0;
      if (isWhole) times.observe(recommender, 0, clock.monotonicMs() - group.receivedAtMs);
      // Named candidates were scored by all in the first round.
      const isSettled = composed.provable && !(composed.refinesDifferently && group.request.candidates === undefined);
      if (!isWhole || composed.shortfall !== null || isSettled || composed.fused === null) return false;
      const criteria = composed.refinable;
      const said = group.arrivals.flatMap((arrival) => arrival?.partial ?? []);
      const candidates = candidatesOf(composed.fused, said);
      if (candidates.length === 0 || criteria.length === 0 || !fits(group)) return false;
      const request = secondRequest(group, candidates, criteria);
      const { replyTo, dueMs } = group;
      const receivedAtMs = clock.monotonicMs();
      const { hold } = createHold(1);
      if (options.open({ request, criteria, replyTo, receivedAtMs, dueMs, held: hold }) === null) return false;
      firsts.set(request.id, { group, answer: composed.answer });
      scatter(request, criteria, { replyTo, plan });
      return true;
    },

    end(second) {
      const { id, recommender } = second.request;
      const first = firsts.get(id);
      if (first === undefined) return null;
      firsts.delete(id);
      times.observe(recommender, 1, clock.monotonicMs() - second.receivedAtMs);
      const said = saidIn(second);
      metrics.count('medley_aggregator_refined_total', { recommender, result: said === null ? 'late' : 'used' });
      const made = said === null ? null : options.answering.compose(first.group, lane, said);
      const answer = made?.composed.answer ?? first.answer;
      const totalMs = Math.max(answer.timings.totalMs, clock.monotonicMs() - first.group.receivedAtMs);
      return { first: first.group, answer: { ...answer, timings: { ...answer.timings, totalMs } } };
    },
  };
};
