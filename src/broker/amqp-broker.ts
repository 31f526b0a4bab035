import type { ChannelModel } from 'amqplib';
import type { Clock } from '../contract/clock.ts';
import { parseAmqpAddress } from './amqp-address.ts';
import { type Link, openLink, type Purpose } from './amqp-connection.ts';
import { createAmqpConsumer } from './amqp-consumer.ts';
import { createPassingQueues } from './amqp-passing-queues.ts';
import { type AmqpPublisher, createAmqpPublisher } from './amqp-publisher.ts';
import { onChannel } from './amqp-topology.ts';
import type { Broker, Consumer } from './port.ts';
import type { Telemetry } from './telemetry.ts';

export interface AmqpBrokerOptions extends Telemetry {
  /** `amqp://user:password@host:5672/vhost`, or `amqps://`. */
  url: string;
  /** The process, as RabbitMQ's list of connections shows it. */
  name: string;
  clock: Clock;
  /** For jitter; 0 ≤ x < 1. */
  random?: () => number;
  /** How long a publish waits for a connection, an unblocking or a sign of life, ms. 1,000 unless told. */
  patienceMs?: number;
  /** How long the first connection is tried for, ms. 30,000 unless told. */
  startPatienceMs?: number;
  /** How long a first connection that is refused is tried for, ms: the user may be created meanwhile. 0 unless told. */
  refusalPatienceMs?: number;
  /** How long `close()` waits for handlers and confirms, ms. 5,000 unless told. */
  closeGraceMs?: number;
}

/** Declaring, looking and deleting wait so long for the connection, ms. */
const operationTimeoutMs = 10_000;

const openLinks = async (open: (purpose: Purpose) => Promise<Link>): Promise<{ publish: Link; consume: Link }> => {
  const [publish, consume] = await Promise.allSettled([open('publish'), open('consume')]);
  if (publish.status === 'fulfilled' && consume.status === 'fulfilled') {
    return { publish: publish.value, consume: consume.value };
  }
  for (const link of [publish, consume]) if (link.status === 'fulfilled') await link.value.close();
  throw publish.status === 'rejected' ? publish.reason : (consume as PromiseRejectedResult).reason;
};

/**
 * The broker port on RabbitMQ 3.10 to 4.x: one connection to publish, one for everything else.
 *
 * @throws BrokerRefusedError wrong user, password, virtual host or address: at once, or after `refusalPatienceMs`
 * @throws BrokerUnavailableError nothing answered for `startPatienceMs`
 */
export const createAmqpBroker = async (options: AmqpBrokerOptions): Promise<Broker> => {
  const { clock, log, metrics, name } = options;
  const {
    closeGraceMs = 5_000,
    random = Math.random,
    patienceMs = 1_000,
    startPatienceMs = 30_000,
    refusalPatienceMs = 0,
  } = options;
  const shared = { clock, log, metrics, random };
  const patience = { startPatienceMs, refusalPatienceMs };
  const address = parseAmqpAddress(options.url);
  const links = await openLinks((purpose) => openLink({ ...shared, address, name, purpose, ...patience }));
  const passing = createPassingQueues({ clock, log, metrics });
  const consumers = new Set<Consumer>();
  const publishers = new Set<AmqpPublisher>();

  const connection = (): Promise<ChannelModel> => links.consume.opened(operationTimeoutMs);
  const withinGrace = async (work: Promise<unknown>): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = clock.setTimer(closeGraceMs, resolve);
    await Promise.race([work, promise]);
    cancel();
  };

  return {
    async declare(topology) {
      await passing.declare(await connection(), topology);
    },
    async createPublisher() {
      const publisher = await createAmqpPublisher({ ...shared, link: links.publish, patienceMs });
      publishers.add(publisher);
      return publisher;
    },
    async consume({ queue, prefetch }, handle) {
      const handling = { queue, handle, telemetry: { log, metrics } };
      const consumer = await createAmqpConsumer({
        ...shared,
        link: links.consume,
        handling,
        prefetch,
        nameToday: passing.nameToday,
      });
      consumers.add(consumer);
      const stop = (): Promise<void> => consumer.stop().finally(() => consumers.delete(consumer));
      return { active: consumer.active, stop };
    },
    async depth(queue) {
      return onChannel(await connection(), async (channel) => {
        const found = await channel.checkQueue(queue).catch((error: { code?: number }) => {
          if (error.code === 404) return null;
          throw error;
        });
        return found?.messageCount ?? null;
      });
    },
    async deleteQueues(queues) {
      const named = queues.flatMap(passing.forget);
      await onChannel(await connection(), async (channel) => {
        for (const queue of named) await channel.deleteQueue(queue);
      });
    },
    ready: () => links.publish.current() !== null && links.consume.current() !== null,
    async close() {
      const handlersDone = Promise.all([...consumers].map((consumer) => consumer.stop()));
      await withinGrace(handlersDone.then(() => Promise.all([...publishers].map((publisher) => publisher.close()))));
      await Promise.all([links.publish.close(), links.consume.close()]);
    },
  };
};
