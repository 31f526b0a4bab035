import { z } from 'zod';
import type { Names } from '../../contract/topology.ts';
import { type ManagementClient, path } from './management-client.ts';
import { isPasswordOf } from './password-hash.ts';
import type { Permissions } from './permissions.ts';

/** Users of this installation on a broker that may hold several: their names carry virtual host and prefix. */
export const userNames = (names: Names, vhost: string) => {
  const start = `${vhost}:${names.prefix}`;
  return {
    gateway: `${start}.gateway`,
    aggregator: `${start}.aggregator`,
    operator: `${start}.operator`,
    scorer: (criterion: string): string => `${start}.scorer.${criterion}`,
    /** The criterion of a scorer's user; null: it is none of this installation. */
    criterionOf: (user: string): string | null =>
      user.startsWith(`${start}.scorer.`) ? user.slice(`${start}.scorer.`.length) : null,
  };
};

export interface WantedUser {
  name: string;
  password: string;
  permissions: Permissions;
}

const userSchema = z.object({ password_hash: z.string(), hashing_algorithm: z.string() });
const permissionsSchema = z.object({ configure: z.string(), write: z.string(), read: z.string() });
const topicsSchema = z.array(z.object({ exchange: z.string(), write: z.string(), read: z.string() }));

/** Creates users and gives them their rights; writes only where something is otherwise. Needs the tag `administrator`. */
export const createUsers = (options: { client: ManagementClient; vhost: string; names: Names }) => {
  const { client, vhost, names } = options;
  const control = names.exchange.control;

  const account = async ({ name, password }: WantedUser): Promise<void> => {
    const found = userSchema.safeParse(await client.get(path('users', name)));
    const { password_hash: hash = '', hashing_algorithm: algorithm = '' } = found.data ?? {};
    if (isPasswordOf(password, { hash, algorithm })) return;
    await client.put(path('users', name), { password, tags: '' }, `user ${name}`);
  };
  const rights = async ({ name, permissions: { configure, write, read } }: WantedUser): Promise<void> => {
    const has = permissionsSchema.safeParse(await client.get(path('permissions', vhost, name))).data;
    if (has?.configure === configure && has.write === write && has.read === read) return;
    await client.put(path('permissions', vhost, name), { configure, write, read }, `permissions of user ${name}`);
  };
  const topics = async ({ name, permissions }: WantedUser): Promise<void> => {
    const wanted = permissions.control;
    if (wanted === null) return;
    const all = topicsSchema.parse((await client.get(path('topic-permissions', vhost, name))) ?? []);
    const has = all.find(({ exchange }) => exchange === control);
    if (has?.write === wanted.write && has.read === wanted.read) return;
    const body = { exchange: control, ...wanted };
    await client.put(path('topic-permissions', vhost, name), body, `topic permissions of user ${name}`);
  };

  return {
    /** Creates the user or corrects it: password, rights, rights by routing key. */
    async ensure(user: WantedUser): Promise<void> {
      await account(user);
      await rights(user);
      await topics(user);
    },
    /** False: it was gone already. */
    remove: (name: string): Promise<boolean> => client.delete(path('users', name), `user ${name}`),
    /** Users of scorers of this installation, by criterion. */
    async ofScorers(): Promise<ReadonlyMap<string, string>> {
      const named = userNames(names, vhost);
      const all = z.array(z.object({ name: z.string() })).parse((await client.get('users?columns=name')) ?? []);
      return new Map(
        all.flatMap(({ name }) => {
          const criterion = named.criterionOf(name);
          return criterion === null ? [] : [[criterion, name] as const];
        }),
      );
    },
  };
};
