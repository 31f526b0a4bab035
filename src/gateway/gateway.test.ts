import { createHash } from 'node:crypto';
import { afterEach, expect, test } from '@jest/globals';
import { startWorld, type World, type WorldOptions } from '../../test/support/gateway-world.ts';
import { samplePlan } from '../../test/support/gathering-samples.ts';
import { until } from '../../test/support/until.ts';
import type { Answer } from '../contract/answer.ts';
import { encode } from '../contract/codec.ts';
import { messageTypes } from '../contract/control.ts';
import type { AnswerStatus } from '../contract/http.ts';
import { controlKeys, headers } from '../contract/topology.ts';

/** The gateway as a whole, from HTTP to the broker and back. */

let world: World | undefined;
afterEach(async () => {
  await world?.stop();
  world = undefined;
});

/** With its aggregator announced, unless told otherwise. */
const setUp = async (options: WorldOptions & { announced?: boolean } = {}): Promise<World> => {
  world = await startWorld(options);
  if (options.announced !== false) await world.aggregator.announce();
  return world;
};

const answerOf = async (response: Response): Promise<Answer> => (await response.json()) as Answer;

test('a request goes out in one publish and comes back as a fresh answer', async () => {
  const { ask, broker, names } = await setUp();
  const response = await ask({ user: '17' });
  expect(response.status).toBe(200);
  const answer = await answerOf(response);
  expect(answer).toMatchObject({ source: 'fresh', items: [{ id: '1' }] });
  expect(response.headers.get('x-request-id')).toBe(answer.requestId);
  expect(response.headers.get('server-timing')).toContain('genres;dur=12.0;desc="scored"');
  expect(await broker.depth(names.scorer('genres', 'interactive', 0))).toBe(1);
});

test('with no aggregator the answer is popular films, at once, and says why', async () => {
  const { ask } = await setUp({ announced: false });
  expect(await answerOf(await ask({ user: '17' }))).toMatchObject({
    source: 'popular',
    items: [
      { id: '1', title: 'Alien' },
      { id: '2', title: 'Brazil' },
    ],
    note: 'no aggregator is announced',
  });
});

test('an aggregator that falls silent in the middle costs its callers freshness, not their answer', async () => {
  const { ask, aggregator } = await setUp();
  await ask({ user: '17' });
  await aggregator.announce();
  await world?.stop();
  const silent = await setUp({ answers: false });
  const answers = await Promise.all(Array.from({ length: 50 }, (_, user) => silent.ask({ user }).then(answerOf)));
  for (const answer of answers) {
    expect(answer).toMatchObject({ source: 'popular', note: 'no aggregator answered within 300 ms' });
    expect(answer.timings.totalMs).toBeGreaterThanOrEqual(300);
  }
});

test('the last good answer of a user serves him when the next one fails', async () => {
  const { ask, aggregator, store } = await setUp();
  await ask({ user: '17' });
  await aggregator.announce({ leaving: true });
  expect(await answerOf(await ask({ user: '17' }))).toMatchObject({ source: 'last-good', items: [{ id: '1' }] });
  await store.feedback.add([{ id: 'e', user: '17', item: '1', type: 'watch', value: null, atMs: 1 }]);
  expect(await answerOf(await ask({ user: '17' }))).toMatchObject({ source: 'popular', items: [{ id: '2' }] });
});

test('a user that is deleted has no last good answer any more', async () => {
  const { ask, aggregator, base } = await setUp();
  await ask({ user: '17' });
  await aggregator.announce({ leaving: true });
  expect(await answerOf(await ask({ user: '17' }))).toMatchObject({ source: 'last-good' });
  await fetch(`${base}/v1/users/17`, { method: 'DELETE' });
  expect(await answerOf(await ask({ user: '17' }))).toMatchObject({ source: 'popular' });
});

test('the first film of a catalogue is in the very next fallback, and a deleted one in none', async () => {
  const { ask, base } = await setUp({ announced: false });
  const ids = async () => (await answerOf(await ask({ user: '17' }))).items.map((item) => item.id);
  await fetch(`${base}/v1/items/1`, { method: 'DELETE' });
  expect(await ids()).toEqual(['2']);
  await fetch(`${base}/v1/items/2`, { method: 'DELETE' });
  expect(await ids()).toEqual([]);
  const film = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{"title":"Carrie"}' };
  await fetch(`${base}/v1/items/3`, film);
  expect(await ids()).toEqual(['3']);
});

