import type { ConfirmChannel, Message, Options } from 'amqplib';
import type { Clock } from '../contract/clock.ts';
import { superviseChannel } from './amqp-channel.ts';
import type { Link } from './amqp-connection.ts';
import { BrokerUnavailableError, PublishNackedError, PublishReturnedError, publishResult, tooLarge } from './errors.ts';
import type { Outgoing, Publisher } from './port.ts';
import { createPublishWindow, type Pending } from './publish-window.ts';
import { type Telemetry, typeLabel } from './telemetry.ts';

export interface PublisherOptions extends Telemetry {
  link: Link;
  clock: Clock;
  random: () => number;
  patienceMs: number;
}

export interface AmqpPublisher extends Publisher {
  /** Refuses from now on, waits for what is on the way. */
  close(): Promise<void>;
}

/** amqplib gives a nack and the loss of the channel to one callback; only its words tell them apart. */
const isNack = (error: Error): boolean => error.message === 'message nacked';

export const publishOptions = (message: Outgoing, id: string): Options.Publish => ({
  type: message.type,
  contentType: 'application/json',
  persistent: message.persistent,
  ...(message.cc !== undefined && message.cc.length > 0 && { CC: [...message.cc] }),
  ...(message.expiresInMs !== undefined && { expiration: String(Math.max(0, Math.round(message.expiresInMs))) }),
  ...(message.headers !== undefined && { headers: message.headers }),
  ...(message.mandatory === true && { mandatory: true, messageId: id }),
});

const answerOf = (pending: Pending, error: Error | null): Error | null => {
  const { exchange, routingKey } = pending.message;
  if (error !== null)
    return new PublishNackedError(`the broker could not take a message to ${exchange}`, { cause: error });
  return pending.returned ? new PublishReturnedError(`no queue is bound to ${exchange} by ${routingKey}`) : null;
};

/** Publishes with confirms on a channel of its own, opened again whenever it is lost. */
export const createAmqpPublisher = async (options: PublisherOptions): Promise<AmqpPublisher> => {
  const { link, clock, metrics } = options;
  /** Mandatory ones on the way, by message id: the broker returns them by it, before it confirms. */
  const mandatory = new Map<string, Pending>();
  let channel: ConfirmChannel | null = null;
  let writable = true;
  let closed = false;
  let nextId = 0;

  const obstacle = (): string | null => {
    if (channel === null) return 'not connected';
    if (link.blocked()) return 'the broker blocks publishing';
    return writable ? null : 'the connection takes no more';
  };
  const window = createPublishWindow({
    clock,
    patienceMs: options.patienceMs,
    obstacle,
    speaks: () => link.speaks(),
    send(pending) {
      const on = channel;
      if (on === null) return;
      const { exchange, routingKey, body } = pending.message;
      const id = String(nextId++);
      if (pending.message.mandatory === true) mandatory.set(id, pending);
      const confirmed = (error: Error | null): void => {
        mandatory.delete(id);
        if (error === null || isNack(error)) window.answer(pending, answerOf(pending, error));
      };
      try {
        writable = on.publish(exchange, routingKey, body, publishOptions(pending.message, id), confirmed);
      } catch (cause) {
        mandatory.delete(id);
        window.answer(pending, new BrokerUnavailableError(`a message to ${exchange} could not be written`, { cause }));
      }
    },
  });

  const supervised = await superviseChannel<ConfirmChannel>({
    ...options,
    purpose: 'publish',
    create: (model) => model.createConfirmChannel(),
    async prepare(fresh) {
      fresh.on('return', (message: Message) => {
        const pending = mandatory.get(String(message.properties.messageId));
        if (pending !== undefined) pending.returned = true;
      });
      fresh.on('drain', () => {
        writable = true;
        window.pump();
      });
    },
    onReady(fresh) {
      channel = fresh;
      writable = true;
      window.pump();
    },
    onClosed(lost, cause) {
      if (channel !== lost) return;
      channel = null;
      mandatory.clear();
      window.lose(cause ?? new Error('connection lost'));
    },
  });
  const forget = link.onChange(() => window.pump());

  return {
    publish(message) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const type = typeLabel(message.type);
      const startedAtMs = clock.monotonicMs();
      const settle = (error: Error | null): void => {
        metrics.count('medley_broker_published_total', { type, result: publishResult(error) });
        metrics.observe('medley_broker_confirm_seconds', { type }, (clock.monotonicMs() - startedAtMs) / 1_000);
        if (error === null) resolve();
        else reject(error);
      };
      const refused = closed ? new BrokerUnavailableError('this connection is closed') : tooLarge(message.body);
      if (refused === null) window.add(message, settle);
      else settle(refused);
      return promise;
    },
    unconfirmed: () => window.size(),
    state() {
      if (channel === null) return 'down';
      return link.blocked() || window.stalled() ? 'blocked' : 'ready';
    },
    async close() {
      closed = true;
      await window.drained();
      forget();
      // The channel ends with its connection: a blocked broker would not answer to its close.
      await supervised.release();
    },
  };
};
