import { createHash } from 'node:crypto';
import { MessageTooLargeError } from '../broker/errors.ts';
import type { Publisher } from '../broker/port.ts';
import type { Clock } from '../contract/clock.ts';
import { encode } from '../contract/codec.ts';
import { messageTypes } from '../contract/control.ts';
import { ProblemError } from '../contract/errors.ts';
import type { AnswerStatus, RecommendationRequest } from '../contract/http.ts';
import { limits } from '../contract/limits.ts';
import { subjectKey } from '../contract/primitives.ts';
import type { Ask } from '../contract/request-batch.ts';
import type { Names } from '../contract/topology.ts';
import type { Log } from '../runtime/log.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { DemandLedger } from '../scatter/demand-ledger.ts';
import type { PlanBook } from '../scatter/plan-book.ts';
import type { AnswerStore } from '../store/port.ts';
import { bindRequest, composeAsk } from './compose-ask.ts';
import { type ProfileSource, subjectOf } from './profile.ts';

/** Accepts requests that must not be lost: noted in the store, then confirmed by the intake queue, only then accepted. */
export interface Durable {
  /**
   * @param id the request's own, random or made from its Idempotency-Key
   * @throws ProblemError `idempotency-conflict`, `broker-unavailable` where no attempt was confirmed (the same id may be tried again), and what binding throws
   */
  accept(request: RecommendationRequest, id: string, traceparent?: string): Promise<AnswerStatus>;
}

export interface DurableOptions {
  plans: Pick<PlanBook, 'get'>;
  profiles: ProfileSource;
  answers: Pick<AnswerStore, 'accept'>;
  publisher: Publisher;
  names: Names;
  process: string;
  demand: Pick<DemandLedger, 'count' | 'accepted'>;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  /** How often a publish is tried under one id. */
  attempts?: number;
  /** Before the second attempt, ms; doubles with each. */
  pauseMs?: number;
}

/** One request, one text, whatever order its fields came in. */
const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const sorted = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(sorted.map(([key, inner]) => [key, canonical(inner)]));
};

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The id of every request under one Idempotency-Key: the first 128 bits of its hash. */
export const idOfKey = (key: string): string => sha256(`recommendations ${key}`).slice(0, 32);

export const createDurable = (options: DurableOptions): Durable => {
  const { clock, log, metrics, publisher, names, attempts = 4, pauseMs = 50 } = options;
  const pause = (ms: number): Promise<void> => new Promise((resolve) => void clock.setTimer(ms, resolve));

  const publishOnce = (ask: Ask): Promise<void> => {
    const nowMs = clock.nowMs();
    const remainingMs = Math.max(0, ask.deadlineAtMs - nowMs);
    return publisher.publish({
      exchange: names.exchange.intake,
      routingKey: names.intake,
      type: messageTypes.intake,
      body: encode({ sender: options.process, sentAtMs: nowMs, ask: { ...ask, remainingMs } }),
      persistent: true,
      mandatory: true,
    });
  };

  /** A publish that failed may have arrived all the same; under one id a second copy does no harm. */
  const publish = async (ask: Ask): Promise<void> => {
    let cause: unknown;
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      if (attempt > 1) await pause(pauseMs * 2 ** (attempt - 2));
      try {
        await publishOnce(ask);
        return;
      } catch (error) {
        cause = error;
        if (error instanceof MessageTooLargeError) break;
        log.warn({ event: 'intake-not-confirmed', requestId: ask.id, attempt, err: error }, 'will be tried again');
      }
    }
    if (cause instanceof MessageTooLargeError)
      throw new ProblemError('body-too-large', 'The request with its profile does not fit one message.', { cause });
    const detail = 'The request was not confirmed; send it again with the same Idempotency-Key.';
    throw new ProblemError('broker-unavailable', detail, { retryAfterS: 1, cause });
  };

  return {
    async accept(request, id, traceparent) {
      const plan = options.plans.get(request.recommender);
      if (plan === undefined) {
        throw new ProblemError('unknown-recommender', `There is no recommender ${request.recommender}.`);
      }
      const subject = subjectOf(request, id);
      const bound = bindRequest(request, plan, subjectKey(subject));
      const resolved = await options.profiles(request, plan.rules);
      const nowMs = clock.nowMs();
      const { sameBody, status } = await options.answers.accept({
        id,
        user: request.user ?? null,
        bodyHash: sha256(JSON.stringify(canonical(request))),
        acceptedAtMs: nowMs,
        deadlineAtMs: nowMs + (request.deadlineMs ?? limits.durableDeadlineMs),
      });
      if (!sameBody) {
        throw new ProblemError('idempotency-conflict', 'This Idempotency-Key came with another body before.');
      }
      if (status.state !== 'pending') return status;
      const deadline = { deadlineAtMs: status.deadlineAtMs, remainingMs: Math.max(0, status.deadlineAtMs - nowMs) };
      await publish(composeAsk({ id, request, bound, subject, resolved, deadline, traceparent }));
      const { recommender } = plan;
      metrics.count('medley_gateway_requests_total', { recommender, lane: 'durable', result: 'accepted' });
      options.demand.accepted();
      for (const { criterion } of plan.criteria) {
        metrics.count('medley_gateway_demand_total', { criterion, lane: 'durable', result: 'admitted' });
        options.demand.count('durable', criterion, 'admitted');
      }
      return status;
    },
  };
};
