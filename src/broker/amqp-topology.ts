import type { Channel, ChannelModel } from 'amqplib';
import type { BindingSpec, QueueSpec, Topology } from '../contract/topology.ts';
import { closeQuietly } from './amqp-channel.ts';
import { BrokerRefusedError, BrokerUnavailableError, TopologyMismatchError } from './errors.ts';

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

/** Names what could not be declared; AMQP reply codes: 403 not allowed, 404 no such exchange, 405 and 406 is otherwise. */
const explain = (what: string, error: unknown): Error => {
  const code = codeOf(error);
  const said = error instanceof Error ? error.message : String(error);
  if (code === 403) return new BrokerRefusedError(`${what}: not allowed`, { cause: error });
  if (code === 404 || code === 405 || code === 406)
    return new TopologyMismatchError(`${what}: ${said}`, { cause: error });
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

/** Declares what is missing, one after the other. @throws TopologyMismatchError naming what exists otherwise */
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

/** Remembers the queues that expire, with their bindings, to declare them again when their consumer comes back. */
export interface PassingQueues {
  remember(topology: Topology): void;
  forget(queue: string): void;
  /** Nothing to do for queues that do not expire. */
  restore(model: ChannelModel, queue: string): Promise<void>;
}

export const createPassingQueues = (): PassingQueues => {
  const queues = new Map<string, { spec: QueueSpec; bindings: Map<string, BindingSpec> }>();
  return {
    remember(topology) {
      for (const spec of topology.queues) {
        if (spec.expiresMs !== undefined)
          queues.set(spec.name, { spec, bindings: queues.get(spec.name)?.bindings ?? new Map() });
      }
      for (const binding of topology.bindings) {
        queues.get(binding.queue)?.bindings.set(JSON.stringify([binding.exchange, binding.key]), binding);
      }
    },
    forget: (queue) => void queues.delete(queue),
    async restore(model, queue) {
      const known = queues.get(queue);
      if (known === undefined) return;
      await declareTopology(model, { exchanges: [], queues: [known.spec], bindings: [...known.bindings.values()] });
    },
  };
};
