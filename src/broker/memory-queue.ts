import type { Clock } from '../contract/clock.ts';
import type { QueueSpec } from '../contract/topology.ts';
import type { Outgoing } from './port.ts';

/** Why a message left its queue unhandled, in RabbitMQ's words. */
export type DeathReason = 'expired' | 'maxlen' | 'rejected' | 'delivery_limit';

/** One queue's copy of a message. The `Outgoing` and its body are shared between copies and never written to. */
export interface Stored {
  readonly message: Outgoing;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly routingKey: string;
  /** On the monotonic clock; infinite without a TTL. */
  readonly expiresAtMs: number;
  /** Its place in the queue, kept when it is given back. */
  readonly position: number;
  /** How often it was given back. */
  returns: number;
}

export interface MemoryQueue {
  readonly spec: QueueSpec;
  /** Takes a copy at the tail. False: full, and of the kind that refuses instead of dropping its head. */
  enqueue(message: Outgoing, routingKey: string, headers: Readonly<Record<string, unknown>>): boolean;
  /** The next message that has not expired. */
  take(): Stored | undefined;
  /** Back to where it was, or to the dead letters when that was once too often. */
  giveBack(stored: Stored): void;
  reject(stored: Stored): void;
  depth(): number;
}

/** A queue that names no bound has these, so that memory is bounded everywhere. */
const unnamedBounds = { maxMessages: 200_000, maxBytes: 512 * 1024 * 1024 } as const;
/** Taken slots are cut off the front of the list so many at a time. */
const compactAt = 1_024;

/**
 * A queue in memory: order, TTL at the head, bounds, returns in place, delivery limit.
 *
 * `onDead` is told of each message that leaves it other than by being taken.
 */
export const createMemoryQueue = (
  spec: QueueSpec,
  clock: Pick<Clock, 'monotonicMs' | 'setTimer'>,
  onDead: (stored: Stored, reason: DeathReason) => void,
): MemoryQueue => {
  const maxMessages = spec.maxMessages ?? unnamedBounds.maxMessages;
  const maxBytes = spec.maxBytes ?? unnamedBounds.maxBytes;
  const refuses = spec.kind === 'quorum';
  let list: (Stored | undefined)[] = [];
  let head = 0;
  /** Given back, by position: all of them come before the list. */
  const returned: Stored[] = [];
  let bytes = 0;
  let nextPosition = 0;
  let watched = false;

  const depth = (): number => returned.length + list.length - head;
  const peek = (): Stored | undefined => returned[0] ?? list[head];
  const shift = (): Stored | undefined => {
    const stored = peek();
    if (stored === undefined) return undefined;
    bytes -= stored.message.body.length;
    if (returned.shift() !== undefined) return stored;
    list[head] = undefined;
    head += 1;
    if (head >= compactAt && head * 2 >= list.length) {
      list = list.slice(head);
      head = 0;
    }
    return stored;
  };
  const dropHeadWhile = (condition: (stored: Stored) => boolean, reason: DeathReason): void => {
    for (let first = peek(); first !== undefined && condition(first); first = peek()) {
      shift();
      onDead(first, reason);
    }
  };
  const dropExpired = (): void => {
    if ((peek()?.expiresAtMs ?? Number.POSITIVE_INFINITY) === Number.POSITIVE_INFINITY) return;
    const now = clock.monotonicMs();
    dropHeadWhile((stored) => stored.expiresAtMs <= now, 'expired');
  };
  /** Nobody need ask for a message to be buried in time: one timer, for the head, where there are dead letters. */
  const watchHead = (): void => {
    const expiresAtMs = peek()?.expiresAtMs ?? Number.POSITIVE_INFINITY;
    if (watched || spec.deadLetter === undefined || expiresAtMs === Number.POSITIVE_INFINITY) return;
    watched = true;
    clock.setTimer(expiresAtMs - clock.monotonicMs(), () => {
      watched = false;
      dropExpired();
      watchHead();
    });
  };
  const overflows = (count: number, size: number): boolean => count > maxMessages || size > maxBytes;

  return {
    spec,
    enqueue(message, routingKey, headers) {
      dropExpired();
      const size = message.body.length;
      if (refuses && overflows(depth() + 1, bytes + size)) return false;
      const expiresAtMs =
        message.expiresInMs === undefined ? Number.POSITIVE_INFINITY : clock.monotonicMs() + message.expiresInMs;
      list.push({ message, headers, routingKey, expiresAtMs, position: nextPosition, returns: 0 });
      nextPosition += 1;
      bytes += size;
      if (!refuses) dropHeadWhile(() => overflows(depth(), bytes), 'maxlen');
      watchHead();
      return true;
    },
    take() {
      dropExpired();
      const stored = shift();
      watchHead();
      return stored;
    },
    giveBack(stored) {
      stored.returns += 1;
      if (spec.deliveryLimit !== undefined && stored.returns > spec.deliveryLimit) {
        onDead(stored, 'delivery_limit');
        return;
      }
      let at = returned.length;
      while (at > 0 && (returned[at - 1]?.position ?? -1) > stored.position) at -= 1;
      returned.splice(at, 0, stored);
      bytes += stored.message.body.length;
      watchHead();
    },
    reject: (stored) => onDead(stored, 'rejected'),
    depth() {
      dropExpired();
      return depth();
    },
  };
};
