import type { Clock } from '../../contract/clock.ts';
import type { QueueLength } from './autoscaler.ts';

/**
 * What the broker last said of its queues, without waiting for it: a management API that is slow or hangs must not hold up
 * decisions that rest on what is offered.
 */
export interface QueueLook {
  /** Asks anew unless it is asking already, and gives back the newest answer there is; null: none, or one too old. */
  latest(): readonly QueueLength[] | null;
}

/** An answer is as good as the broker's own figures, which are five seconds old, for about as long again. */
const goodForMs = 10_000;

export const createQueueLook = (
  ask: () => Promise<readonly QueueLength[]>,
  clock: Pick<Clock, 'monotonicMs'>,
): QueueLook => {
  let answer: { queues: readonly QueueLength[]; askedMs: number } | null = null;
  let isAsking = false;

  const look = async (): Promise<void> => {
    const askedMs = clock.monotonicMs();
    isAsking = true;
    try {
      answer = { queues: await ask(), askedMs };
    } catch {
      // The last answer serves until it is too old; that the broker does not answer is told by whoever needs it.
    } finally {
      isAsking = false;
    }
  };

  return {
    latest() {
      if (!isAsking) void look();
      if (answer === null || clock.monotonicMs() - answer.askedMs > goodForMs) return null;
      return answer.queues;
    },
  };
};
