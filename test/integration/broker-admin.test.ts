import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { connect } from 'amqplib';
import { usualQueueLimits } from '../../src/contract/resources-scorer.ts';
import type { BrokerAdmin } from '../../src/operator/broker-admin/broker-admin.ts';
import {
  BrokerConflictError,
  BrokerRefusedError,
  BrokerUnreachableError,
} from '../../src/operator/broker-admin/errors.ts';
import { scorerPermissions } from '../../src/operator/broker-admin/permissions.ts';
import {
  type Attempt,
  attempt,
  createTestVhost,
  password,
  provisionUsers,
  type TestVhost,
} from '../support/broker-vhost.ts';
import { until } from '../support/until.ts';

const queue = { maxMessages: 100, maxBytes: 1_048_576, durableDeliveryLimit: 25 };
const history = { criterion: 'history', generation: 0, queue };
const genres = { criterion: 'genres', generation: 0, queue };

let place: TestVhost;
let admin: BrokerAdmin;

beforeEach(() => {
  place = createTestVhost();
  admin = place.admin();
});
afterEach(() => place.remove());

const declareAll = async (): Promise<void> => {
  await admin.ensureCore();
  await admin.ensureScorer(history);
  await admin.ensureScorer(genres);
};
const publish = async (exchange: string, key: string, persistent = true): Promise<void> => {
  const connection = await connect(place.amqpUrl());
  const channel = await connection.createConfirmChannel();
  channel.publish(exchange, key, Buffer.from('{}'), { persistent });
  await channel.waitForConfirms();
  await connection.close();
};
const policyOf = async (name: string): Promise<unknown> =>
  (await place.api('GET', `policies/${place.vhost}/${name}`)).body;
const queueNames = async (): Promise<string[]> => (await admin.queues()).map(({ name }) => name).sort();

describe('what the operator declares', () => {
  test('is the core and two queues for each scorer, bounded by policies', async () => {
    await declareAll();
    expect(await queueNames()).toEqual([
      'films.dead.intake',
      'films.dead.malformed',
      'films.dead.scoring',
      'films.intake.accepted',
      'films.scorer.genres.durable',
      'films.scorer.genres.interactive',
      'films.scorer.history.durable',
      'films.scorer.history.interactive',
    ]);
    await until(
      'every queue has the policy of its name',
      async () => {
        const { body } = await place.api('GET', `queues/${place.vhost}`);
        return (body as { name: string; policy?: string }[]).every(({ name, policy }) => policy === name);
      },
      12_000,
    );
    expect(await policyOf('films.scorer.history.interactive')).toMatchObject({
      pattern: '^films\\.scorer\\.history\\.interactive(\\.g[0-9]+)?$',
      definition: { 'max-length': 100, 'max-length-bytes': 1_048_576, overflow: 'drop-head' },
    });
  }, 20_000);

  test('is written once: when nothing is otherwise, nothing is written', async () => {
    await declareAll();
    const methods: string[] = [];
    const watched: typeof fetch = (input, init) => {
      methods.push(init?.method ?? 'GET');
      return fetch(input, init);
    };
    const again = place.admin({ fetch: watched });
    const user = { name: `${place.vhost}:u`, password, permissions: scorerPermissions(place.names, 'history') };
    await again.ensureUser(user);
    expect(methods).toContain('PUT');
    methods.length = 0;
    await again.ensureCore();
    await again.ensureScorer(history);
    await again.ensureUser(user);
    expect([...new Set(methods)]).toEqual(['GET']);
  });

  test('bounds a Scorer that leaves the limits as they are by one policy for all such, and one of its own goes then', async () => {
    await declareAll();
    await admin.ensureScorer({ ...history, queue: { ...usualQueueLimits } });
    await until(
      'its queues have the policies of all',
      async () => {
        const { body } = await place.api('GET', `queues/${place.vhost}`);
        const own = (body as { name: string; policy?: string }[]).filter(({ name }) => name.includes('.history.'));
        return isDeepStrictEqual(own.map(({ policy }) => policy).sort(), [
          'films.scorers.durable',
          'films.scorers.interactive',
        ]);
      },
      12_000,
    );
    expect(await policyOf('films.scorer.history.durable')).not.toHaveProperty('pattern');
    expect(await policyOf('films.scorer.genres.durable')).toHaveProperty('pattern');
  }, 20_000);

  test('changes in place where a limit changes, and is put back where somebody deletes it', async () => {
    await declareAll();
    await publish('films.scatter', 'films.scorer.history.durable');
    await admin.ensureScorer({ ...history, queue: { ...queue, maxMessages: 7, durableDeliveryLimit: 30 } });
    expect(await policyOf('films.scorer.history.interactive')).toMatchObject({ definition: { 'max-length': 7 } });
    expect(await policyOf('films.scorer.history.durable')).toMatchObject({ definition: { 'delivery-limit': 30 } });
    await place.api('DELETE', `queues/${place.vhost}/films.scorer.genres.interactive`);
    await sleep(60);
    await admin.ensureScorer(genres);
    expect(await queueNames()).toContain('films.scorer.genres.interactive');
    await publish('films.scatter', 'films.scorer.genres.interactive', false);
    await until('the message is counted', async () => {
      const states = await admin.queues();
      return states.some(
        ({ name, messagesReady }) => name === 'films.scorer.genres.interactive' && messagesReady === 1,
      );
    });
  });

  test('bounds the queue it is about: the oldest message goes', async () => {
    await admin.ensureCore();
    await admin.ensureScorer({ ...history, queue: { ...queue, maxMessages: 2 } });
    for (let n = 0; n < 4; n += 1) await publish('films.scatter', 'films.scorer.history.interactive', false);
    const connection = await connect(place.amqpUrl());
    const channel = await connection.createChannel();
    expect((await channel.checkQueue('films.scorer.history.interactive')).messageCount).toBe(2);
    await connection.close();
  });

  test('is refused as a conflict where a queue exists otherwise, with what, where and how to mend it', async () => {
    await admin.ensureCore();
    const connection = await connect(place.amqpUrl());
    const channel = await connection.createChannel();
    await channel.assertQueue('films.scorer.history.durable', {
      durable: true,
      arguments: { 'x-queue-type': 'classic' },
    });
    await connection.close();
    await sleep(60);
    const refusal = admin.ensureScorer(history);
    await expect(refusal).rejects.toThrow(BrokerConflictError);
    await expect(refusal).rejects.toThrow(
      /queue films\.scorer\.history\.durable exists .* x-queue-type: classic .* delete/s,
    );
  });
});

