import type { Incoming, Verdict } from '../broker/port.ts';
import type { Clock } from '../contract/clock.ts';
import { decodeIntake } from '../contract/codec.ts';
import type { Plan } from '../contract/plan.ts';
import type { Ask } from '../contract/request-batch.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { PlanBook } from '../scatter/plan-book.ts';
import type { AnswerStore } from '../store/port.ts';
import type { DurableRounds, Ending } from './durable-round.ts';
import { idInIntake } from './intake-id.ts';
import type { Persevere } from './persevere.ts';
import type { SetAside } from './set-aside.ts';

/** Accepted work: taken from the intake queue, scattered, gathered, its ending stored, and only then settled. */
export interface DurableLane {
  handle(message: Incoming): Promise<Verdict>;
  /** Gives back what has not ended: another aggregator takes it. */
  abandon(): void;
}

/** How long a recommender that is not known yet is waited for, and how often it is looked for, ms. */
const planPatienceMs = 30_000;
const planLookMs = 250;
/** Of the time left, what storing the answer may take: it is to be there at the deadline, not after it. */
const reserveShare = 0.1;
const longestReserveMs = 500;

export const createDurableLane = (options: {
  rounds: DurableRounds;
  answers: Pick<AnswerStore, 'get' | 'complete' | 'fail'>;
  plans: Pick<PlanBook, 'get'>;
  setAside: SetAside;
  /** Towards the store: it comes back, and accepted work waits for it. */
  persevere: Persevere;
  clock: Clock;
  metrics: Metrics;
}): DurableLane => {
  const { rounds, answers, plans, setAside, persevere, clock, metrics } = options;
  const working = new Map<string, Promise<Verdict>>();
  /** How to give back each message that is here. */
  const givers = new Set<(verdict: Verdict) => void>();
  let isAbandoned = false;
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => void clock.setTimer(ms, resolve));
  const count = (recommender: string, result: string): void =>
    metrics.count('medley_aggregator_durable_total', { recommender, result });

  const findPlan = async (recommender: string): Promise<Plan | undefined> => {
    const untilMs = clock.monotonicMs() + planPatienceMs;
    while (plans.get(recommender) === undefined && clock.monotonicMs() < untilMs) await sleep(planLookMs);
    return plans.get(recommender);
  };

  const fail = async (ask: Ask, because: string): Promise<Verdict> => {
    await persevere(() => answers.fail(ask.id, because));
    count(plans.get(ask.recommender)?.recommender ?? 'unknown', 'failed');
    return 'ack';
  };

  const hasEnded = async (id: string): Promise<boolean> => {
    const status = await persevere(() => answers.get(id, clock.nowMs()));
    return status !== null && status.state !== 'pending';
  };

  const store = async (ask: Ask, plan: Plan, ending: Ending): Promise<Verdict> => {
    if (ending.kind === 'failure') return fail(ask, ending.because);
    const isFirst = await persevere(() => answers.complete(ask.id, ending.answer));
    count(plan.recommender, isFirst ? 'answered' : 'answered-before');
    return 'ack';
  };

  const work = async (ask: Ask, mayHaveEnded: boolean): Promise<Verdict> => {
    if (mayHaveEnded && (await hasEnded(ask.id))) return 'ack';
    const plan = await findPlan(ask.recommender);
    if (plan === undefined) return fail(ask, `There is no recommender ${ask.recommender}.`);
    // From 0, so that the first failures show as a rise.
    metrics.count('medley_aggregator_durable_total', { recommender: plan.recommender, result: 'failed' }, 0);
    // Counted from acceptance by the wall clock: a message that waited here for long says nothing of its sender's clock.
    const leftMs = Math.min(ask.deadlineAtMs - clock.nowMs(), ask.remainingMs);
    if (leftMs <= 0) return fail(ask, 'The deadline passed before an aggregator could begin.');
    const gatherMs = leftMs - Math.min(longestReserveMs, leftMs * reserveShare);
    const { ending, release } = await rounds.run(ask, plan, clock.monotonicMs() + gatherMs);
    try {
      return isAbandoned ? 'requeue' : await store(ask, plan, ending);
    } finally {
      release();
    }
  };

  const begin = (message: Incoming, ask: Ask): Promise<Verdict> => {
    const known = working.get(ask.id);
    if (known !== undefined) {
      // Delivered again while it is under way: the broker was away, and so may be what was asked of the scorers.
      rounds.askAgain(ask.id);
      return known;
    }
    const verdict = work(ask, message.redelivered || message.deliveries > 0).finally(() => working.delete(ask.id));
    working.set(ask.id, verdict);
    return verdict;
  };

  /** No race against one long-lived promise: it would keep something of every request for as long as the process lives. */
  const unlessAbandoned = (verdict: Promise<Verdict>): Promise<Verdict> =>
    new Promise((resolve, reject) => {
      givers.add(resolve);
      if (isAbandoned) resolve('requeue');
      void verdict.then(resolve, reject).finally(() => givers.delete(resolve));
    });

  return {
    async handle(message) {
      const decoded = decodeIntake(message);
      if (decoded.ok) return unlessAbandoned(begin(message, decoded.value.ask));
      const id = idInIntake(message.body);
      if (id !== null) await persevere(() => answers.fail(id, `The accepted request can't be read: ${decoded.reason}`));
      await setAside.whole(message, decoded.reason);
      return 'ack';
    },
    abandon() {
      isAbandoned = true;
      for (const giveBack of givers) giveBack('requeue');
    },
  };
};
