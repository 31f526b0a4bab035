import type { Verdict } from '../broker/port.ts';
import type { Clock } from '../contract/clock.ts';
import type { Lane } from '../contract/primitives.ts';
import type { ScoringRequest } from '../contract/request-batch.ts';
import type { Job } from './engine.ts';
import type { Outbox, Sent } from './outbox.ts';

/** One request as it waits and is worked on: which message it came in, and until when. */
export interface Work extends Job {
  request: ScoringRequest;
  lane: Lane;
  /** Monotonic ms. */
  deadlineMs: number;
  /** When it was sent, by the shortest transit seen from its sender, monotonic ms: waiting in the broker counts too. */
  sentMs: number;
  batch: HeldBatch;
}

/** A partial as the text it will be on the wire. */
export interface RenderedPartial {
  json: string;
  serviceMs: number;
}

/** One incoming message from its receipt to its verdict. */
export interface HeldBatch {
  /** Takes the partial of one of its requests. */
  finish(work: Work, partial: RenderedPartial, model: string | null): void;
  /** Gives the message back unfinished; for the end of a drain. */
  abandon(): void;
  /** Scoring time of what was finished, ms. */
  workMs(): number;
  /** Resolves after everything published for the message was confirmed. */
  verdict: Promise<Verdict>;
}

export interface HeldBatchOptions {
  lane: Lane;
  results: string;
  /** How many requests are to be finished. */
  open: number;
  /** Other things published for this message. */
  also: readonly Promise<Sent>[];
  outbox: Outbox;
  clock: Clock;
  /** How long a finished partial may wait for its neighbours, ms. */
  flushMs: number;
  /** How long an interactive partial is carried beyond its deadline, so that late ones still come home, ms. */
  graceMs: number;
  /** Ends after a pause that a drain cuts short: what came back must not spin. */
  pause: () => Promise<void>;
}

interface Finished {
  json: string;
  model: string | null;
  deadlineMs: number;
}

/** By model, because one message names one: partials of one batch differ only while a model is swapped. */
const byModel = (finished: readonly Finished[]): Map<string | null, Finished[]> => {
  const groups = new Map<string | null, Finished[]>();
  for (const one of finished) {
    const group = groups.get(one.model);
    if (group === undefined) groups.set(one.model, [one]);
    else group.push(one);
  }
  return groups;
};

/**
 * Collects the partials of one message and publishes them together, but never holds one back for a slow neighbour:
 * what has waited `flushMs`, or took that long itself, goes at once.
 */
export const createHeldBatch = (options: HeldBatchOptions): HeldBatch => {
  const { clock, outbox } = options;
  const sent: Promise<Sent>[] = [...options.also];
  let open = options.open;
  let unpublished: Finished[] = [];
  let oldestMs = 0;
  let workMs = 0;
  let cancelTimer = (): void => {};
  let settled = false;
  let decide: (verdict: Verdict) => void = () => {};
  const verdict = new Promise<Verdict>((resolve) => {
    decide = resolve;
  });

  const settle = async (): Promise<void> => {
    const outcomes = await Promise.all(sent);
    const unknown = outcomes.includes('unavailable');
    if (unknown) await options.pause();
    settled = true;
    decide(unknown ? 'requeue' : 'ack');
  };

  const flush = (): void => {
    cancelTimer();
    cancelTimer = () => {};
    const finished = unpublished;
    unpublished = [];
    const now = clock.monotonicMs();
    for (const [model, group] of byModel(finished)) {
      const lastDeadlineMs = group.reduce((latest, one) => Math.max(latest, one.deadlineMs), now);
      const expiresInMs = lastDeadlineMs - now + options.graceMs;
      const envelope = { lane: options.lane, results: options.results, model, expiresInMs };
      const partials = group.map((one) => one.json);
      sent.push(outbox.send(envelope, partials));
    }
    if (open === 0) void settle();
  };

  if (open === 0) void settle();
  return {
    verdict,
    workMs: () => workMs,
    finish(work, partial, model) {
      if (settled) return;
      const now = clock.monotonicMs();
      if (unpublished.length === 0) oldestMs = now;
      unpublished.push({ json: partial.json, model, deadlineMs: work.deadlineMs });
      open -= 1;
      workMs += partial.serviceMs;
      const waited = now - oldestMs;
      if (open === 0 || waited >= options.flushMs || partial.serviceMs >= options.flushMs) flush();
      else if (unpublished.length === 1) cancelTimer = clock.setTimer(options.flushMs, flush);
    },
    abandon() {
      settled = true;
      cancelTimer();
      decide('requeue');
    },
  };
};