describe('a broker that will not', () => {
  test.each([
    [
      'a wrong password',
      'http://guest:wrong@',
      BrokerRefusedError,
      /does not take user guest .* MEDLEY_MANAGEMENT_URL/s,
    ],
    ['nobody there', 'http://guest:guest@127.0.0.1:49151/', BrokerUnreachableError, /does not answer \(ECONNREFUSED\)/],
  ])('%s is told in a sentence', async (_what, start, kind, sentence) => {
    const { host } = new URL(place.managementUrl);
    const managementUrl = start.endsWith('@') ? `${start}${host}` : start;
    const failing = place.admin({ managementUrl }).ensureCore();
    await expect(failing).rejects.toThrow(kind);
    await expect(failing).rejects.toThrow(sentence);
  });

  test('without the virtual host, where it may make none, it says which is missing', async () => {
    const failing = place.admin({ provisionUsers: false }).ensureCore();
    await expect(failing).rejects.toThrow(new RegExp(`no virtual host ${place.vhost}`));
  });

  test('a policymaker of one virtual host is enough where users are not provisioned', async () => {
    await place.api('PUT', `vhosts/${place.vhost}`, {});
    const name = `${place.vhost}-policymaker`;
    await place.api('PUT', `users/${name}`, { password, tags: 'policymaker' });
    const own = '^films\\..*';
    await place.api('PUT', `permissions/${place.vhost}/${name}`, { configure: own, write: own, read: own });
    const url = new URL(place.managementUrl);
    const managementUrl = `${url.protocol}//${name}:${password}@${url.host}`;
    const least = place.admin({ provisionUsers: false, managementUrl });
    await least.ensureCore();
    await least.ensureScorer(history);
    await least.ensureUser({ name: 'nobody', password, permissions: scorerPermissions(place.names, 'history') });
    expect((await place.api('GET', 'users/nobody')).status).toBe(404);
    expect((await least.queues()).map((one) => one.name)).toContain('films.scorer.history.durable');
    expect(await least.grow()).toEqual([]);
    await until('the scorer is gone', async () => (await least.sweep([])).kept.length === 0, 20_000);
    expect((await least.queues()).map((one) => one.name)).not.toContain('films.scorer.history.durable');
  }, 40_000);
});

