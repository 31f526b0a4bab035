import {
  BrokerUnavailableError,
  MessageTooLargeError,
  PublishNackedError,
  PublishReturnedError,
} from '../broker/errors.ts';
import type { Publisher } from '../broker/port.ts';
import type { Clock } from '../contract/clock.ts';
import { messageTypes } from '../contract/control.ts';
import { limits } from '../contract/limits.ts';
import type { PartialBatch } from '../contract/partial-batch.ts';
import type { Lane } from '../contract/primitives.ts';
import type { Names } from '../contract/topology.ts';
import type { Log } from '../runtime/log.ts';
import type { Metrics } from '../runtime/metrics.ts';

/** What became of a publish: taken; no queue there to take it; or unknown, so its cause must come back. */
export type Sent = 'confirmed' | 'returned' | 'unavailable';

export interface Envelope {
  lane: Lane;
  /** Routing key on the results exchange. */
  results: string;
  model: string | null;
  /** Interactive lane: how long the partials are worth carrying, ms. */
  expiresInMs: number;
}

/** Publishes partials to the aggregator that gathers their requests. */
export interface Outbox {
  /** Takes partials as JSON texts. Resolves once the broker has confirmed all, or said why not. Never rejects. */
  send(envelope: Envelope, partials: readonly string[]): Promise<Sent>;
}

export interface OutboxOptions {
  publisher: Publisher;
  names: Names;
  criterion: string;
  /** The scorer process. */
  process: string;
  clock: Pick<Clock, 'nowMs'>;
  log: Log;
  metrics: Metrics;
}

/** Which publish errors mean that nobody listens, and which that nobody knows. */
const sentOf = (cause: unknown): Sent => {
  if (cause instanceof PublishReturnedError || cause instanceof MessageTooLargeError) return 'returned';
  return 'unavailable';
};

const isExpected = (cause: unknown): boolean =>
  cause instanceof BrokerUnavailableError ||
  cause instanceof PublishNackedError ||
  cause instanceof PublishReturnedError;

export const createOutbox = (options: OutboxOptions): Outbox => {
  const { publisher, names, criterion, clock, log, metrics } = options;

  const publish = async (envelope: Envelope, partials: readonly string[]): Promise<Sent> => {
    const batch: Omit<PartialBatch, 'partials'> = {
      criterion,
      lane: envelope.lane,
      scorer: options.process,
      sentAtMs: clock.nowMs(),
      model: envelope.model,
    };
    const body = Buffer.from(`${JSON.stringify(batch).slice(0, -1)},"partials":[${partials.join(',')}]}`);
    if (body.length > limits.messageBytes && partials.length > 1) return halve(envelope, partials);
    try {
      await publisher.publish({
        exchange: names.exchange.results,
        routingKey: envelope.results,
        type: messageTypes.partials,
        body,
        mandatory: true,
        ...(envelope.lane === 'durable'
          ? { persistent: true }
          : { persistent: false, expiresInMs: Math.max(0, Math.ceil(envelope.expiresInMs)) }),
      });
      return 'confirmed';
    } catch (cause) {
      if (!isExpected(cause)) log.error({ err: cause, criterion }, 'partials could not be published');
      return sentOf(cause);
    }
  };

  const halve = async (envelope: Envelope, partials: readonly string[]): Promise<Sent> => {
    const middle = Math.ceil(partials.length / 2);
    const halves = [partials.slice(0, middle), partials.slice(middle)];
    const sent = await Promise.all(halves.map((half) => publish(envelope, half)));
    return sent.find((one) => one !== 'confirmed') ?? 'confirmed';
  };

  return {
    async send(envelope, partials) {
      const sent = await publish(envelope, partials);
      metrics.count('medley_scorer_partial_batches_total', { criterion, lane: envelope.lane, result: sent });
      return sent;
    },
  };
};
