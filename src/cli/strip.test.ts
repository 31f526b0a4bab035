import { expect, test } from '@jest/globals';
import { systemClock } from '../runtime/clock.ts';
import { strip, stripBroker, vhostIn } from './strip.ts';

const flags = {
  ...{
    namespace: 'films',
    owner: 'films@here',
    brokerObjects: false,
    vhost: '/',
    prefix: 'medley',
    sharedUser: false,
    withinSeconds: 1,
  },
};
const kube = {
  serves: () => Promise.reject(new Error('the API server is away')),
  list: () => Promise.reject(new Error('unused')),
  merge: () => Promise.reject(new Error('unused')),
};

test('an API server that is away, and a broker nobody named, are told and hold nothing up', async () => {
  const said: string[] = [];
  await strip({ ...flags, brokerObjects: true }, { kube, clock: systemClock, say: (line) => said.push(line) });
  expect(said.sort()).toEqual([
    'could not delete what is on the broker: nobody said where its management API is (--management-url or MEDLEY_MANAGEMENT_URL)',
    'could not take the finalizers away: the API server is away',
  ]);
});

test('what went from the broker is told, and what could not is the reason why the step is not done', async () => {
  const said: string[] = [];
  const left = [
    { what: 'queue a', because: 'it was refused' },
    { what: 'queue b', because: 'it was refused' },
  ];
  const admin = { removeAll: async () => ({ removed: ['exchange c'], left }) };
  await expect(stripBroker(admin, (line) => said.push(line))).rejects.toThrow(
    'queue a is left (and 1 more): it was refused',
  );
  expect(said).toEqual(['exchange c: deleted']);
});

test.each([
  ['amqp://u:p@here:5672/films', undefined, 'films'],
  ['amqp://u:p@here:5672/films%2Fnew', '/', 'films/new'],
  ['amqp://u:p@here:5672', undefined, '/'],
  [undefined, 'films', 'films'],
])('of the address %p and the virtual host %p it takes %p', (amqpUrl, vhost, taken) => {
  expect(vhostIn({ ...(amqpUrl === undefined ? {} : { amqpUrl }), ...(vhost === undefined ? {} : { vhost }) })).toBe(
    taken,
  );
});

test('no virtual host is the usual one: without a word nothing is deleted', () => {
  expect(() => vhostIn({})).toThrow('nobody said which virtual host');
});
