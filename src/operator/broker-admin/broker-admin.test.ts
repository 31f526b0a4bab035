import { expect, test } from '@jest/globals';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { createNames } from '../../contract/topology.ts';
import { silentLog } from '../../runtime/log.ts';
import { createBrokerAdmin } from './broker-admin.ts';

/** A broker that has what is listed, and says what it was told to delete. */
const setUp = (has: {
  exchanges?: readonly string[];
  policies?: readonly string[];
  /** Classic, and empty. */
  queues?: readonly string[];
  /** One that can't be asked. */
  broken?: string;
}) => {
  const deleted: string[] = [];
  const lists: Record<string, unknown> = {
    exchanges: (has.exchanges ?? []).map((name) => ({ name, type: 'direct' })),
    queues: (has.queues ?? []).map((name) => ({ name, arguments: {} })),
    policies: (has.policies ?? []).map((name) => ({ name, pattern: '', definition: {}, priority: 11 })),
  };
  const fetch = async (to: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const [, , kind = '', , name = ''] = new URL(String(to)).pathname.split('/');
    if (name !== '' && name === has.broken) return new Response('no majority', { status: 500 });
    if (init?.method !== 'DELETE') return Response.json(name === '' ? (lists[kind] ?? []) : { name });
    deleted.push(`${kind} ${decodeURIComponent(name)}`);
    return new Response(null, { status: 204 });
  };
  const admin = createBrokerAdmin({
    ...{ managementUrl: 'http://u:p@here:15672', vhost: '/', names: createNames('t'), provisionUsers: false },
    ...{ clock: createFakeClock(), log: silentLog, fetch },
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
