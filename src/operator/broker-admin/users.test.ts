import { expect, test } from '@jest/globals';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { createNames } from '../../contract/topology.ts';
import type { ManagementClient } from './management-client.ts';
import { createUsers } from './users.ts';

const permissions = { configure: '', write: 'w', read: 'r', control: { write: 'a', read: 'b' } };
const user = (name: string, password = 'secret') => ({ name, password, permissions });

/** A broker without users that says 201 to every write; `calls` holds what was asked of it. */
const setUp = (refuse: { now: boolean } = { now: false }) => {
  const calls: string[] = [];
  const note = async (method: string, to: string): Promise<void> => {
    calls.push(`${method} ${to.split('?')[0]}`);
    if (refuse.now) throw new Error('no');
  };
  const client = {
    async get(to: string) {
      await note('GET', to);
      return [];
    },
    put: (to: string) => note('PUT', to),
    async delete(to: string) {
      await note('DELETE', to);
      return true;
    },
  };
  const clock = createFakeClock();
  const users = createUsers({
    client: client as unknown as ManagementClient,
    ...{ vhost: 'v', names: createNames('t'), clock, maxAgeMs: 5_000 },
  });
  return { calls, clock, users, puts: () => calls.filter((one) => one.startsWith('PUT')) };
};

test('three lists are read for all users, however many there are', async () => {
  const { calls, users, puts } = setUp();
  await Promise.all(['a', 'b', 'c'].map((name) => users.ensure(user(name))));
  expect(calls.filter((one) => one.startsWith('GET'))).toEqual([
    'GET users',
    'GET vhosts/v/permissions',
    'GET vhosts/v/topic-permissions',
  ]);
  expect(puts()).toHaveLength(9);
});

test('what was just written is known: asked again, nothing is written; another password is', async () => {
  const { users, puts } = setUp();
  await users.ensure(user('a'));
  await users.ensure(user('a'));
  expect(puts()).toHaveLength(3);
  await users.ensure(user('a', 'other'));
  expect(puts().slice(3)).toEqual(['PUT users/a']);
});

test('what was read is believed for a moment, and not after a user was removed or a write refused', async () => {
  const refuse = { now: false };
  const { calls, clock, users } = setUp(refuse);
  const reads = (): number => calls.filter((one) => one === 'GET users').length;
  await users.ensure(user('a'));
  clock.advance(5_000);
  await users.ensure(user('a'));
  expect(reads()).toBe(2);
  await users.remove('a');
  await users.ensure(user('a'));
  expect(reads()).toBe(3);
  refuse.now = true;
  await expect(users.ensure(user('b'))).rejects.toThrow('no');
  refuse.now = false;
  await users.ensure(user('b'));
  expect(reads()).toBe(4);
});
