import type { Clock } from '../contract/clock.ts';
import { BrokerUnavailableError } from './errors.ts';
import type { Outgoing } from './port.ts';

/** One publish from the call until it is settled. */
export interface Pending {
  readonly message: Outgoing;
  readonly queuedAtMs: number;
  sentAtMs: number;
  /** The broker sent it back: the confirm that follows is a refusal. */
  returned: boolean;
  settled: boolean;
  readonly settle: (error: Error | null) => void;
}

export interface PublishWindow {
  /** Sends now or as soon as there is room; settled with an error when that takes longer than the patience. */
  add(message: Outgoing, settle: (error: Error | null) => void): void;
  /** Sends what can be sent: call when something became possible. */
  pump(): void;
  /** The broker's answer to one that was sent. */
  answer(pending: Pending, error: Error | null): void;
  /** The channel is gone: what was sent on it is unknown. */
  lose(cause: Error): void;
  /** Sent and unanswered, or waiting to be sent. */
  size(): number;
  /** Resolves once nothing is on the way; nothing may be added any more. */
  drained(): Promise<void>;
  /** Nothing was answered for longer than the patience though something should have been. */
  stalled(): boolean;
}

export interface WindowOptions {
  clock: Clock;
  patienceMs: number;
  /** Why nothing can be sent now, else null. */
  obstacle(): string | null;
  /** Whether the broker answers otherwise: then it is some queue that does not confirm. Default: nobody knows of it. */
  speaks?(): boolean;
  send(pending: Pending): void;
}

/** Held at once on the way to the broker, and as many again waiting to be sent. */
const maxSent = { messages: 4_096, bytes: 64 * 1024 * 1024 } as const;
const maxWaiting = { messages: 10_000, bytes: 64 * 1024 * 1024 } as const;
/** One message the broker sits on, while it confirms others, is given up after so many times the patience. */
const stuckPatiences = 10;
/** A timer so late was held up by this process itself. */
const busyMs = 50;

const unavailable = (why: string, cause?: Error): BrokerUnavailableError =>
  new BrokerUnavailableError(why, cause === undefined ? {} : { cause });

/**
 * What is waiting to be sent and what is waiting for its confirm, both bounded, both in order.
 *
 * Confirms that keep coming, however slowly, prove the broker alive; only when none came for the whole patience is
 * what was sent given up (its fate is unknown) and what waits refused. Its confirm may still come and is ignored then. A
 * message is confirmed once all its queues have it: where the broker answers otherwise, more is sent all the same.
 */
export const createPublishWindow = (options: WindowOptions): PublishWindow => {
  const { clock, patienceMs, speaks = () => false } = options;
  let waiting: Pending[] = [];
  let waitingBytes = 0;
  const sent = new Set<Pending>();
  let sentBytes = 0;
  /** Of the last answer, to any message, even one given up: a sign of life. */
  let lastSignMs = 0;
  let silent = false;
  let watching = false;
  const whenDrained: (() => void)[] = [];

  const isSilent = (): boolean => silent && !speaks();
  const obstacle = (): string | null => options.obstacle() ?? (isSilent() ? 'the broker does not answer' : null);
  const hasRoom = (): boolean => sent.size < maxSent.messages && sentBytes < maxSent.bytes;

  const end = (pending: Pending, error: Error | null): void => {
    pending.settled = true;
    if (sent.delete(pending)) sentBytes -= pending.message.body.length;
    pending.settle(error);
    if (sent.size + waiting.length === 0) for (const drained of whenDrained.splice(0)) drained();
  };
  const send = (pending: Pending): void => {
    pending.sentAtMs = clock.monotonicMs();
    sent.add(pending);
    sentBytes += pending.message.body.length;
    options.send(pending);
  };
  /** Takes each off the list before it is sent: sending may answer at once, and that pumps again. */
  const pump = (): void => {
    while (waiting.length > 0 && hasRoom() && obstacle() === null) {
      const pending = waiting.shift();
      if (pending === undefined) return;
      waitingBytes -= pending.message.body.length;
      send(pending);
    }
  };

  const silentSinceMs = (pending: Pending): number => Math.max(lastSignMs, pending.sentAtMs);
  const giveUpAtMs = (pending: Pending): number =>
    Math.min(silentSinceMs(pending) + patienceMs, pending.sentAtMs + stuckPatiences * patienceMs);
  const firstSent = (): Pending | undefined => sent.values().next().value;
  const expire = (): void => {
    const now = clock.monotonicMs();
    for (let first = firstSent(); first !== undefined && giveUpAtMs(first) <= now; first = firstSent()) {
      silent ||= silentSinceMs(first) + patienceMs <= now;
      end(first, unavailable(`no confirm within ${Math.round(now - first.sentAtMs)} ms`));
    }
    const late = waiting.findIndex(({ queuedAtMs }) => queuedAtMs + patienceMs > now);
    const refused = late < 0 ? waiting : waiting.slice(0, late);
    waiting = late < 0 ? [] : waiting.slice(late);
    for (const pending of refused) {
      waitingBytes -= pending.message.body.length;
      end(pending, unavailable(`${obstacle() ?? 'too much is on the way'}: not sent within ${patienceMs} ms`));
    }
  };
  /** One timer for the earliest moment at which anything could be given up. */
  const watch = (): void => {
    const first = firstSent();
    const due = Math.min(
      first === undefined ? Number.POSITIVE_INFINITY : giveUpAtMs(first),
      waiting[0] === undefined ? Number.POSITIVE_INFINITY : waiting[0].queuedAtMs + patienceMs,
    );
    if (watching || due === Number.POSITIVE_INFINITY) return;
    watching = true;
    const check = (): void => {
      watching = false;
      expire();
      pump();
      watch();
    };
    clock.setTimer(Math.ceil(due - clock.monotonicMs()), () => {
      // A timer that comes late tells of a busy or stopped process: what the broker said meanwhile is read first.
      if (clock.monotonicMs() - due < busyMs) check();
      else clock.setTimer(busyMs, check);
    });
  };

  return {
    add(message, settle) {
      const pending: Pending = {
        message,
        queuedAtMs: clock.monotonicMs(),
        sentAtMs: 0,
        returned: false,
        settled: false,
        settle,
      };
      if (waiting.length === 0 && hasRoom() && obstacle() === null) {
        send(pending);
      } else if (waiting.length >= maxWaiting.messages || waitingBytes >= maxWaiting.bytes) {
        end(pending, unavailable(`${obstacle() ?? 'too much is on the way'}: ${waiting.length} messages wait already`));
      } else {
        waiting.push(pending);
        waitingBytes += message.body.length;
        // Nothing tells that the broker speaks again, and what waits must not hold up what comes after it.
        pump();
      }
      watch();
    },
    pump,
    answer(pending, error) {
      lastSignMs = clock.monotonicMs();
      silent = false;
      if (!pending.settled) end(pending, error);
      if (waiting.length > 0) pump();
    },
    lose(cause) {
      for (const pending of [...sent])
        end(pending, unavailable(`lost before the confirm came: ${cause.message}`, cause));
      silent = false;
    },
    size: () => sent.size + waiting.length,
    drained: () =>
      sent.size + waiting.length === 0 ? Promise.resolve() : new Promise((done) => whenDrained.push(done)),
    stalled: isSilent,
  };
};
