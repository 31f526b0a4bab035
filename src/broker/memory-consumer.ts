import { type Handling, runHandler } from './handling.ts';
import type { Slot, Taker } from './memory-dispatch.ts';
import type { HubCore } from './memory-hub.ts';
import type { MemoryQueue, Stored } from './memory-queue.ts';
import type { Consumer, Incoming, Verdict } from './port.ts';
import { typeLabel } from './telemetry.ts';

export interface MemoryConsumer extends Consumer {
  /** Gives back what is unsettled, without waiting; late verdicts are dropped. Returns how many. */
  abandon(): number;
}

const settle = (queue: MemoryQueue, stored: Stored, verdict: Verdict): void => {
  if (verdict === 'requeue') queue.giveBack(stored);
  else if (verdict === 'dead-letter') queue.reject(stored);
};

const incoming = (stored: Stored, kind: MemoryQueue['spec']['kind']): Incoming => ({
  type: stored.message.type,
  body: stored.message.body,
  exchange: stored.message.exchange,
  routingKey: stored.routingKey,
  redelivered: stored.returns > 0,
  deliveries: kind === 'quorum' ? stored.returns : Math.min(1, stored.returns),
  headers: stored.headers,
});

/** Takes at most `prefetch` messages at once from one queue, now or whenever it is declared, until stopped. */
export const createMemoryConsumer = (options: {
  core: HubCore;
  handling: Handling;
  prefetch: number;
}): MemoryConsumer => {
  const { core, handling, prefetch } = options;
  const slot: Slot = core.slot(handling.queue);
  /** What is held, and the queue it came from, which may be gone since. */
  const held = new Map<Stored, MemoryQueue>();
  const idle = Promise.withResolvers<void>();
  let stopped = false;

  const release = (stored: Stored, verdict: Verdict): void => {
    const queue = held.get(stored);
    if (queue === undefined) {
      const type = typeLabel(stored.message.type);
      handling.telemetry.metrics.count('medley_broker_delivered_total', { type, verdict: 'dropped' });
      return;
    }
    held.delete(stored);
    settle(queue, stored, verdict);
    if (stopped && held.size === 0) idle.resolve();
    core.dispatch.wake(slot);
  };
  const taker: Taker = {
    free: () => held.size < prefetch,
    take(stored, from) {
      if (from.queue === null) return;
      held.set(stored, from.queue);
      runHandler(handling, incoming(stored, from.queue.spec.kind), (verdict) => release(stored, verdict));
    },
  };
  const leave = (): void => {
    stopped = true;
    const at = slot.takers.indexOf(taker);
    if (at >= 0) slot.takers.splice(at, 1);
  };

  slot.takers.push(taker);
  core.dispatch.wake(slot);
  return {
    active: () => !stopped && slot.queue !== null,
    stop() {
      leave();
      if (held.size === 0) idle.resolve();
      return idle.promise;
    },
    abandon() {
      leave();
      const count = held.size;
      for (const [stored, queue] of held) queue.giveBack(stored);
      held.clear();
      idle.resolve();
      core.dispatch.wake(slot);
      return count;
    },
  };
};