describe('what is removed', () => {
  test('holds nothing: a durable queue with a message stays, unbound and reported, until it was worked off', async () => {
    await declareAll();
    const users = await provisionUsers(place, place.names, ['history', 'genres']);
    const durable = 'films.scorer.history.durable';
    await publish('films.scatter', durable);
    const kept = (): Promise<{ kept: { queue: string; messages: number }[] }> => admin.sweep([genres]);
    await until('the message is counted', async () => (await kept()).kept[0]?.messages === 1);
    expect(await queueNames()).not.toContain('films.scorer.history.interactive');
    expect(await queueNames()).toContain('films.scorer.genres.interactive');
    expect((await place.api('GET', `users/${encodeURIComponent(users.scorer('history'))}`)).status).toBe(200);
    // Unbound: what is published now reaches it no more.
    await publish('films.scatter', durable);

    const connection = await connect(place.amqpUrl());
    const channel = await connection.createChannel();
    const message = await channel.get(durable);
    // Handed out and not settled is not empty either.
    await sleep(7_000);
    expect((await kept()).kept).toMatchObject([{ queue: durable, messages: 1 }]);
    if (message !== false) channel.ack(message);
    await channel.close();
    await connection.close();
    await until('it is deleted', async () => (await kept()).kept.length === 0, 20_000);
    expect(await queueNames()).not.toContain(durable);
    expect((await place.api('GET', `exchanges/${place.vhost}/films.scorer.history.again`)).status).toBe(404);
    expect((await place.api('GET', `policies/${place.vhost}/${durable}`)).status).toBe(404);
    expect((await place.api('GET', `users/${encodeURIComponent(users.scorer('history'))}`)).status).toBe(404);
    expect((await place.api('GET', `users/${encodeURIComponent(users.scorer('genres'))}`)).status).toBe(200);
  }, 60_000);

  test('an earlier generation goes, and the durable queue that all generations share stays', async () => {
    await declareAll();
    const moved = { ...history, generation: 1 };
    await admin.ensureScorer(moved);
    await until('the old one is gone', async () => (await admin.sweep([moved, genres])).removed.length > 0);
    const names = await queueNames();
    expect(names).toContain('films.scorer.history.interactive.g1');
    expect(names).toContain('films.scorer.history.durable');
    expect(names).not.toContain('films.scorer.history.interactive');
  });

  test('everything goes with its messages where told so, and nothing of anybody else', async () => {
    await declareAll();
    const users = await provisionUsers(place, place.names, ['history']);
    await publish('films.scatter', 'films.scorer.history.durable');
    await place.api('PUT', `queues/${place.vhost}/filmstrip`, { durable: true });
    const { removed, left } = await admin.removeAll();
    expect(left).toEqual([]);
    expect(removed).toEqual(
      expect.arrayContaining(['queue films.scorer.history.durable', 'exchange films.scatter', `user ${users.gateway}`]),
    );
    const names = (body: unknown): string[] => (body as { name: string }[]).map(({ name }) => name);
    expect(names((await place.api('GET', `queues/${place.vhost}`)).body)).toEqual(['filmstrip']);
    expect(names((await place.api('GET', `policies/${place.vhost}`)).body)).toEqual([]);
    const exchanges = names((await place.api('GET', `exchanges/${place.vhost}`)).body);
    expect(exchanges.filter((name) => name !== '' && !name.startsWith('amq.'))).toEqual([]);
    expect(names((await place.api('GET', 'users')).body).filter((name) => name.startsWith(place.vhost))).toEqual([]);
  });

  test('a queue somebody reads is not deleted under him', async () => {
    await declareAll();
    const connection = await connect(place.amqpUrl());
    const channel = await connection.createChannel();
    await channel.consume('films.scorer.history.interactive', () => {});
    await until('the consumer is counted', async () => (await admin.queues()).some(({ consumers }) => consumers === 1));
    const { kept } = await admin.removeScorer({ criterion: 'history' });
    expect(kept.find((one) => one.queue.endsWith('interactive'))?.because).toMatch(/consumers read it/);
    await connection.close();
  }, 20_000);
});

const declare =
  (name: string): Attempt =>
  (channel) =>
    channel.assertQueue(name, { durable: true });
const remove =
  (name: string): Attempt =>
  (channel) =>
    channel.deleteQueue(name);
const read =
  (name: string): Attempt =>
  (channel) =>
    channel.consume(name, () => {});
const get =
  (name: string): Attempt =>
  (channel) =>
    channel.get(name);
const purge =
  (name: string): Attempt =>
  (channel) =>
    channel.purgeQueue(name);
const write =
  (exchange: string, key = 'k'): Attempt =>
  async (channel) =>
    channel.publish(exchange, key, Buffer.from('{}'));
const bind =
  (name: string, exchange: string, key = 'k'): Attempt =>
  (channel) =>
    channel.bindQueue(name, exchange, key);
const unbind =
  (name: string, exchange: string): Attempt =>
  (channel) =>
    channel.unbindQueue(name, exchange, 'k');
const exchange =
  (name: string): Attempt =>
  (channel) =>
    channel.assertExchange(name, 'direct');
const own = (role: string) => `films.${role}.p.control`;

