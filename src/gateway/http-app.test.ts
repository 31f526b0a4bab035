import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type GatewayServer, startGatewayServer } from '../../test/support/gateway-server.ts';
import { requestId } from '../../test/support/gathering-samples.ts';
import { idOfKey } from './durable.ts';

let gateway: GatewayServer;
beforeEach(async () => {
  gateway = await startGatewayServer();
});
afterEach(() => gateway.stop());

const film = { title: 'Alien', genres: ['Horror'], year: 1979 };

test('a recommendation comes with its request id and the fan-out as server timing', async () => {
  const { status, headers, json } = await gateway.sendJson('POST', '/v1/recommendations', { user: 17 });
  expect(status).toBe(200);
  expect(json).toMatchObject({ requestId: requestId(1), source: 'fresh' });
  expect(headers).toMatchObject({
    'x-request-id': requestId(1),
    'server-timing': 'genres;dur=12.0;desc="scored", turtle;desc="late", total;dur=1.0;desc="fresh"',
    'cache-control': 'no-store',
    'content-type': 'application/json; charset=utf-8',
  });
  expect(gateway.asked[0]).toMatchObject({ user: '17', recommender: 'home', explain: true });
});

test('the GET addresses mean the same as the bodies', async () => {
  const query = 'k=3&deadlineMs=250.5&explain=false&genres=Horror,Drama&genres=Comedy&yearFrom=1970&exclude=1,2';
  await gateway.send({ path: `/v1/users/a%20b/recommendations?recommender=kids&${query}` });
  await gateway.send({ path: '/v1/items/42/similar' });
  await gateway.send({ path: '/v1/items/42/similar?recommender=twins&region=DE' });
  expect(gateway.asked).toMatchObject([
    {
      ...{ user: 'a b', recommender: 'kids', k: 3, deadlineMs: 250.5, explain: false, exclude: ['1', '2'] },
      filters: { genres: ['Horror', 'Drama', 'Comedy'], yearFrom: 1970 },
    },
    { item: '42', recommender: 'more-like-this' },
    { item: '42', recommender: 'twins', filters: { region: 'DE' } },
  ]);
  expect(gateway.asked[1]?.filters).toBeUndefined();
});

test('a caller who prefers so is answered later, under an address of its own', async () => {
  const prefer = { prefer: 'wait=10, respond-async' };
  const { status, headers, json } = await gateway.sendJson('POST', '/v1/recommendations', { user: '17' }, prefer);
  expect(status).toBe(202);
  expect(headers).toMatchObject({
    location: `/v1/answers/${requestId(1)}`,
    'preference-applied': 'respond-async',
    'x-request-id': requestId(1),
  });
  expect(json).toMatchObject({ id: requestId(1), state: 'pending' });
  expect(gateway.asked).toHaveLength(0);
});

test('one key of idempotency is one id', async () => {
  const headers = { prefer: 'respond-async', 'idempotency-key': 'order-1' };
  const first = await gateway.sendJson('POST', '/v1/recommendations', { user: '17' }, headers);
  const second = await gateway.sendJson('POST', '/v1/recommendations', { user: '17' }, headers);
  expect(first.headers.location).toBe(`/v1/answers/${idOfKey('order-1')}`);
  expect(second.headers.location).toBe(first.headers.location);
  expect(gateway.accepted.map((one) => one.id)).toEqual([idOfKey('order-1'), idOfKey('order-1')]);
});

test('the answer to a durable request is pending, then there', async () => {
  const id = requestId(7);
  const nowMs = Date.now();
  const pending = { id, user: '17', bodyHash: 'x', acceptedAtMs: nowMs, deadlineAtMs: nowMs + 60_000 };
  await gateway.store.answers.accept(pending);
  const before = await gateway.sendJson('GET', `/v1/answers/${id}`);
  expect(before).toMatchObject({ status: 200, json: { id, state: 'pending' }, headers: { 'retry-after': '1' } });
  await gateway.store.answers.fail(id, 'no criterion answered');
  const after = await gateway.sendJson('GET', `/v1/answers/${id}`);
  expect(after).toMatchObject({ status: 200, json: { state: 'failed', failure: 'no criterion answered' } });
  expect(after.headers['retry-after']).toBeUndefined();
});

