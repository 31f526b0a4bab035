import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'amqplib';
import type { Topology } from '../../src/contract/topology.ts';

/** The RabbitMQ the tests use. */
export const testAmqpUrl = process.env.MEDLEY_TEST_AMQP_URL ?? 'amqp://guest:guest@127.0.0.1:5672';

/** Deletes what tests declared. */
export const deleteTopology = async (topologies: readonly Topology[], url = testAmqpUrl): Promise<void> => {
  const connection = await connect(url);
  connection.on('error', () => {});
  const channel = await connection.createChannel();
  for (const { queues, exchanges } of topologies) {
    for (const { name } of queues) await channel.deleteQueue(name);
    for (const { name } of exchanges) await channel.deleteExchange(name);
  }
  await connection.close();
};

/** Looks again and again how many consume each queue, until stopped: the numbers seen, by queue. */
export const watchConsumers = async (
  queues: readonly string[],
  url = testAmqpUrl,
): Promise<{ stop(): Promise<ReadonlyMap<string, ReadonlySet<number>>> }> => {
  const connection = await connect(url);
  connection.on('error', () => {});
  const channel = await connection.createChannel();
  const seen = new Map(queues.map((queue) => [queue, new Set<number>()]));
  let running = true;
  const watch = async (): Promise<void> => {
    while (running) {
      for (const [queue, counts] of seen) counts.add((await channel.checkQueue(queue)).consumerCount);
      await sleep(5);
    }
  };
  const watching = watch();
  return {
    async stop() {
      running = false;
      await watching;
      await connection.close();
      return seen;
    },
  };
};
