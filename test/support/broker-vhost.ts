import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ConfirmChannel, connect } from 'amqplib';
import { createNames, type Names } from '../../src/contract/topology.ts';
import { type BrokerAdminOptions, createBrokerAdmin } from '../../src/operator/broker-admin/broker-admin.ts';
import {
  aggregatorPermissions,
  gatewayPermissions,
  operatorPermissions,
  scorerPermissions,
} from '../../src/operator/broker-admin/permissions.ts';
import { userNames } from '../../src/operator/broker-admin/users.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { testAmqpUrl } from './broker-amqp.ts';

/** The management API of the RabbitMQ that the tests use: its port is 10,000 above that of AMQP. */
export const testManagementUrl = (amqpUrl = testAmqpUrl): string => {
  const { username, password, hostname, port } = new URL(amqpUrl);
  return (
    process.env.MEDLEY_TEST_MANAGEMENT_URL ?? `http://${username}:${password}@${hostname}:${Number(port) + 10_000}`
  );
};

/** A virtual host for one test, and the management API under it. */
export interface TestVhost {
  vhost: string;
  names: Names;
  managementUrl: string;
  amqpUrl(user?: string, password?: string): string;
  api(method: string, path: string, body?: object): Promise<{ status: number; body: unknown }>;
  admin(options?: Partial<BrokerAdminOptions>): ReturnType<typeof createBrokerAdmin>;
  /** Deletes the virtual host, and every user whose name begins with its own. */
  remove(): Promise<void>;
}

export const password = 'p-for-tests';

export const createTestVhost = (amqpUrl = testAmqpUrl, managementUrl = testManagementUrl(amqpUrl)): TestVhost => {
  const vhost = `test-${randomBytes(5).toString('hex')}`;
  const { origin, username, password: secret } = new URL(managementUrl);
  const authorization = `Basic ${Buffer.from(`${username}:${secret}`).toString('base64')}`;

  const api: TestVhost['api'] = async (method, path, body) => {
    const response = await fetch(`${origin}/api/${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
  };
  const names = createNames('films');
  return {
    vhost,
    names,
    managementUrl,
    api,
    amqpUrl(user, secretOf) {
      const url = new URL(amqpUrl);
      if (user !== undefined) url.username = encodeURIComponent(user);
      if (secretOf !== undefined) url.password = encodeURIComponent(secretOf);
      url.pathname = `/${vhost}`;
      return url.href;
    },
    admin: (options = {}) =>
      createBrokerAdmin({
        ...{
          managementUrl,
          vhost,
          names,
          owner: 'films@here',
          provisionUsers: true,
          clock: systemClock,
          log: silentLog,
        },
        viewMs: 50,
        settleMs: 6_000,
        ...options,
      }),
    async remove() {
      const { body } = await api('GET', 'users?columns=name');
      for (const { name } of body as { name: string }[])
        if (name.startsWith(vhost)) await api('DELETE', `users/${encodeURIComponent(name)}`);
      await api('DELETE', `vhosts/${vhost}`);
    },
  };
};

/** The users of every role, as the operator makes them. */
export const provisionUsers = async (
  { vhost, admin }: Pick<TestVhost, 'vhost' | 'admin'>,
  names: Names,
  criteria: readonly string[],
): Promise<ReturnType<typeof userNames>> => {
  const users = userNames(names, vhost);
  const { ensureUser } = admin();
  const make = (name: string, permissions: ReturnType<typeof gatewayPermissions>): Promise<void> =>
    ensureUser({ name, password, permissions });
  await make(users.gateway, gatewayPermissions(names));
  await make(users.aggregator, aggregatorPermissions(names));
  await make(users.operator, operatorPermissions(names));
  for (const one of criteria) await make(users.scorer(one), scorerPermissions(names, one));
  return users;
};

/** What a user may not do closes the channel with 403; every attempt is made on a connection of its own. */
export type Attempt = (channel: ConfirmChannel) => Promise<unknown>;

/** `ok`, or what the broker said; a publish says nothing, so it is followed by something that waits its turn. */
export const attempt = async (url: string, act: Attempt): Promise<string> => {
  const connection = await connect(url, { noDelay: true });
  connection.on('error', () => {});
  try {
    const channel = await connection.createConfirmChannel();
    let said: string | null = null;
    channel.on('error', (error: Error) => {
      said = error.message;
    });
    await act(channel).catch((error: Error) => {
      said ??= error.message;
    });
    await channel.waitForConfirms().catch(() => {});
    if (said === null) await sleep(20);
    return said === null ? 'ok' : /ACCESS_REFUSED/.test(said) ? 'refused' : said;
  } finally {
    await connection.close().catch(() => {});
  }
};