test('it asks for the plans when it starts, is ready once it has one, and takes newer ones', async () => {
  const { base, wanted, aggregator, names } = await setUp({ plans: [] });
  await until('the plans were asked for', () => wanted.length === 1);
  const ready = await fetch(`${base}/readyz`);
  expect([ready.status, await ready.json()]).toEqual([503, { status: 'no plan is known yet' }]);
  const publish = (version: number): Promise<void> =>
    aggregator.publish(names.exchange.control, controlKeys.plans, {
      type: messageTypes.plans,
      body: encode({ plans: [samplePlan({ genres: 1 }, { version })] }),
    });
  await publish(7);
  await publish(6);
  await until('a plan is there', async () => (await fetch(`${base}/readyz`)).status === 200);
  const { recommenders } = (await (await fetch(`${base}/v1/recommenders`)).json()) as { recommenders: unknown[] };
  expect(recommenders).toMatchObject([{ recommender: 'home', version: 7 }]);
});

test('a recommender that is in no published set any more is unknown, and a set that comes late does not bring it back', async () => {
  const { base, ask, aggregator, names } = await setUp();
  const publish = (setVersion: number, recommenders: readonly string[]): Promise<void> =>
    aggregator.publish(names.exchange.control, controlKeys.plans, {
      type: messageTypes.plans,
      body: encode({
        plans: recommenders.map((recommender) => ({ ...samplePlan({ genres: 1 }, { version: 7 }), recommender })),
        setVersion,
      }),
    });
  const known = async (): Promise<string[]> => {
    const { recommenders } = (await (await fetch(`${base}/v1/recommenders`)).json()) as {
      recommenders: { recommender: string }[];
    };
    return recommenders.map(({ recommender }) => recommender);
  };
  await publish(20, ['home', 'more']);
  await until('both are known', async () => (await known()).length === 2);
  await publish(21, ['more']);
  await publish(20, ['home', 'more']);
  await publish(22, ['more', 'last']);
  await until('the last set is in force', async () => (await known()).includes('last'));
  expect(await known()).toEqual(['more', 'last']);
  const answer = await ask({ user: '1', recommender: 'home' });
  expect([answer.status, await answer.json()]).toMatchObject([404, { code: 'unknown-recommender' }]);
});

test('scorers that sleep are named, by what the fleet says', async () => {
  const { ask, aggregator, names } = await setUp();
  const fleet = { criteria: [{ criterion: 'genres', replicas: 0, concurrency: 1 }] };
  await aggregator.publish(names.exchange.control, controlKeys.fleet, {
    type: messageTypes.fleet,
    body: encode(fleet),
  });
  await until('the fleet was heard of', async () => {
    const answer = await answerOf(await ask({ user: '17' }));
    return answer.coverage.criteria[0]?.outcome === 'asleep';
  });
});

test('messages nobody can read are set aside with their reason, and those after them still count', async () => {
  const { ask, aggregator, names, broker } = await setUp();
  const dead: [string, unknown][] = [];
  await broker.consume({ queue: names.dead.malformed, prefetch: 10 }, (message) => {
    dead.push([message.type, message.headers[headers.reason]]);
    return 'ack';
  });
  const broken = { type: messageTypes.answers, body: Buffer.from('{"answers":') };
  await aggregator.publish(names.exchange.replies, names.replies('gateway-0'), broken);
  const odd = { type: 'medley.odd.v1', body: encode({}) };
  await aggregator.publish(names.exchange.control, controlKeys.fleet, odd);
  const bad = { type: messageTypes.fleet, body: encode({ criteria: 5 }) };
  await aggregator.publish(names.exchange.control, controlKeys.fleet, bad);
  await until('three were set aside', () => dead.length === 3);
  expect(new Map(dead)).toEqual(
    new Map<string, unknown>([
      [messageTypes.answers, expect.stringMatching(/^not JSON: /)],
      ['medley.odd.v1', 'type medley.odd.v1 is none of the control exchange'],
      [messageTypes.fleet, expect.stringMatching(/^criteria: /)],
    ]),
  );
  expect(await answerOf(await ask({ user: '17' }))).toMatchObject({ source: 'fresh' });
});

