import { connect } from 'amqplib';
import { aggregatorTopology, coreTopology, createNames, scorerTopology } from '../../src/contract/topology.ts';
import { criteria } from './four-scorers.ts';
import { naiveQueue } from './naive-queue.ts';

/** Deletes what a run has declared. What is not there is fine; queues of processes go by themselves. */
export const removeLeftovers = async (amqpUrl: string, prefixes: readonly string[]): Promise<void> => {
  const connection = await connect(amqpUrl);
  const channel = await connection.createChannel();
  for (const prefix of prefixes) {
    const names = createNames(prefix);
    const core = coreTopology(names);
    const topologies = [
      core,
      aggregatorTopology(names, 0),
      ...criteria.map((criterion) => scorerTopology(names, criterion)),
    ];
    const queues = topologies.flatMap((topology) => topology.queues.map((queue) => queue.name));
    for (const queue of [...queues, ...criteria.map((criterion) => naiveQueue(prefix, criterion))]) {
      await channel.deleteQueue(queue);
    }
    for (const { name } of core.exchanges) await channel.deleteExchange(name);
  }
  await connection.close();
};