test('feedback is added once, however often it is sent, with or without ids', async () => {
  const events = [
    { user: '17', item: '1', type: 'watch', atMs: 1_000 },
    { user: '17', item: '2', type: 'rate', value: 4.5, atMs: 2_000 },
    { id: 'mine', user: '18', item: '1', type: 'click' },
  ];
  const first = await gateway.sendJson('POST', '/v1/feedback', { events });
  expect(first).toMatchObject({ status: 200, json: { added: 3, duplicates: 0 } });
  const second = await gateway.sendJson('POST', '/v1/feedback', { events });
  expect(second).toMatchObject({ status: 200, json: { added: 0, duplicates: 3 } });
  expect((await gateway.store.feedback.history('17', 10)).items).toEqual(['2', '1']);
  expect(gateway.metrics.value('medley_gateway_feedback_events_total{result="added"}')).toBe(3);
});

test('an item is written, read, listed and deleted', async () => {
  expect(await gateway.sendJson('PUT', '/v1/items/a%2Fb', film)).toMatchObject({
    status: 200,
    json: { id: 'a/b', ...film, regions: [] },
  });
  expect(await gateway.sendJson('GET', '/v1/items/a%2Fb')).toMatchObject({ status: 200, json: { title: 'Alien' } });
  expect((await gateway.send({ method: 'HEAD', path: '/v1/items/a%2Fb' })).body).toBe('');
  expect((await gateway.sendJson('DELETE', '/v1/items/a%2Fb')).status).toBe(204);
  expect((await gateway.sendJson('DELETE', '/v1/items/a%2Fb')).status).toBe(404);
});

test('a collection is written in bulk and read page by page to its end', async () => {
  const items = ['1', '2', '3'].map((id) => ({ id, ...film }));
  expect(await gateway.sendJson('POST', '/v1/items/bulk', { items })).toMatchObject({ json: { stored: 3 } });
  const first = await gateway.sendJson('GET', '/v1/items?limit=2');
  expect(first.json).toMatchObject({ items: [{ id: '1' }, { id: '2' }], next: '2' });
  const last = await gateway.sendJson('GET', '/v1/items?limit=2&after=2');
  expect(last.json).toMatchObject({ items: [{ id: '3' }], next: null });
});

test('a user that is deleted is forgotten with all he did', async () => {
  await gateway.sendJson('PUT', '/v1/users/17', { attributes: { name: 'Ann' } });
  await gateway.sendJson('POST', '/v1/feedback', { events: [{ user: '17', item: '1', type: 'watch' }] });
  expect((await gateway.sendJson('GET', '/v1/users/17')).json).toEqual({ id: '17', attributes: { name: 'Ann' } });
  expect((await gateway.sendJson('DELETE', '/v1/users/17')).status).toBe(204);
  expect(gateway.forgotten).toEqual(['17']);
  expect((await gateway.store.feedback.history('17', 10)).items).toEqual([]);
  expect((await gateway.sendJson('GET', '/v1/users/17')).status).toBe(404);
});

test('the plans in force can be read', async () => {
  const { json } = await gateway.sendJson('GET', '/v1/recommenders');
  expect(json).toMatchObject({ recommenders: [{ recommender: 'home', version: 1, deadlineMs: 300 }] });
});

test('it is healthy while it lives, and ready while nothing speaks against it', async () => {
  expect(await gateway.sendJson('GET', '/healthz')).toMatchObject({ status: 200, json: { status: 'ok' } });
  expect(await gateway.sendJson('GET', '/readyz')).toMatchObject({ status: 200, json: { status: 'ready' } });
  gateway.state.notReady = 'no plan is known yet';
  expect(await gateway.sendJson('GET', '/readyz')).toMatchObject({
    status: 503,
    json: { status: 'no plan is known yet' },
  });
});

test('pages may load nothing from elsewhere, and the server does not say what it is made of', async () => {
  const { headers } = await gateway.send({ path: '/healthz' });
  expect(headers['content-security-policy']).toBe(
    "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;connect-src 'self';base-uri 'none';form-action 'self';frame-ancestors 'none'",
  );
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(headers['x-powered-by']).toBeUndefined();
});

test('requests are timed by address, never by id', async () => {
  await gateway.send({ path: '/v1/items/17' });
  await gateway.send({ path: '/nowhere' });
  const count = (route: string): number =>
    gateway.metrics.value(`medley_gateway_http_seconds{method="GET",route="${route}",status="404"}`);
  expect([count('/v1/items/:id'), count('other')]).toEqual([1, 1]);
});
