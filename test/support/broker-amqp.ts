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
