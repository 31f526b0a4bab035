import { MessageTooLargeError, PublishReturnedError } from '../broker/errors.ts';
import type { Answer } from '../contract/answer.ts';
import type { Clock } from '../contract/clock.ts';
import { ProblemError } from '../contract/errors.ts';
import type { RecommendationRequest } from '../contract/http.ts';
import type { Plan } from '../contract/plan.ts';
import { subjectKey } from '../contract/primitives.ts';
import type { Log } from '../runtime/log.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { PlanBook } from '../scatter/plan-book.ts';
import type { Arrival } from './arrival.ts';
import { bindRequest } from './compose-ask.ts';
import type { Dispatcher } from './dispatcher.ts';
import { allowsFallback, type FallbackQuestion, type Found } from './fallback.ts';
import { questionOf, rememberedAs } from './fallback-question.ts';
import { createOpenRequests, type Open } from './open-requests.ts';
import { type OwnReason, ownAnswer } from './own-answer.ts';
import { type ProfileSource, subjectOf } from './profile.ts';

/**
 * Asks one question and comes back with an answer by the deadline, come what may: the gateway without its HTTP.
 *
 * One deadline, counted from arrival. What no aggregator has answered by then (and a short grace) is answered here, from
 * the fallback lists, and says so.
 */
export interface Asker {
  /** @throws ProblemError where the request is refused; never later than the last timer */
  ask(request: RecommendationRequest, arrival: Arrival): Promise<Answer>;
  /** Takes an answer off the reply queue. */
  receive(answer: Answer): void;
  open(): number;
  /** Resolves when nothing is open. */
  idle(): Promise<void>;
  stop(): void;
}

export interface AskerOptions {
  plans: Pick<PlanBook, 'get'>;
  profiles: ProfileSource;
  dispatcher: Dispatcher;
  fallback: {
    find(question: FallbackQuestion): Found;
    remember(answer: Answer, slot: string): void;
  };
  /** Of the publisher that scatters. */
  brokerState(): 'ready' | 'blocked' | 'down';
  clock: Clock;
  log: Log;
  metrics: Metrics;
  /** How long after the deadline an answer on its way may still arrive, ms. */
  graceMs: number;
  maxOpen: number;
}

const overdue = (one: Open): OwnReason => {
  const within = `within ${Math.round(one.deadlineMs)} ms`;
  return one.sent === null
    ? { kind: 'not-asked', note: `the store did not answer ${within}`, problem: 'store-unavailable' }
    : { kind: 'late', note: `no aggregator answered ${within}`, problem: 'no-answer' };
};

const warnEveryMs = 5_000;

