import type { Broker, Consumer, Handler } from '../broker/port.ts';
import type { Clock } from '../contract/clock.ts';
import type { Log } from '../runtime/log.ts';
import { followHomeQueue, type HomeQueue } from './home-queue.ts';
import { isWorthChanging, wantedPrefetch } from './prefetch.ts';

/** The subscription to one lane's queue, whose prefetch follows the measured work per message. */
export interface LaneIntake {
  start(): Promise<void>;
  /** Notes how much work one message was, ms. */
  observe(messageMs: number): void;
  active(): boolean;
  prefetch(): number;
  /** Takes nothing more and waits for what is held. Never rejects. */
  stop(): Promise<void>;
}

export interface LaneIntakeOptions {
  broker: Broker;
  queue: string;
  /** The queue's name so many generations later; absent: it never moves. */
  nameAfter?: (generations: number) => string;
  handle: Handler;
  /** A fixed number of messages, or `auto`. */
  prefetch: number | 'auto';
  slots: number;
  /** For `auto`: most messages per place. */
  mostPerSlot: number;
  /** For `auto`: work held ahead per place, ms. */
  aheadMs: number;
  clock: Clock;
  log: Log;
  /** Told how many messages it takes ahead, whenever that changes. */
  onPrefetch: (messages: number) => void;
}

const lookMs = 1_000;
const leastObserved = 20;
const smoothing = 0.1;

export const createLaneIntake = (options: LaneIntakeOptions): LaneIntake => {
  const { broker, clock, log, nameAfter = () => options.queue } = options;
  let queue = options.queue;
  let home: HomeQueue | null = null;
  let consumer: Consumer | null = null;
  let leaving: Promise<unknown> = Promise.resolve();
  let average: number | null = null;
  let observed = 0;
  let stopping = false;
  let starting: Promise<unknown> = Promise.resolve();
  let changing: Promise<void> = Promise.resolve();
  let cancelLook = (): void => {};

  const wanted = (): number =>
    options.prefetch === 'auto' ? wantedPrefetch({ ...options, messageMs: average }) : options.prefetch;
  let current = wanted();

  /** The new subscription begins before the old one ends, so that there is no gap. */
  const resubscribe = async (): Promise<void> => {
    const old = consumer;
    consumer = await broker.consume({ queue, prefetch: current }, options.handle);
    if (old !== null) leaving = Promise.all([leaving, old.stop()]);
  };
  const change = async (prefetch: number): Promise<void> => {
    const before = current;
    current = prefetch;
    await resubscribe();
    log.debug({ queue, from: before, to: prefetch }, 'prefetch follows the measured work');
    options.onPrefetch(prefetch);
  };
  /** One change at a time, and none once it stops. */
  const moveTo = (later: string): Promise<void> => {
    changing = changing.then(async () => {
      if (stopping) return;
      queue = later;
      await resubscribe();
    });
    return changing;
  };

  const look = (): void => {
    if (stopping) return;
    const next = wanted();
    if (observed >= leastObserved && isWorthChanging(current, next)) {
      observed = 0;
      changing = changing
        .then(() => change(next))
        .catch((cause: unknown) => log.warn({ err: cause, queue }, 'prefetch stays as it is'));
    }
    cancelLook = clock.setTimer(lookMs, look);
  };

  return {
    async start() {
      if (stopping || consumer !== null) return;
      const subscribing = broker.consume({ queue, prefetch: current }, options.handle);
      starting = subscribing;
      consumer = await subscribing;
      options.onPrefetch(current);
      const isActive = (): boolean => consumer?.active() ?? false;
      if (!stopping) home = followHomeQueue({ broker, nameAfter, active: isActive, moveTo, clock, log });
      if (options.prefetch === 'auto') cancelLook = clock.setTimer(lookMs, look);
    },
    observe(messageMs) {
      observed += 1;
      average = average === null ? messageMs : average + smoothing * (messageMs - average);
    },
    active: () => consumer?.active() ?? false,
    prefetch: () => current,
    async stop() {
      stopping = true;
      home?.stop();
      cancelLook();
      await Promise.allSettled([starting, changing]);
      await Promise.all([leaving, consumer?.stop()]);
    },
  };
};
