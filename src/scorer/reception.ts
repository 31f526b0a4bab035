import type { Incoming, Verdict } from '../broker/port.ts';
import type { Clock } from '../contract/clock.ts';
import { decodeRequests, type ReceivedRequests } from '../contract/codec.ts';
import { createClockOffsets, localDeadlineMs } from '../contract/deadline.ts';
import type { Lane } from '../contract/primitives.ts';
import type { ScoringRequest } from '../contract/request-batch.ts';
import type { Metrics } from '../runtime/metrics.ts';
import { createHeldBatch, type HeldBatch, type Work } from './held-batch.ts';
import type { Outbox, Sent } from './outbox.ts';
import type { SetAside } from './set-aside.ts';

/** Takes a message apart into requests and holds it until each of them was answered. */
export interface Reception {
  receive(message: Incoming): Promise<Verdict>;
  /** Messages held. */
  held(): number;
  /** Gives back all that is held, unfinished. */
  abandon(): void;
}

export interface ReceptionOptions {
  criterion: string;
  clock: Clock;
  outbox: Outbox;
  setAside: SetAside;
  metrics: Metrics;
  flushMs: number;
  graceMs: number;
  pause: () => Promise<void>;
  begin: (works: readonly Work[]) => void;
  /** Told how much work a message was, ms, once it is settled. */
  onDone: (lane: Lane, workMs: number) => void;
}

/** The requests of a batch that ask this criterion. */
const asked = (envelope: ReceivedRequests, criterion: string): readonly ScoringRequest[] => {
  const bit = envelope.criteria.indexOf(criterion);
  return bit === -1 ? [] : envelope.requests.filter((request) => (request.mask & (1 << bit)) !== 0);
};

export const createReception = (options: ReceptionOptions): Reception => {
  const { criterion, clock, setAside } = options;
  const offsets = createClockOffsets();
  const held = new Set<HeldBatch>();

  const verdictOf = async (sent: readonly Promise<Sent>[]): Promise<Verdict> => {
    const outcomes = await Promise.all(sent);
    if (!outcomes.includes('unavailable')) return 'ack';
    await options.pause();
    return 'requeue';
  };

  /** What remains is counted anew, so that taking a batch apart never adds time. */
  const splitUp = (envelope: ReceivedRequests, works: readonly Omit<Work, 'batch'>[]): Promise<Sent> => {
    const now = clock.monotonicMs();
    const requests = works.map((work) => ({ ...work.request, remainingMs: Math.max(0, work.deadlineMs - now) }));
    options.metrics.count('medley_scorer_split_requests_total', { criterion }, requests.length);
    return setAside.singles(envelope, requests);
  };

  const worksOf = (envelope: ReceivedRequests): Omit<Work, 'batch'>[] => {
    const receivedMs = clock.monotonicMs();
    const offset = offsets.observe(envelope.sender, envelope.sentAtMs, receivedMs);
    return asked(envelope, criterion).map((request) => ({
      request,
      lane: envelope.lane,
      sentMs: Math.min(receivedMs, envelope.sentAtMs + offset),
      deadlineMs: localDeadlineMs(request, receivedMs, offset),
    }));
  };

  const hold = async (envelope: ReceivedRequests, works: Omit<Work, 'batch'>[], also: Promise<Sent>[]) => {
    const batch = createHeldBatch({
      lane: envelope.lane,
      results: envelope.results,
      open: works.length,
      also,
      outbox: options.outbox,
      clock,
      flushMs: options.flushMs,
      graceMs: options.graceMs,
      pause: options.pause,
    });
    held.add(batch);
    options.begin(works.map((work) => ({ ...work, batch })));
    const verdict = await batch.verdict;
    held.delete(batch);
    options.onDone(envelope.lane, batch.workMs());
    return verdict;
  };

  return {
    async receive(message) {
      const decoded = decodeRequests(message);
      if (!decoded.ok) return verdictOf([setAside.whole(message, decoded.reason)]);
      const envelope = decoded.value;
      const also = decoded.bad.map((bad) => setAside.part(envelope, bad));
      const works = worksOf(envelope);
      const apart = envelope.lane === 'durable' && message.deliveries >= 1 && works.length > 1;
      if (apart) return verdictOf([...also, splitUp(envelope, works)]);
      return hold(envelope, works, also);
    },
    held: () => held.size,
    abandon() {
      for (const batch of held) batch.abandon();
    },
  };
};