export const createAsker = (options: AskerOptions): Asker => {
  const { clock, log, metrics, dispatcher, fallback } = options;
  let warnedMs = Number.NEGATIVE_INFINITY;
  /** To a hundredth of a millisecond: more would only be noise in a body. */
  const sinceArrivalMs = (one: Open): number => Math.round((clock.monotonicMs() - one.arrivedMs) * 100) / 100;
  const countRequest = (recommender: string, result: string): void =>
    metrics.count('medley_gateway_requests_total', { recommender, lane: 'interactive', result });

  const leave = (one: Open, result: string): boolean => {
    if (!table.remove(one)) return false;
    dispatcher.closed(one);
    countRequest(one.bound.plan.recommender, result);
    metrics.gauge('medley_gateway_open_requests', {}, table.count());
    return true;
  };

  const finish = (one: Open, answer: Answer): void => {
    if (!leave(one, answer.source)) return;
    const labels = { recommender: answer.recommender, source: answer.source };
    metrics.observe('medley_gateway_answer_seconds', labels, answer.timings.totalMs / 1_000);
    metrics.observe('medley_gateway_deadline_used_ratio', labels, answer.timings.totalMs / Math.max(1, one.deadlineMs));
    one.resolve(answer);
  };

  const refuse = (one: Open, error: ProblemError): void => {
    if (leave(one, error.code)) one.reject(error);
  };

  /** The fallback for a request; undefined where the recommender allows none. */
  const findFor = (one: Open): Found | undefined =>
    allowsFallback(one.bound.plan) ? fallback.find(questionOf(one, clock.nowMs())) : undefined;

  const answerItself = (one: Open, reason: OwnReason): void => {
    const found = findFor(one);
    if (found !== undefined) finish(one, ownAnswer(one, found, reason, sinceArrivalMs(one)));
    else
      refuse(one, new ProblemError(reason.problem, `No fallback is allowed, and ${reason.note}.`, { retryAfterS: 1 }));
  };

  const table = createOpenRequests(clock, (one) => {
    dispatcher.overdue(one);
    answerItself(one, overdue(one));
  });

  /** What can be said before anything is looked up. */
  const doorProblem = (): ProblemError | undefined => {
    if (table.count() >= options.maxOpen) {
      return new ProblemError('overloaded', `${table.count()} requests are open here, which is all it holds.`, {
        retryAfterS: 1,
      });
    }
    const state = options.brokerState();
    if (state === 'ready') return undefined;
    const detail = state === 'blocked' ? 'The broker takes no messages for now.' : 'The broker can not be reached.';
    return new ProblemError('broker-unavailable', detail, { retryAfterS: 1 });
  };

  const planOf = (recommender: string): Plan => {
    const plan = options.plans.get(recommender);
    if (plan !== undefined) return plan;
    throw new ProblemError('unknown-recommender', `There is no recommender ${recommender}.`);
  };

  const onSendFailed = (one: Open, error: unknown): void => {
    log.debug({ event: 'scatter-failed', requestId: one.id, err: error }, 'a request was not confirmed');
    if (error instanceof PublishReturnedError) {
      answerItself(one, { kind: 'not-asked', note: 'no queue took the request', problem: 'no-answer' });
    } else if (error instanceof MessageTooLargeError) {
      refuse(one, new ProblemError('body-too-large', 'The request with its profile does not fit one message.'));
    }
    // Anything else means "unknown": scorers may have it, so the last timer decides.
  };

  const scatter = (one: Open): void => {
    const dispatched = dispatcher.dispatch(one);
    if (dispatched.kind === 'refused') refuse(one, dispatched.error);
    else if (dispatched.kind === 'own') answerItself(one, dispatched.reason);
    else dispatched.confirmed.catch((error: unknown) => onSendFailed(one, error));
  };

  /** Thousands of requests meet one fault. */
  const warnOfStore = (error: unknown): void => {
    const nowMs = clock.monotonicMs();
    if (nowMs - warnedMs < warnEveryMs) return;
    warnedMs = nowMs;
    log.warn({ event: 'profiles-not-resolved', err: error }, 'requests are answered without a profile');
  };

  /** Nobody was asked, and would have been: that is demand all the same. */
  const turnAway = (one: Open, note: string): void => {
    if (table.get(one.id) === one) dispatcher.turnedAway(one.bound.plan);
    answerItself(one, { kind: 'not-asked', note, problem: 'store-unavailable' });
  };

  /** Lookups under way, also those whose request was answered meanwhile: a store that hangs must not gather them for ever. */
  let lookups = 0;
  const begin = async (one: Open): Promise<void> => {
    if (lookups >= options.maxOpen) return turnAway(one, 'the store does not keep up');
    lookups += 1;
    try {
      one.resolved = await options.profiles(one.request, one.bound.plan.rules);
      if (table.get(one.id) === one) scatter(one);
    } catch (error) {
      if (error instanceof ProblemError) {
        refuse(one, error);
        return;
      }
      warnOfStore(error);
      turnAway(one, 'the store does not answer');
    } finally {
      lookups -= 1;
    }
  };

  /** An aggregator that had too little to say leaves the fallback to the gateway; the coverage stays as it was. */
  const replace = (one: Open, answer: Answer): void => {
    const found = findFor(one);
    const note = answer.note ?? 'too little of the weight was answered';
    if (found === undefined)
      refuse(one, new ProblemError('no-answer', `No fallback is allowed, and ${note}.`, { retryAfterS: 1 }));
    else finish(one, { ...answer, source: found.source, exact: false, items: [...found.items], note });
  };

  const receiveStray = (answer: Answer): void => {
    const left = table.left(answer.requestId);
    metrics.count('medley_gateway_stray_answers_total', { reason: left === undefined ? 'unknown' : 'late' });
    if (left?.slot != null && answer.source === 'fresh') fallback.remember(answer, left.slot);
  };

  return {
    async ask(request, arrival) {
      const plan = planOf(request.recommender);
      const subject = subjectOf(request, arrival.id);
      const bound = bindRequest(request, plan, subjectKey(subject));
      const problem = doorProblem();
      if (problem !== undefined) {
        dispatcher.turnedAway(plan);
        countRequest(plan.recommender, problem.code);
        throw problem;
      }
      const deadlineMs = Math.min(plan.deadlineMs, request.deadlineMs ?? Number.POSITIVE_INFINITY);
      return new Promise<Answer>((resolve, reject) => {
        const one: Open = {
          id: arrival.id,
          request,
          bound,
          subject,
          slot: rememberedAs(request),
          traceparent: arrival.traceparent,
          arrivedMs: arrival.atMs,
          deadlineMs,
          dueMs: arrival.atMs + deadlineMs + options.graceMs,
          resolved: null,
          sent: null,
          skipped: {},
          resolve,
          reject,
        };
        table.add(one);
        metrics.gauge('medley_gateway_open_requests', {}, table.count());
        void begin(one);
      });
    },
    receive(answer) {
      const one = table.get(answer.requestId);
      if (one === undefined) {
        receiveStray(answer);
        return;
      }
      if (subjectKey(answer.subject) !== one.bound.subjectKey || answer.recommender !== one.bound.plan.recommender) {
        metrics.count('medley_gateway_stray_answers_total', { reason: 'foreign' });
        return;
      }
      dispatcher.learn(one, answer);
      const timings = { ...answer.timings, totalMs: sinceArrivalMs(one), deadlineMs: one.deadlineMs };
      if (answer.source === 'fresh' && one.slot !== null) fallback.remember(answer, one.slot);
      if (answer.source === 'none' && one.bound.plan.fusion.kind !== 'sum') {
        replace(one, { ...answer, timings });
      } else finish(one, { ...answer, timings });
    },
    open: () => table.count(),
    idle: () => table.idle(),
    stop: () => table.stop(),
  };
};
