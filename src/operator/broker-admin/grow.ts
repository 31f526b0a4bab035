import { z } from 'zod';
import { BrokerRefusedError } from './errors.ts';
import { type ManagementClient, path } from './management-client.ts';
import type { QueueState } from './queue-states.ts';

/** A quorum queue has so many copies where there are nodes for them. */
const wantedMembers = 3;

const nodesSchema = z.array(z.object({ name: z.string(), running: z.boolean() }));

/** The nodes that run; null where this user may not know (it lacks the tag `monitoring`). */
export const runningNodes = async (client: ManagementClient): Promise<readonly string[] | null> => {
  try {
    const nodes = nodesSchema.parse((await client.get('nodes?columns=name,running')) ?? []);
    return nodes.filter(({ running }) => running).map(({ name }) => name);
  } catch (error) {
    if (error instanceof BrokerRefusedError) return null;
    throw error;
  }
};

/** A queue that has fewer copies than there are nodes for, and how to mend it by hand. */
export interface Undersized {
  queue: string;
  members: number;
  mend: string;
}

const mendOf = (queue: string, vhost: string, node: string): string =>
  `run: rabbitmq-queues add_member --vhost ${vhost} ${queue} ${node}`;

/**
 * Gives quorum queues that were declared before all nodes ran the members they lack (RabbitMQ 3.12 and later do that
 * over their API; 3.10 and 3.11 by `rabbitmq-queues` alone). What it could not mend it names.
 */
export const growQuorumQueues = async (options: {
  client: ManagementClient;
  vhost: string;
  nodes: readonly string[];
  states: readonly QueueState[];
}): Promise<readonly Undersized[]> => {
  const { client, vhost, nodes, states } = options;
  const wanted = Math.min(wantedMembers, nodes.length);
  const small = states.filter(({ kind, members }) => kind === 'quorum' && members.length < wanted);
  const left: Undersized[] = [];
  for (const { name, members } of small) {
    const others = nodes.filter((node) => !members.includes(node)).slice(0, wanted - members.length);
    for (const node of others) {
      try {
        await client.post(
          `queues/quorum/${path(vhost, name)}/replicas/add`,
          { node },
          `another member of queue ${name}`,
        );
      } catch {
        left.push({ queue: name, members: members.length, mend: mendOf(name, vhost, node) });
      }
    }
  }
  return left;
};
