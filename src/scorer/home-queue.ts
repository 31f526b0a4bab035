import type { Broker } from '../broker/port.ts';
import type { Clock } from '../contract/clock.ts';
import type { Log } from '../runtime/log.ts';

/**
 * Follows a queue whose node is lost. In a cluster a classic queue lives on one node; when that is gone the operator
 * makes a queue of the next generation and publishes plans that name it. A scorer hears no plans: while it is subscribed
 * to nothing it looks whether there is a later generation, and for a while after, for the old queue may have come back
 * to be deleted. While all is well it asks the broker nothing.
 */
export interface HomeQueue {
  stop(): void;
}

export interface HomeQueueOptions {
  broker: Pick<Broker, 'depth'>;
  /** The name of the queue so many generations later; the same for all where the queue never moves. */
  nameAfter(generations: number): string;
  /** Whether it is subscribed. */
  active(): boolean;
  moveTo(queue: string): Promise<void>;
  clock: Clock;
  log: Log;
}

const lookMs = 500;
/** Generations it looks ahead: as many moves as it can miss. */
const ahead = 4;
const uneasyMs = 30_000;
/** Once it is subscribed again: each look at a queue that is not there is a line in the broker's log. */
const uneasyLookMs = 5_000;

export const followHomeQueue = (options: HomeQueueOptions): HomeQueue => {
  const { broker, nameAfter, active, clock, log } = options;
  let generation = 0;
  let inactiveAtMs = Number.NEGATIVE_INFINITY;
  let stopped = false;
  let cancel = (): void => {};

  /** The latest that is there; null: none, or nobody can say. */
  const findLater = async (): Promise<number | null> => {
    for (let later = generation + ahead; later > generation; later -= 1) {
      const depth = await broker.depth(nameAfter(later)).catch(() => null);
      if (depth !== null) return later;
    }
    return null;
  };
  const look = async (): Promise<void> => {
    const now = clock.monotonicMs();
    if (!active()) inactiveAtMs = now;
    if (now - inactiveAtMs > uneasyMs) return;
    const later = await findLater();
    if (later === null || stopped) return;
    log.info({ event: 'queue-moved', from: nameAfter(generation), to: nameAfter(later) }, 'its node was lost');
    await options.moveTo(nameAfter(later));
    generation = later;
  };
  const repeat = (): void => {
    if (stopped) return;
    cancel = clock.setTimer(active() && clock.monotonicMs() - inactiveAtMs < uneasyMs ? uneasyLookMs : lookMs, () => {
      void look()
        .catch((cause: unknown) => log.warn({ err: cause }, 'it stays with the queue it has'))
        .finally(repeat);
    });
  };
  if (nameAfter(1) !== nameAfter(0)) repeat();
  return {
    stop() {
      stopped = true;
      cancel();
    },
  };
};
