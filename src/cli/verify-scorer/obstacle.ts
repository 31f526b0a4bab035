import type { Broker, Handler, Publisher } from '../../broker/port.ts';
import type { Names, Topology } from '../../contract/topology.ts';

/** A results queue that takes nothing: what a scorer publishes there is refused by the broker, until it is removed. */
export interface Obstacle {
  resultsKey: string;
  /** Makes room. */
  remove(): Promise<void>;
}

/** A quorum queue refuses what exceeds its length, some messages late. */
const fillers = 50;
const fillerType = 'medley.verify.filler';

/** One message fills it. */
export const obstacleTopology = (names: Names, ordinal: number): Topology => {
  const name = names.results(ordinal, 'durable');
  return {
    exchanges: [],
    queues: [{ name, kind: 'quorum', maxMessages: 1 }],
    bindings: [{ queue: name, exchange: names.exchange.results, key: name }],
  };
};

const fill = async (publisher: Publisher, exchange: string, routingKey: string): Promise<void> => {
  for (let turn = 0; turn < fillers; turn += 1) {
    const filler = { exchange, routingKey, type: fillerType, body: Buffer.from('{}'), persistent: true };
    const taken = await publisher.publish(filler).then(
      () => true,
      () => false,
    );
    if (!taken) return;
  }
};

/** @param take what is handed the messages, once there is room for them */
export const createObstacle = async (
  { broker, names, ordinal }: { broker: Broker; names: Names; ordinal: number },
  take: Handler,
): Promise<Obstacle> => {
  const queue = names.results(ordinal, 'durable');
  await broker.declare(obstacleTopology(names, ordinal));
  await fill(await broker.createPublisher(), names.exchange.results, queue);
  return {
    resultsKey: queue,
    async remove() {
      await broker.consume({ queue, prefetch: 100 }, (message) =>
        message.type === fillerType ? 'ack' : take(message),
      );
    },
  };
};
