import { expect, test } from '@jest/globals';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { createNames } from '../../contract/topology.ts';
import { silentLog } from '../../runtime/log.ts';
import { createBrokerAdmin } from './broker-admin.ts';
import type { QueueLimits } from './planned.ts';

/** A broker that has what is listed, and says what it was told to delete. */
const setUp = (has: {
  exchanges?: readonly string[];
  policies?: readonly string[];
  /** Classic, and empty. */
  queues?: readonly string[];
  /** One that can't be asked. */
  broken?: string;
  users?: readonly string[];
  /** Whether this process leads; asked before each delete. */
  leading?: () => boolean;
}) => {
  const deleted: string[] = [];
  const lists: Record<string, unknown> = {
    exchanges: (has.exchanges ?? []).map((name) => ({ name, type: 'direct' })),
    queues: (has.queues ?? []).map((name) => ({ name, arguments: {} })),
    users: (has.users ?? []).map((name) => ({ name })),
    policies: (has.policies ?? []).map((name) => ({ name, pattern: '', definition: {}, priority: 11 })),
  };
  const fetch = async (to: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const [, , kind = '', first = '', second = ''] = new URL(String(to)).pathname.split('/');
    const name = kind === 'users' ? first : second;
    if (name === 't.owner') return new Response('{}', { status: 404 });
    if (name !== '' && name === has.broken) return new Response('no majority', { status: 500 });
    if (init?.method !== 'DELETE') return Response.json(name === '' ? (lists[kind] ?? []) : { name });
    deleted.push(`${kind} ${decodeURIComponent(name)}`);
    return new Response(null, { status: 204 });
  };
  const admin = createBrokerAdmin({
    ...{ managementUrl: 'http://u:p@here:15672', vhost: '/', names: createNames('t'), owner: 'films@here' },
    ...{ clock: createFakeClock(), log: silentLog, fetch, provisionUsers: has.users !== undefined },
    leading: has.leading ?? (() => true),
  });
  return { admin, deleted };
};

test('of a Scorer that is gone nothing stays, whether its queues had limits of their own or not', async () => {
  const { admin, deleted } = setUp({
    exchanges: [
      't.scatter',
      't.scorer.gone.again',
      't.scorer.here.again',
      't.scorer.strict.again',
      'u.scorer.gone.again',
    ],
    policies: ['t.scorers.durable', 't.scorer.strict.durable', 't.scorer.here.durable'],
  });
  await admin.sweep([{ criterion: 'here', generation: 0 }]);
  expect(deleted.sort()).toEqual([
    'exchanges t.scorer.gone.again',
    'exchanges t.scorer.strict.again',
    'policies t.scorer.strict.durable',
  ]);
});

test('a queue that can not be asked keeps no other, and is told', async () => {
  const queues = ['a', 'b', 'c'].map((criterion) => `t.scorer.${criterion}.interactive`);
  const { admin, deleted } = setUp({ queues, broken: 't.scorer.a.interactive' });
  await expect(admin.sweep([])).rejects.toThrow('no majority');
  expect(deleted).toEqual(['queues t.scorer.b.interactive', 'queues t.scorer.c.interactive']);
});

test('who ceases to lead in the middle of a sweep deletes nothing more', async () => {
  const left = { deletes: 1 };
  const queues = ['a', 'b'].map((criterion) => `t.scorer.${criterion}.interactive`);
  const { admin, deleted } = setUp({ queues, leading: () => left.deletes-- > 0 });
  await expect(admin.sweep([])).rejects.toThrow('does not lead, it leaves queue t.scorer.b.interactive');
  expect(deleted).toEqual(['queues t.scorer.a.interactive']);
});

test('who is wanted again before the turn of its rest comes keeps exchange and user', async () => {
  const exchanges = ['t.scorer.gone.again', 't.scorer.back.again'];
  const users = ['/:t.scorer.gone', '/:t.scorer.back'];
  const { admin, deleted } = setUp({
    ...{ exchanges, users },
    leading() {
      // While the first thing goes, the other Scorer is made again.
      void admin.ensureScorer({ criterion: 'back', generation: 0, queue: {} as QueueLimits }).catch(() => {});
      return true;
    },
  });
  await admin.sweep([]);
  expect(deleted).toEqual(['exchanges t.scorer.gone.again', 'users /:t.scorer.gone']);
});

test('a later generation than wanted goes once it was seen in two sweeps', async () => {
  const { admin, deleted } = setUp({ queues: ['t.scorer.a.interactive', 't.scorer.a.interactive.g3'] });
  const wanted = [{ criterion: 'a', generation: 0 }];
  await admin.sweep(wanted);
  expect(deleted).toEqual([]);
  await admin.sweep(wanted);
  expect(deleted).toEqual(['queues t.scorer.a.interactive.g3']);
});