test('a durable request lies confirmed in the intake before its caller hears of it, and its answer is there when stored', async () => {
  const { ask, broker, names, store, base } = await setUp();
  const accepted = await ask({ user: '17' }, { headers: { prefer: 'respond-async', 'idempotency-key': 'k' } });
  expect(accepted.status).toBe(202);
  expect(await broker.depth(names.intake)).toBe(1);
  const { id } = (await accepted.json()) as AnswerStatus;
  const location = accepted.headers.get('location') ?? '';
  const status = async () => (await (await fetch(`${base}${location}`)).json()) as AnswerStatus;
  expect(await status()).toMatchObject({ id, state: 'pending' });
  const fresh = await answerOf(await ask({ user: '17' }));
  await store.answers.complete(id, { ...fresh, requestId: id });
  expect(await status()).toMatchObject({ state: 'answered', answer: { items: [{ id: '1' }] } });
  const other = await ask({ user: '18' }, { headers: { prefer: 'respond-async', 'idempotency-key': 'k' } });
  expect(other.status).toBe(409);
});

test('a caller who hangs up leaves nothing behind', async () => {
  const { ask, gateway } = await setUp({ answers: false });
  const hangUp = new AbortController();
  const asked = ask({ user: '17' }, { signal: hangUp.signal }).catch((error: Error) => error.name);
  await until('the request is open', () => gateway.asker.open() === 1);
  hangUp.abort();
  expect(await asked).toBe('AbortError');
  await until('the table is empty', () => gateway.asker.open() === 0);
});

test('a stop lets open requests end, takes no new connection and leaves no queue', async () => {
  const { ask, gateway, aggregator, base, broker, names } = await setUp({ answers: false });
  const open = ask({ user: '17' });
  await until('the request is on its way', () => aggregator.taken.length === 1);
  const stopped = gateway.stop();
  await expect(fetch(`${base}/healthz`)).rejects.toThrow();
  const [first] = aggregator.taken;
  if (first !== undefined) await aggregator.reply(first);
  const response = await open;
  expect(response.headers.get('connection')).toBe('close');
  expect(await answerOf(response)).toMatchObject({ source: 'fresh' });
  await stopped;
  expect(await broker.depth(names.replies('gateway-0'))).toBeNull();
  expect(await broker.depth(names.control('gateway', 'gateway-0'))).toBeNull();
});

test('a stop while the broker is away ends all the same, the internal port with it', async () => {
  const { gateway, gatewayBroker } = await setUp();
  await gatewayBroker.close();
  await gateway.stop();
  await expect(fetch(`http://127.0.0.1:${gateway.internalPort}/healthz`)).rejects.toThrow('fetch failed');
  world = undefined;
});

test('models go to scorers with their hash, once, and a broken download goes on where it was', async () => {
  const { store, gateway } = await setUp();
  const bytes = Buffer.from('a model of some length');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await store.models.publish({ name: 'genres', version: '1', sha256, bytes });
  const get = (name: string, more: Record<string, string> = {}) =>
    fetch(`http://127.0.0.1:${gateway.internalPort}/internal/models/${name}`, { headers: more });
  const etag = `"${sha256}"`;
  const whole = await get('genres');
  expect([whole.status, whole.headers.get('etag'), await whole.text()]).toEqual([200, etag, bytes.toString()]);
  expect((await get('genres', { 'if-none-match': etag })).status).toBe(304);
  const rest = await get('genres', { range: 'bytes=8-', 'if-range': etag });
  expect([rest.status, rest.headers.get('content-range'), await rest.text()]).toEqual([
    206,
    `bytes 8-${bytes.length - 1}/${bytes.length}`,
    bytes.toString().slice(8),
  ]);
  expect((await get('genres', { range: 'bytes=8-', 'if-range': '"older"' })).status).toBe(200);
  expect((await get('nothing')).status).toBe(404);
  expect((await get('..%2Fsecret')).status).toBe(404);
});
