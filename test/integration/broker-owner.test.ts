import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createTestVhost, type TestVhost } from '../support/broker-vhost.ts';

/** Two installations with one prefix on one virtual host of a real RabbitMQ, which keeps the first one's marker. */
let place: TestVhost;
beforeEach(() => {
  place = createTestVhost();
});
afterEach(() => place.remove());

test('the second is told whose the names are, and changes nothing; once the marker is deleted it takes over', async () => {
  const [first, second] = ['films@here', 'films@there'].map((owner) => place.admin({ owner }));
  await first?.ensureCore();
  const said = /belong to installation films@here, this one is films@there/;
  await expect(second?.ensureCore()).rejects.toThrow(said);
  await expect(second?.sweep([])).rejects.toThrow(said);
  expect((await second?.removeAll())?.removed).toEqual([]);
  await first?.ensureCore();
  expect((await place.api('DELETE', `exchanges/${place.vhost}/films.owner`)).status).toBe(204);
  await second?.ensureCore();
  await expect(first?.ensureCore()).rejects.toThrow(/belong to installation films@there/);
}, 30_000);

test('of two that begin at once one gets them', async () => {
  await place.admin().ensureCore();
  await place.api('DELETE', `exchanges/${place.vhost}/films.owner`);
  const ends = await Promise.allSettled(
    ['films@here', 'films@there'].map((owner) => place.admin({ owner }).ensureCore()),
  );
  expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
}, 30_000);
