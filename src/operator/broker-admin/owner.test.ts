import { expect, test } from '@jest/globals';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { createNames } from '../../contract/topology.ts';
import { silentLog } from '../../runtime/log.ts';
import { createBrokerAdmin } from './broker-admin.ts';

/** One broker, and installations on it; like RabbitMQ it keeps the arguments that an exchange was first declared with. */
const setUp = () => {
  const exchanges = new Map<string, { name: string; type: string; arguments: object }>();
  const deleted: string[] = [];
  const remove = (name: string): Response => {
    deleted.push(name);
    exchanges.delete(name);
    return new Response(null, { status: 204 });
  };
  const declare = (kind: string, name: string, body: string): Response => {
    const { type = '', arguments: given = {} } = JSON.parse(body) as { type?: string; arguments?: object };
    if (kind === 'exchanges' && !exchanges.has(name)) exchanges.set(name, { name, type, arguments: given });
    return new Response(null, { status: 201 });
  };
  const lists: Record<string, () => unknown> = {
    exchanges: () => [...exchanges.values()],
    queues: () => [{ name: 't.scorer.a.interactive', arguments: {} }],
  };
  const read = (kind: string, name: string): Response => {
    if (name === '') return Response.json(lists[kind]?.() ?? []);
    if (kind !== 'exchanges') return Response.json({ name });
    return exchanges.has(name) ? Response.json(exchanges.get(name)) : new Response('{}', { status: 404 });
  };
  const fetch = async (to: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const [, , kind = '', , name = ''] = new URL(String(to)).pathname.split('/').map(decodeURIComponent);
    if (init?.method === 'DELETE') return remove(name);
    return init?.method === 'GET' ? read(kind, name) : declare(kind, name, String(init?.body));
  };
  const installation = (owner: string) =>
    createBrokerAdmin({
      ...{ managementUrl: 'http://u:p@here:15672', vhost: '/', names: createNames('t'), provisionUsers: false },
      ...{ clock: createFakeClock(), log: silentLog, fetch, owner },
    });
  return { installation, deleted, exchanges };
};
const taken = /belong to installation films@1, this one is films@2.*delete exchange t\.owner/;

test('who comes second declares nothing and deletes nothing, and is told whose it is', async () => {
  const { installation, deleted, exchanges } = setUp();
  await installation('films@1').ensureCore();
  const before = [...exchanges.keys()];
  const second = installation('films@2');
  await expect(second.ensureCore()).rejects.toThrow(taken);
  await expect(second.sweep([])).rejects.toThrow(taken);
  await expect(second.removeScorer({ criterion: 'a' })).rejects.toThrow(taken);
  expect(await second.removeAll()).toEqual({
    removed: [],
    left: [{ what: 'everything', because: expect.stringMatching(taken) }],
  });
  expect([deleted, [...exchanges.keys()]]).toEqual([[], before]);
});

test('the owner comes back as often as it likes, and takes the marker along in the end', async () => {
  const { installation, deleted } = setUp();
  await installation('films@1').ensureCore();
  const again = installation('films@1');
  await again.ensureCore();
  await again.sweep([]);
  expect(deleted).toEqual(['t.scorer.a.interactive']);
  await again.removeAll();
  expect(deleted).toContain('t.owner');
  await installation('films@2').ensureCore();
});

test('of two that begin at once one gets it', async () => {
  const { installation } = setUp();
  const ends = await Promise.allSettled(['films@1', 'films@2'].map((owner) => installation(owner).ensureCore()));
  expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});
