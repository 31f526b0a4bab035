import type { Clock } from '../contract/clock.ts';
import type { MemoryQueue, Stored } from './memory-queue.ts';

/** One consumer, as the dispatcher sees it. */
export interface Taker {
  /** Whether it may hold one more. */
  free(): boolean;
  take(stored: Stored, from: Slot): void;
}

/** A queue's name with the queue, while it is declared, and those who consume from it, who may come first. */
export interface Slot {
  readonly name: string;
  queue: MemoryQueue | null;
  readonly takers: Taker[];
}

export interface MemoryDispatch {
  /** Something changed for this queue: a message came, a consumer came or has room. */
  wake(slot: Slot): void;
  /** Calls back at the start of the next turn: publishes of one turn are confirmed together. */
  nextTurn(then: () => void): void;
}

/** A turn ends after so many deliveries or so much time, so that timers and sockets get theirs. */
const turnMessages = 128;
const turnMs = 4;
/** Deliveries from one queue before the next has its turn. */
const runMessages = 8;

type Waiting = Set<Slot>;

/** Consumers take turns; null when none has room. */
const nextTaker = (takers: Taker[]): Taker | null => {
  const at = takers.findIndex((taker) => taker.free());
  const [taker] = at < 0 ? [] : takers.splice(at, 1);
  if (taker === undefined) return null;
  takers.push(taker);
  return taker;
};

/** Hands at most `limit` messages of one queue to its consumers. Returns how many. */
const run = (slot: Slot, limit: number): number => {
  for (let delivered = 0; delivered < limit; delivered += 1) {
    const taker = slot.queue !== null && slot.queue.depth() > 0 ? nextTaker(slot.takers) : null;
    const stored = taker === null ? undefined : slot.queue?.take();
    if (taker === null || stored === undefined) return delivered;
    taker.take(stored, slot);
  }
  return limit;
};

/**
 * Delivers in turns of the event loop (never in a microtask, which would starve it): interactive queues first, and
 * at least one durable message a turn, so that a busy interactive lane slows the durable one and never stops it.
 */
export const createMemoryDispatch = (clock: Pick<Clock, 'monotonicMs'>): MemoryDispatch => {
  const interactive: Waiting = new Set();
  const durable: Waiting = new Set();
  let confirmations: (() => void)[] = [];
  let scheduled = false;

  /** Runs the queue that waited longest and can deliver; returns how many messages it did. */
  const runFirst = (waiting: Waiting, limit: number): number => {
    for (const slot of waiting) {
      waiting.delete(slot);
      const delivered = run(slot, limit);
      if (delivered === limit) waiting.add(slot);
      if (delivered > 0) return delivered;
    }
    return 0;
  };

  const turn = (): void => {
    scheduled = false;
    const confirmed = confirmations;
    confirmations = [];
    for (const confirm of confirmed) confirm();
    const endsAtMs = clock.monotonicMs() + turnMs;
    for (let delivered = 0; delivered < turnMessages && clock.monotonicMs() < endsAtMs; ) {
      const more = runFirst(interactive, runMessages) || runFirst(durable, 1);
      if (more === 0) break;
      delivered += more;
    }
    runFirst(durable, 1);
    if (interactive.size + durable.size > 0) schedule();
  };

  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    setImmediate(turn);
  };

  return {
    wake(slot) {
      (slot.queue?.spec.kind === 'quorum' ? durable : interactive).add(slot);
      schedule();
    },
    nextTurn(then) {
      confirmations.push(then);
      schedule();
    },
  };
};
