import type { Broker, Publisher } from '../../src/broker/port.ts';
import type { QueueSpec, Topology } from '../../src/contract/topology.ts';
import { type BrokerHarness, createScene, message, type Scene } from './broker-fixture.ts';
import { until } from './until.ts';

/** One test's connection, names and short ways to say things. */
export interface World {
  harness: BrokerHarness;
  scene: Scene;
  broker: Broker;
  publisher: Publisher;
  /** Declares queues by short name and returns their full names. */
  declare(...queues: (Partial<QueueSpec> & { name: string })[]): Promise<string[]>;
  send(queue: string, ...texts: string[]): Promise<void>;
  depthIs(queue: string, depth: number): Promise<void>;
}

export const createWorld = async (harness: BrokerHarness, topologies: Topology[]): Promise<World> => {
  const scene = createScene();
  const broker = await harness.connect('test');
  const publisher = await broker.createPublisher();
  return {
    harness,
    scene,
    broker,
    publisher,
    async declare(...queues) {
      const named = queues.map((queue) => ({ ...queue, name: scene.queue(queue.name) }));
      const topology = scene.topology(...named);
      topologies.push(topology);
      await broker.declare(topology);
      return named.map(({ name }) => name);
    },
    async send(queue, ...texts) {
      for (const text of texts) await publisher.publish(message(scene, queue, text));
    },
    depthIs: (queue, depth) => until(`${queue} holds ${depth}`, async () => (await broker.depth(queue)) === depth),
  };
};
