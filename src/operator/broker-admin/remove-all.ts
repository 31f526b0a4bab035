import { z } from 'zod';
import type { Names } from '../../contract/topology.ts';
import { type ManagementClient, path } from './management-client.ts';
import type { Owner } from './owner.ts';
import { userNames } from './users.ts';

/** What went and what could not, each with its sentence. */
export interface RemovedAll {
  removed: readonly string[];
  left: readonly { what: string; because: string }[];
}

type Target = { what: string; to: string };

const named = z.array(z.object({ name: z.string() }));

/**
 * Deletes all that an installation has on the broker, with every message in it: queues, exchanges, policies, users. For
 * an uninstall that was told so, from a broker that lives on. What is refused is named, and the rest goes on. Of another installation nothing is touched.
 */
export const removeAll = async (options: {
  client: ManagementClient;
  vhost: string;
  names: Names;
  owner: Pick<Owner, 'foreign'>;
  users: boolean;
}): Promise<RemovedAll> => {
  const { client, vhost, names } = options;
  const removed: string[] = [];
  const left: { what: string; because: string }[] = [];
  const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
  const whose = await options.owner.foreign();
  if (whose !== null) return { removed, left: [{ what: 'everything', because: whose }] };

  const list = async (what: string, from: string, isOurs: (name: string) => boolean): Promise<string[]> => {
    try {
      return named
        .parse((await client.get(`${from}?columns=name`)) ?? [])
        .map(({ name }) => name)
        .filter(isOurs);
    } catch (error) {
      left.push({ what: `${what}s`, because: sentenceOf(error) });
      return [];
    }
  };
  const remove = async ({ what, to }: Target): Promise<void> => {
    try {
      await client.delete(to, what);
      removed.push(what);
    } catch (error) {
      left.push({ what, because: sentenceOf(error) });
    }
  };

  const hasPrefix = (name: string): boolean => name.startsWith(`${names.prefix}.`);
  for (const kind of ['queue', 'exchange', 'policy'] as const) {
    const folder = kind === 'policy' ? 'policies' : `${kind}s`;
    for (const name of await list(kind, `${folder}/${path(vhost)}`, hasPrefix))
      await remove({ what: `${kind} ${name}`, to: path(folder, vhost, name) });
  }
  if (!options.users) return { removed, left };
  const own = userNames(names, vhost);
  const isOwn = (user: string): boolean =>
    user === own.gateway || user === own.aggregator || user === own.operator || own.criterionOf(user) !== null;
  for (const name of await list('user', 'users', isOwn))
    await remove({ what: `user ${name}`, to: path('users', name) });
  return { removed, left };
};
