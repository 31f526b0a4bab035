import type { Channel, ChannelModel } from 'amqplib';
import type { QueueSpec, Topology } from '../contract/topology.ts';
import { closeQuietly } from './amqp-channel.ts';
import {
  BrokerRefusedError,
  BrokerUnavailableError,
  HomeNodeDownError,
  TopologyMismatchError,
  TopologyMissingError,
} from './errors.ts';

/** RabbitMQ 4 gives every quorum queue a limit of 20 and cannot be told "none"; this many is none. */
const noDeliveryLimit = 1_000_000;

/** A queue's arguments as RabbitMQ spells them; undefined ones are left out. */
export const queueArguments = (spec: QueueSpec): Readonly<Record<string, string | number>> => {
  const quorum = spec.kind === 'quorum';
  const bounded = spec.maxMessages !== undefined || spec.maxBytes !== undefined;
  const all: Record<string, string | number | undefined> = {
    'x-queue-type': spec.kind,
    'x-max-length': spec.maxMessages,
    'x-max-length-bytes': spec.maxBytes,
    'x-overflow': bounded ? (quorum ? 'reject-publish' : 'drop-head') : undefined,
    'x-expires': spec.expiresMs,
    'x-dead-letter-exchange': spec.deadLetter?.exchange,
    'x-dead-letter-routing-key': spec.deadLetter?.key,
    'x-delivery-limit': quorum ? (spec.deliveryLimit ?? noDeliveryLimit) : undefined,
  };
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string | number] => entry[1] !== undefined),
  );
};

const codeOf = (error: unknown): number | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : undefined;

/** What RabbitMQ 3.10 to 4 say of a classic queue whose node is gone, in a 404. */
const homeNodeDown = /down or inaccessible/;

/** Names what could not be declared; AMQP reply codes: 403 not allowed, 404 no such exchange, 405 and 406 is otherwise. */
const explain = (what: string, error: unknown): Error => {
  const code = codeOf(error);
  const said = error instanceof Error ? error.message : String(error);
  if (code === 403) return new BrokerRefusedError(`${what}: not allowed`, { cause: error });
  if (code === 404 && homeNodeDown.test(said)) return new HomeNodeDownError(`${what}: ${said}`, { cause: error });
  if (code === 404) return new TopologyMissingError(`${what}: ${said}`, { cause: error });
  if (code === 405 || code === 406) return new TopologyMismatchError(`${what}: ${said}`, { cause: error });
  return new BrokerUnavailableError(`${what}: ${said}`, { cause: error });
};

/** Does some work on a channel of its own, whose errors concern nobody else. */
export const onChannel = async <T>(model: ChannelModel, work: (channel: Channel) => Promise<T>): Promise<T> => {
  const channel = await model.createChannel();
  channel.on('error', () => {});
  try {
    return await work(channel);
  } finally {
    await closeQuietly(channel);
  }
};

const step = async (what: string, work: Promise<unknown>): Promise<void> => {
  try {
    await work;
  } catch (error) {
    throw explain(what, error);
  }
};

/**
 * Declares what is missing, one after the other.
 *
 * @throws TopologyMismatchError naming what exists otherwise, TopologyMissingError naming what a binding needs,
 * HomeNodeDownError naming a classic queue that can't be reached
 */
export const declareTopology = (model: ChannelModel, topology: Topology): Promise<void> =>
  onChannel(model, async (channel) => {
    for (const { name, kind } of topology.exchanges) {
      await step(`exchange ${name}`, channel.assertExchange(name, kind, { durable: true }));
    }
    for (const spec of topology.queues) {
      const declared = channel.assertQueue(spec.name, { durable: true, arguments: queueArguments(spec) });
      await step(`queue ${spec.name}`, declared);
    }
    for (const { queue, exchange, key } of topology.bindings) {
      await step(`binding of queue ${queue} to exchange ${exchange}`, channel.bindQueue(queue, exchange, key));
    }
  });
