import type { Channel, ChannelModel } from 'amqplib';
import type { Clock } from '../contract/clock.ts';
import type { Link } from './amqp-connection.ts';
import { createBackoff } from './backoff.ts';
import type { Telemetry } from './telemetry.ts';

export interface ChannelSupervision<C extends Channel> extends Telemetry {
  link: Link;
  clock: Clock;
  random: () => number;
  /** For logs: what the channel is for. */
  purpose: string;
  create(model: ChannelModel): Promise<C>;
  /** Makes a new channel fit for use; when it rejects, another is tried later. */
  prepare(channel: C, model: ChannelModel): Promise<void>;
  /** The channel is closed for good: once for each that was created. */
  onClosed(channel: C, cause: Error | null): void;
  /** A channel is ready. */
  onReady?(channel: C): void;
}

/** One channel that is opened again after each loss, with backoff, while its connection is open. */
export interface SupervisedChannel<C extends Channel> {
  current(): C | null;
  /** Opens another; the present one is the caller's to close. */
  replace(): void;
  /** Opens no more, and hands over the present one. */
  release(): Promise<C | null>;
}

/** Never rejects: what is closed already is closed. */
export const closeQuietly = (channel: Channel): Promise<void> => channel.close().catch(() => {});

/** Resolves after the first attempt, whatever came of it. */
export const superviseChannel = async <C extends Channel>(
  supervision: ChannelSupervision<C>,
): Promise<SupervisedChannel<C>> => {
  const { link, clock, random, purpose, log } = supervision;
  const backoff = createBackoff({ random, monotonicMs: () => clock.monotonicMs() });
  let current: C | null = null;
  let opening: Promise<void> | null = null;
  let released = false;
  let cancelRetry = (): void => {};

  const create = async (model: ChannelModel): Promise<C> => {
    try {
      return await supervision.create(model);
    } catch (error) {
      // An open connection makes channels; one that closed before its listeners were there never says so.
      link.drop(model, error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  };
  const openOn = async (model: ChannelModel): Promise<void> => {
    const channel = await create(model);
    let cause: Error | null = null;
    let closed = false;
    channel.on('error', (error: Error) => {
      cause = error;
    });
    channel.on('close', () => {
      closed = true;
      supervision.onClosed(channel, cause);
      if (current === channel) lost(cause);
    });
    try {
      await supervision.prepare(channel, model);
      if (closed) throw cause ?? new Error('closed while it was prepared');
    } catch (error) {
      await closeQuietly(channel);
      throw cause ?? error;
    }
    if (released) {
      await closeQuietly(channel);
      return;
    }
    current = channel;
    backoff.succeeded();
    supervision.onReady?.(channel);
  };
  const attempt = async (): Promise<void> => {
    const model = link.current();
    if (model === null || released || current !== null) return;
    try {
      await openOn(model);
    } catch (error) {
      retry(error);
    }
  };
  const retry = (cause: unknown): void => {
    cancelRetry();
    if (released) return;
    const delayMs = backoff.nextDelayMs();
    const fields = { channel: purpose, delayMs, reason: cause instanceof Error ? cause.message : cause };
    // Lost with its connection, which has said so already, it has no cause of its own.
    if (cause === null) log.debug(fields, 'broker.channel.retry');
    else log.warn(fields, 'broker.channel.retry');
    cancelRetry = clock.setTimer(delayMs, () => void open());
  };
  const lost = (cause: unknown): void => {
    current = null;
    retry(cause);
  };
  const open = (): Promise<void> => {
    opening ??= attempt().finally(() => {
      opening = null;
    });
    return opening;
  };

  const forget = link.onChange(() => void open());
  await open();
  return {
    current: () => current,
    replace: () => lost('cancelled'),
    async release() {
      released = true;
      cancelRetry();
      forget();
      await opening;
      const channel = current;
      current = null;
      return channel;
    },
  };
};
