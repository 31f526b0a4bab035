import { z } from 'zod';
import type { Names } from '../../contract/topology.ts';
import { BrokerConflictError } from './errors.ts';
import { type ManagementClient, path } from './management-client.ts';

/** Whose names under the prefix these are. Two installations would sweep each other's queues and change each other's passwords. */
export interface Owner {
  /**
   * Marks the prefix as ours where nobody has.
   *
   * @throws BrokerConflictError where it is another's
   */
  claim(): Promise<void>;
  /** The sentence that says whose it is; null: ours, or nobody's yet. */
  foreign(): Promise<string | null>;
}

const argument = 'medley-owner';
const markerSchema = z.object({ arguments: z.record(z.string(), z.unknown()).default({}) });

/**
 * The marker is an exchange to which nothing is bound, with the owner's name as an argument: every release of RabbitMQ has
 * exchanges, whoever may declare queues may declare one, and it is listed. Of two that declare it at once the first wins,
 * and both read what there is: RabbitMQ does not compare arguments that it does not know.
 */
export const createOwner = (options: {
  client: ManagementClient;
  vhost: string;
  names: Names;
  /** The installation: its namespace, and which cluster that is in. */
  owner: string;
}): Owner => {
  const { client, vhost, names, owner } = options;
  const marker = path('exchanges', vhost, names.owner);

  /** Null: nobody has marked it. */
  const read = async (): Promise<string | null> => {
    const found = await client.get(marker);
    return found === null ? null : String(markerSchema.parse(found).arguments[argument] ?? 'somebody unnamed');
  };
  const sentence = (other: string): string =>
    `on virtual host ${vhost} the names that begin with ${names.prefix} belong to installation ${other}, this one is ${owner}: give it a prefix or a virtual host of its own; or, where the other one is gone, delete exchange ${names.owner} and this one takes over`;
  const foreign = async (): Promise<string | null> => {
    const found = await read();
    return found === null || found === owner ? null : sentence(found);
  };

  return {
    foreign,
    async claim() {
      if ((await read()) === null) {
        const body = { type: 'direct', durable: true, internal: true, arguments: { [argument]: owner } };
        await client.put(marker, body, `exchange ${names.owner}`);
      }
      const whose = await foreign();
      if (whose !== null) throw new BrokerConflictError(whose);
    },
  };
};
