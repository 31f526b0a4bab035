import { connect } from 'amqplib';
import type { Topology } from '../contract/topology.ts';
import { parseAmqpAddress } from './amqp-address.ts';
import { onChannel } from './amqp-topology.ts';

/** Deletes queues and exchanges with all that is in them: for what a tool declared for itself. Missing ones are fine. */
export const deleteTopology = async (url: string, topologies: readonly Topology[]): Promise<void> => {
  if (topologies.length === 0) return;
  const model = await connect(parseAmqpAddress(url).url, { noDelay: true });
  model.on('error', () => undefined);
  try {
    await onChannel(model, async (channel) => {
      for (const { queues } of topologies) for (const { name } of queues) await channel.deleteQueue(name);
      for (const { exchanges } of topologies) for (const { name } of exchanges) await channel.deleteExchange(name);
    });
  } finally {
    await model.close();
  }
};
