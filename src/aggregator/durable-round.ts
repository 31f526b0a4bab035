import type { Answer } from '../contract/answer.ts';
import type { Clock } from '../contract/clock.ts';
import type { Plan } from '../contract/plan.ts';
import type { Ask, ScoringRequest } from '../contract/request-batch.ts';
import type { Log } from '../runtime/log.ts';
import type { Scatter } from '../scatter/shipment.ts';
import type { Answering } from './answering.ts';
import type { Composed } from './compose-answer.ts';
import { durationText } from './coverage.ts';
import type { Gathering, HeldGroup } from './gathering.ts';
import type { Refiner } from './refine.ts';

/** How a durable request ended: in one answer or one failure with its reason. */
export type Ending = { kind: 'answer'; answer: Answer } | { kind: 'failure'; because: string };

export interface Ended {
  ending: Ending;
  /** Lets go of the messages that made it, once it is stored. */
  release(): void;
}

/** Scatters a durable request and waits for its group to close. */
export interface DurableRounds {
  /** Resolves at `dueMs` on the monotonic clock at the latest. */
  run(ask: Ask, plan: Plan, dueMs: number): Promise<Ended>;
  /** Asks again those of a request under way that have not answered: the broker may have lost what was under way. */
  askAgain(id: string): void;
  /** A group of the durable lane is closed. */
  close(group: HeldGroup): void;
}

/**
 * Between two attempts to scatter, ms: at first and at most, no more than a share of the time that is left, and at least. One
 * that is not confirmed may be under way all the same, and each more of it is scored once more; answers to it end the attempts.
 */
const firstPauseMs = 500;
const longestPauseMs = 4_000;
const pauseShare = 0.25;
const shortestPauseMs = 50;
/** What comes back because its connection was cut is given so long to be answered by what was asked before, ms. */
const askAgainMs = 1_000;

/** A durable request has no gateway to fall back for it: too little is an explicit failure. */
const endingOf = ({ answer, shortfall, standIns }: Composed): Ending => {
  if (shortfall !== null) return { kind: 'failure', because: shortfall };
  const isAnswered = answer.coverage.criteria.some(({ outcome }) => outcome === 'scored' || outcome === 'abstained');
  if (isAnswered || standIns.length > 0) return { kind: 'answer', answer };
  return { kind: 'failure', because: `No criterion answered within ${durationText(answer.timings.deadlineMs)}.` };
};

interface Running {
  request: ScoringRequest;
  plan: Plan;
  group: HeldGroup | null;
  /** Monotonic ms. */
  dueMs: number;
  /** Asking is under way, or will be in a moment. */
  asking: boolean;
  end(ended: Ended): void;
}

const missingIn = ({ plan, group }: Running): Plan['criteria'] =>
  plan.criteria.filter((_, bit) => group === null || group.arrivals[bit] === undefined);

export const createDurableRounds = (options: {
  gathering: Pick<Gathering, 'open'>;
  scatter: Pick<Scatter, 'send'>;
  answering: Pick<Answering, 'compose' | 'count'>;
  refiner: Refiner;
  ordinal: number;
  clock: Clock;
  log: Log;
}): DurableRounds => {
  const { gathering, answering, refiner, ordinal, clock, log } = options;
  const running = new Map<string, Running>();
  const pause = ({ dueMs }: Running, ms: number): Promise<void> => {
    const shareMs = Math.max(shortestPauseMs, (dueMs - clock.monotonicMs()) * pauseShare);
    return new Promise((resolve) => void clock.setTimer(Math.min(ms, shareMs), resolve));
  };

  /** Asks until it is confirmed that they were asked, or the request has ended. */
  const scatter = async (one: Running): Promise<void> => {
    const { request } = one;
    const { round: _round, mask: _mask, topN, planVersion, skipped, ...ask } = request;
    const base = { lane: 'durable' as const, ordinal, replyTo: null, round: 0 as const };
    for (let pauseMs = firstPauseMs; running.get(request.id) === one; pauseMs = Math.min(longestPauseMs, 2 * pauseMs)) {
      const criteria = missingIn(one);
      if (criteria.length === 0) return;
      try {
        await options.scatter.send({ ...base, ask, planVersion, topN, skipped, criteria });
        return;
      } catch (error) {
        log.warn({ event: 'durable-not-scattered', requestId: request.id, err: error }, 'will be tried again');
        await pause(one, pauseMs);
      }
    }
  };
  const askMissing = async (one: Running, afterMs: number): Promise<void> => {
    if (one.asking) return;
    one.asking = true;
    if (afterMs > 0) await pause(one, afterMs);
    await scatter(one);
    one.asking = false;
  };

  const end = (group: HeldGroup, ending: Ending): void => {
    const { id } = group.request;
    const one = running.get(id);
    running.delete(id);
    if (ending.kind === 'answer') answering.count(ending.answer, 'durable');
    const release = (): void => {
      for (const hold of group.held) hold.release();
    };
    if (one === undefined) release();
    else one.end({ ending, release });
  };

  const closeFirst = (group: HeldGroup): void => {
    const made = answering.compose(group, 'durable');
    if (made === null) {
      end(group, { kind: 'failure', because: `There is no recommender ${group.request.recommender} any more.` });
    } else if (!refiner.begin(group, made.composed, made.plan)) end(group, endingOf(made.composed));
  };
  const closeSecond = (group: HeldGroup): void => {
    const ended = refiner.end(group);
    for (const hold of group.held) hold.release();
    if (ended !== null) end(ended.first, { kind: 'answer', answer: ended.answer });
  };

  return {
    run: (ask, plan, dueMs) =>
      new Promise((resolve, reject) => {
        const criteria = plan.criteria.map(({ criterion }) => criterion);
        const request: ScoringRequest = {
          ...ask,
          round: 0,
          mask: 2 ** criteria.length - 1,
          topN: Math.max(...plan.criteria.map(({ topN }) => topN)),
          planVersion: plan.version,
          skipped: {},
        };
        const receivedAtMs = clock.monotonicMs();
        const held = { release() {} };
        const one: Running = { request, plan, group: null, dueMs, asking: false, end: resolve };
        running.set(ask.id, one);
        one.group = gathering.open({ request, criteria, replyTo: null, receivedAtMs, dueMs, held, again: true });
        if (one.group === null) {
          running.delete(ask.id);
          reject(new Error(`no room to gather ${ask.id}`));
          return;
        }
        void askMissing(one, 0);
      }),
    askAgain(id) {
      const one = running.get(id);
      if (one !== undefined) void askMissing(one, askAgainMs);
    },
    close: (group) => (group.request.round === 0 ? closeFirst(group) : closeSecond(group)),
  };
};