describe('a user may do what its role does', () => {
  const may: readonly [string, string, Attempt][] = [
    ['scorer', 'read its interactive queue', read('films.scorer.history.interactive')],
    ['scorer', 'read its durable queue', read('films.scorer.history.durable')],
    ['scorer', 'publish partials', write('films.results', 'films.aggregator.0.interactive')],
    ['scorer', 'set aside what is malformed', write('films.dead-letter', 'films.dead.malformed')],
    ['scorer', 'put work back', write('films.scorer.history.again', 'films.scorer.history.durable')],
    ['gateway', 'declare its queues', declare(own('gateway'))],
    ['gateway', 'scatter', write('films.scatter')],
    ['gateway', 'take work in', write('films.intake')],
    ['gateway', 'ask for plans', write('films.control', 'plans.wanted')],
    ['aggregator', 'declare its queues', declare('films.aggregator.0.interactive.g1')],
    ['aggregator', 'read what was taken in', read('films.intake.accepted')],
    ['aggregator', 'read dead letters', read('films.dead.scoring')],
    ['aggregator', 'answer', write('films.replies')],
    ['operator', 'publish plans', write('films.control', 'plans.published')],
    ['operator', 'declare its queue', declare(own('operator'))],
  ];
  const mayNot: readonly [string, string, Attempt][] = [
    ['scorer', "read another scorer's interactive queue", read('films.scorer.genres.interactive')],
    ['scorer', "read another scorer's durable queue", read('films.scorer.genres.durable')],
    ['scorer', "get from another scorer's queue", get('films.scorer.genres.durable')],
    ['scorer', "purge another scorer's queue", purge('films.scorer.genres.durable')],
    ['scorer', 'publish to scatter', write('films.scatter', 'films.scorer.genres.interactive')],
    [
      'scorer',
      "put work into another scorer's queue",
      write('films.scorer.genres.again', 'films.scorer.genres.durable'),
    ],
    ['scorer', 'publish by the default exchange', write('', 'films.scorer.genres.durable')],
    ['scorer', 'publish answers', write('films.replies')],
    ['scorer', 'publish plans', write('films.control', 'plans.published')],
    ['scorer', 'put work into the intake', write('films.intake', 'films.intake.accepted')],
    ['scorer', 'declare a queue', declare('films.scorer.history.mine')],
    ['scorer', 'declare an exchange', exchange('films.mine')],
    ['scorer', 'delete its own queue', remove('films.scorer.history.durable')],
    ['scorer', 'bind its queue to what others are asked', bind('films.scorer.history.interactive', 'films.scatter')],
    ['scorer', 'unbind its queue', unbind('films.scorer.history.interactive', 'films.scatter')],
    ['scorer', 'read accepted work', read('films.intake.accepted')],
    ['scorer', 'read what was set aside', read('films.dead.malformed')],
    ['gateway', "read a scorer's queue", read('films.scorer.history.interactive')],
    ['gateway', 'read accepted work', read('films.intake.accepted')],
    ['gateway', "declare an aggregator's queue", declare(own('aggregator'))],
    ['gateway', "delete a scorer's queue", remove('films.scorer.history.durable')],
    ['gateway', 'publish partials', write('films.results')],
    ['gateway', 'publish answers', write('films.replies')],
    ['gateway', 'publish plans', write('films.control', 'plans.published')],
    ['gateway', 'pretend to be an aggregator', write('films.control', 'aggregator.announced')],
    ['gateway', 'bind the intake elsewhere', bind('films.intake.accepted', 'films.control', 'plans.published')],
    ['aggregator', "read a scorer's queue", read('films.scorer.history.durable')],
    ['aggregator', 'read what was set aside', read('films.dead.malformed')],
    ['aggregator', 'publish plans', write('films.control', 'plans.published')],
    ['aggregator', 'put work into the intake', write('films.intake')],
    ['aggregator', "declare a gateway's queue", declare(own('gateway'))],
    ['aggregator', 'delete the intake', remove('films.intake.accepted')],
    ['operator', 'scatter', write('films.scatter')],
    ['operator', 'read accepted work', read('films.intake.accepted')],
    ['operator', "read a scorer's queue", read('films.scorer.history.durable')],
    ['operator', 'delete a queue', remove('films.scorer.history.durable')],
    ['operator', 'answer', write('films.replies')],
  ];

  test('and nothing else', async () => {
    await declareAll();
    const users = await provisionUsers(place, place.names, ['history', 'genres']);
    const userOf = (role: string): string =>
      role === 'scorer' ? users.scorer('history') : users[role as 'gateway' | 'aggregator' | 'operator'];
    const outcomes: Record<string, string> = {};
    for (const [role, what, act] of [...may, ...mayNot]) {
      outcomes[`${role}: ${what}`] = await attempt(place.amqpUrl(userOf(role), password), act);
    }
    const wanted = [
      ...may.map(([role, what]) => [`${role}: ${what}`, 'ok']),
      ...mayNot.map(([role, what]) => [`${role}: ${what}`, 'refused']),
    ];
    expect(outcomes).toEqual(Object.fromEntries(wanted));
  }, 60_000);
});
