import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import type { Clock } from '../contract/clock.ts';
import { closeQuietly, type SupervisedChannel, superviseChannel } from './amqp-channel.ts';
import type { Link } from './amqp-connection.ts';
import { type Handling, runHandler } from './handling.ts';
import type { Consumer, Incoming, Verdict } from './port.ts';
import { typeLabel } from './telemetry.ts';

export interface ConsumerOptions {
  link: Link;
  clock: Clock;
  random: () => number;
  handling: Handling;
  prefetch: number;
  /** The queue's name now; declares it again where it may have expired or its node may be gone. */
  nameToday(model: ChannelModel, queue: string): Promise<string>;
}

/** One subscription: a channel, and how many of its messages are with the handler. */
interface Subscription {
  channel: Channel;
  tag: string;
  running: number;
  alive: boolean;
  /** Cancelled by the broker: closed once nothing runs. */
  retired: boolean;
}

/** What was delivered, in the port's words. */
export const toIncoming = ({ content, fields, properties }: ConsumeMessage): Incoming => {
  const headers: Readonly<Record<string, unknown>> = properties.headers ?? {};
  const counted = headers['x-delivery-count'];
  return {
    type: typeof properties.type === 'string' ? properties.type : '',
    body: content,
    exchange: fields.exchange,
    routingKey: fields.routingKey,
    redelivered: fields.redelivered,
    deliveries: typeof counted === 'number' ? counted : Number(fields.redelivered),
    headers,
  };
};

const settleOn = (channel: Channel, message: ConsumeMessage, verdict: Verdict): void => {
  if (verdict === 'ack') channel.ack(message);
  else channel.nack(message, false, verdict === 'requeue');
};

/** Consumes one queue on a channel of its own; a verdict goes to the channel its message came from, or nowhere. */
export const createAmqpConsumer = async (options: ConsumerOptions): Promise<Consumer> => {
  const { handling, prefetch } = options;
  const { log, metrics } = handling.telemetry;
  const { queue } = handling;
  const subscriptions = new Map<Channel, Subscription>();
  const whenIdle: (() => void)[] = [];
  let running = 0;
  let supervised: SupervisedChannel<Channel> | null = null;

  const settle = (from: Subscription, message: ConsumeMessage, verdict: Verdict): void => {
    running -= 1;
    from.running -= 1;
    try {
      if (from.alive) settleOn(from.channel, message, verdict);
      else
        metrics.count('medley_broker_delivered_total', {
          type: typeLabel(message.properties.type),
          verdict: 'dropped',
        });
    } catch (error) {
      log.warn({ queue, verdict, err: error }, 'broker.settle.failed');
    }
    if (from.retired && from.running === 0) void closeQuietly(from.channel);
    if (running === 0) for (const idle of whenIdle.splice(0)) idle();
  };
  const onMessage = (from: Subscription, message: ConsumeMessage | null): void => {
    if (message === null) {
      retire(from);
      return;
    }
    running += 1;
    from.running += 1;
    runHandler(handling, toIncoming(message), (verdict) => settle(from, message, verdict));
  };
  /** The broker cancelled the consumer: its queue was deleted or moved. */
  const retire = (from: Subscription): void => {
    log.warn({ queue }, 'broker.consumer.cancelled');
    from.retired = true;
    if (supervised?.current() === from.channel) supervised.replace();
    if (from.running === 0) void closeQuietly(from.channel);
  };

  const supervision = await superviseChannel<Channel>({
    ...options,
    log,
    metrics,
    purpose: `consume ${queue}`,
    create: (model) => model.createChannel(),
    async prepare(channel, model) {
      const subscription: Subscription = { channel, tag: '', running: 0, alive: true, retired: false };
      subscriptions.set(channel, subscription);
      const name = await options.nameToday(model, queue);
      await channel.prefetch(prefetch);
      const { consumerTag } = await channel.consume(name, (message) => onMessage(subscription, message));
      subscription.tag = consumerTag;
      if (subscription.retired) throw new Error('cancelled at once');
    },
    onClosed(channel) {
      const subscription = subscriptions.get(channel);
      if (subscription !== undefined) subscription.alive = false;
      subscriptions.delete(channel);
    },
  });

  supervised = supervision;
  return {
    active: () => supervision.current() !== null,
    async stop() {
      const channel = await supervision.release();
      const tag = channel === null ? undefined : subscriptions.get(channel)?.tag;
      // What the broker sent before it read the cancel is here already and is finished like the rest.
      if (channel !== null && tag !== undefined) await channel.cancel(tag).catch(() => {});
      if (running > 0) await new Promise<void>((resolve) => whenIdle.push(resolve));
      if (channel !== null) await closeQuietly(channel);
    },
  };
};
