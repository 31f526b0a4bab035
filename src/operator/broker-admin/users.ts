import { z } from 'zod';
import type { Clock } from '../../contract/clock.ts';
import type { Names } from '../../contract/topology.ts';
import { createHeldView } from './held-view.ts';
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

const usersSchema = z.array(
  z.object({ name: z.string(), password_hash: z.string().default(''), hashing_algorithm: z.string().default('') }),
);
const rightsSchema = z.array(
  z.object({ user: z.string(), configure: z.string(), write: z.string(), read: z.string() }),
);
const topicsSchema = z.array(z.object({ user: z.string(), exchange: z.string(), write: z.string(), read: z.string() }));

/** All users of the broker, and what each may do in the one virtual host; what this process writes is noted in it. */
interface Accounts {
  users: Map<string, z.output<typeof usersSchema>[number]>;
  /** Passwords set since it was read: the broker alone knows what hash it made of them. */
  passwords: Map<string, string>;
  rights: Map<string, Omit<z.output<typeof rightsSchema>[number], 'user'>>;
  /** On the control exchange. */
  topics: Map<string, { write: string; read: string }>;
}

/**
 * Creates users and gives them their rights; writes only where something is otherwise. Needs the tag `administrator`.
 *
 * Three lists are read for all users at once, not three answers for each: hundreds of Scorers are looked at in a moment.
 */
export const createUsers = (options: {
  client: ManagementClient;
  vhost: string;
  names: Names;
  clock: Clock;
  maxAgeMs: number;
}) => {
  const { client, vhost, names } = options;
  const control = names.exchange.control;

  const list = async <S extends z.ZodType>(to: string, schema: S): Promise<z.output<S>> =>
    schema.parse((await client.get(to)) ?? []);
  const read = async (): Promise<Accounts> => {
    const [users, rights, topics] = await Promise.all([
      list('users?columns=name,password_hash,hashing_algorithm', usersSchema),
      list(`vhosts/${path(vhost)}/permissions`, rightsSchema),
      list(`vhosts/${path(vhost)}/topic-permissions`, topicsSchema),
    ]);
    const ours = topics.filter(({ exchange }) => exchange === control);
    return {
      users: new Map(users.map((one) => [one.name, one])),
      passwords: new Map(),
      rights: new Map(rights.map(({ user, ...may }) => [user, may])),
      topics: new Map(ours.map(({ user, ...may }) => [user, may])),
    };
  };
  const accounts = createHeldView({ ...options, read });

  const account = async (known: Accounts, { name, password }: WantedUser): Promise<void> => {
    if (known.passwords.get(name) === password) return;
    const { password_hash: hash = '', hashing_algorithm: algorithm = '' } = known.users.get(name) ?? {};
    if (!known.passwords.has(name) && isPasswordOf(password, { hash, algorithm })) return;
    await client.put(path('users', name), { password, tags: '' }, `user ${name}`);
    known.passwords.set(name, password);
  };
  const rights = async (known: Accounts, { name, permissions }: WantedUser): Promise<void> => {
    const { configure, write, read: reads } = permissions;
    const has = known.rights.get(name);
    if (has?.configure === configure && has.write === write && has.read === reads) return;
    const body = { configure, write, read: reads };
    await client.put(path('permissions', vhost, name), body, `permissions of user ${name}`);
    known.rights.set(name, body);
  };
  const topics = async (known: Accounts, { name, permissions }: WantedUser): Promise<void> => {
    const wanted = permissions.control;
    if (wanted === null) return;
    const has = known.topics.get(name);
    if (has?.write === wanted.write && has.read === wanted.read) return;
    const body = { exchange: control, ...wanted };
    await client.put(path('topic-permissions', vhost, name), body, `topic permissions of user ${name}`);
    known.topics.set(name, wanted);
  };

  return {
    /** Creates the user or corrects it: password, rights, rights by routing key. */
    async ensure(user: WantedUser): Promise<void> {
      const known = await accounts.current();
      try {
        await account(known, user);
        await rights(known, user);
        await topics(known, user);
      } catch (error) {
        accounts.forget();
        throw error;
      }
    },
    /** False: it was gone already. */
    async remove(name: string): Promise<boolean> {
      try {
        return await client.delete(path('users', name), `user ${name}`);
      } finally {
        accounts.forget();
      }
    },
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
