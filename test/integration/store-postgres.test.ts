import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { sql } from 'kysely';
import { InvalidInputError } from '../../src/contract/errors.ts';
import { type Store, StoreUnavailableError } from '../../src/store/port.ts';
import { openPostgres } from '../../src/store/postgres-database.ts';
import { createPostgresStore } from '../../src/store/postgres-store.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { createPostgresSchema, type PostgresSchema, runSql } from '../support/postgres-schema.ts';
import { describeStore } from '../support/store-conformance.ts';
import { answerFor, film, watch } from '../support/store-fixtures.ts';

jest.setTimeout(60_000);

const log = { info() {}, warn() {} };
const clock = createFakeClock();

describeStore('PostgreSQL', async () => {
  const schema = await createPostgresSchema();
  const own = createFakeClock();
  const stores: Store[] = [];
  const another = async () => {
    const store = await createPostgresStore({ url: schema.url, clock: own, log });
    stores.push(store);
    return store;
  };
  const store = await another();
  const dispose = async () => {
    for (const one of stores) await one.close();
    await schema.drop();
  };
  return { store, clock: own, another, dispose };
});

describe('a PostgreSQL', () => {
  let schema: PostgresSchema;
  let stores: Store[];

  const open = async (more: { url?: string; poolSize?: number } = {}): Promise<Store> => {
    const store = await createPostgresStore({ url: schema.url, clock, log, attempts: 1, ...more });
    stores.push(store);
    return store;
  };

  beforeEach(async () => {
    stores = [];
    schema = await createPostgresSchema();
  });
  afterEach(async () => {
    for (const store of stores) await store.close();
    await schema.drop();
  });

  it('is made by exactly one of several processes that start at once', async () => {
    const told: object[] = [];
    const telling = { info: (fields: object) => void told.push(fields), warn() {} };
    const starting = Array.from({ length: 6 }, () => createPostgresStore({ url: schema.url, clock, log: telling }));
    stores = await Promise.all(starting);
    expect(told).toEqual([{ from: 0, to: 3 }]);
    for (const store of stores) expect(await store.items.version()).toBe(0);
  });

  it('of a newer Medley is refused with both versions', async () => {
    await open();
    await runSql(schema.url, 'update schema_version set version = 99');
    await expect(open()).rejects.toThrow(
      'the store has schema version 99, this Medley knows versions up to 3: use a newer one',
    );
  });

  it('lets exactly one of many ends of an answer win, whichever process and way it takes', async () => {
    await open();
    await open();
    await open();
    for (const id of ['a', 'b', 'c', 'd', 'e'].map((digit) => digit.repeat(32))) {
      await stores[0]?.answers.accept({ id, user: '7', bodyHash: 'h', acceptedAtMs: 1, deadlineAtMs: 2e12 });
      const ends = Array.from({ length: 60 }, (_, n) => {
        const { answers } = stores[n % 3] as Store;
        return n % 5 === 4 ? answers.fail(id, `failure ${n}`) : answers.complete(id, answerFor(id, '7'));
      });
      const won = (await Promise.all(ends)).map((one, n) => (one ? n : -1)).filter((n) => n >= 0);
      expect(won).toHaveLength(1);
      const state = (won[0] ?? 0) % 5 === 4 ? 'failed' : 'answered';
      for (const { answers } of stores) expect(await answers.get(id, 2)).toMatchObject({ state });
    }
  });

  it('adds each event once when several processes send the same ones, in other orders', async () => {
    const [one, other] = [await open(), await open()];
    const events = Array.from({ length: 600 }, (_, n) => watch(`u${n % 20}`, `i${n % 90}`, n));
    const orders = Array.from({ length: 8 }, (_, n) => (n % 2 === 0 ? events : [...events].reverse()));
    const results = await Promise.all(orders.map((order, n) => (n % 2 === 0 ? one : other).feedback.add(order)));
    expect(results.reduce((sum, { added }) => sum + added, 0)).toBe(600);
    expect(await one.feedback.count()).toBe(600);
    expect((await one.feedback.history('u3', 99)).items).toEqual((await other.feedback.history('u3', 99)).items);
  });

  it('replaces items from several processes at once, every change counted', async () => {
    const [one, other] = [await open(), await open()];
    const films = (title: string) => Array.from({ length: 1_500 }, (_, n) => film(`${n}`, { title }));
    const puts = ['a', 'b', 'c', 'd'].map((title, n) =>
      (n % 2 === 0 ? one : other).items.put(n % 2 === 0 ? films(title) : films(title).reverse()),
    );
    await Promise.all(puts);
    expect(await one.items.version()).toBe(4);
    expect(new Set((await one.items.list({ limit: 2_000 })).map(({ title }) => title)).size).toBe(1);
  });

  it('keeps nothing of a user who is deleted while his events come in', async () => {
    const [one, other] = [await open(), await open()];
    const events = Array.from({ length: 3_000 }, (_, n) => watch('gone', `i${n}`, n));
    for (const pauseMs of [1, 5, 10, 20, 40]) {
      await one.users.put([{ id: 'gone', attributes: {} }]);
      const adding = one.feedback.add(events);
      await pause(pauseMs);
      expect(await other.users.delete('gone')).toBe(true);
      await adding;
      // Whichever came first: all of him is there, or nothing.
      const known = (await one.users.get('gone')) !== null;
      expect(await one.feedback.count()).toBe(known ? events.length : 0);
      if (known) await one.users.delete('gone');
    }
  });

  it('publishes a version that several trainers publish at once', async () => {
    const [one, other] = [await open(), await open()];
    const model = { name: 'history', version: 'v1', sha256: 'x', bytes: new Uint8Array(200_000).fill(7) };
    const publishing = Array.from({ length: 10 }, (_, n) => (n % 2 === 0 ? one : other).models.publish(model, 1));
    await Promise.all(publishing);
    expect((await one.models.list()).map(({ version }) => version)).toEqual(['v1']);
  });

  it('shows a snapshot of one moment, whatever is written meanwhile', async () => {
    const store = await open();
    const database = await openPostgres({ url: schema.url, log });
    await store.feedback.add([watch('u', 'i', 1)]);
    const counts = await database.snapshot(async (db) => {
      const count = async () => (await db.selectFrom('feedback').select('id').execute()).length;
      const before = await count();
      await store.feedback.add([watch('u', 'i', 2)]);
      return [before, await count()];
    });
    expect(counts).toEqual([1, 1]);
    expect(await store.feedback.count()).toBe(2);
    await database.close();
  });

  it('opens no more connections than it was told, and serves more callers than that', async () => {
    const name = `pool-${Math.random()}`;
    const url = new URL(schema.url);
    url.searchParams.set('application_name', name);
    url.searchParams.set('pool_size', '3');
    const store = await open({ url: url.href, poolSize: 20 });
    const connections = `select count(*) from pg_stat_activity where application_name = '${name}'`;
    const busy = Array.from({ length: 60 }, (_, n) => store.feedback.add([watch(`u${n}`, 'i', n)]));
    const seen = await runSql(schema.url, connections);
    await Promise.all(busy);
    expect(Number(seen[0]?.count)).toBeLessThanOrEqual(3);
    expect(await runSql(schema.url, connections)).toEqual([{ count: '3' }]);
    expect(await store.users.count()).toBe(60);
  });

  it('runs a transaction again that lost a race for locks', async () => {
    await open();
    const database = await openPostgres({ url: schema.url, log });
    const holding = { a: 0, b: 0 };
    const touch = (first: 'a' | 'b', second: 'a' | 'b') =>
      database.write(async (db) => {
        const put = (id: string) =>
          db
            .insertInto('users')
            .values({ id, attributes: '{}' })
            .onConflict((conflict) => conflict.column('id').doUpdateSet({ attributes: first }))
            .execute();
        await put(first);
        holding[first] += 1;
        while (holding.a === 0 || holding.b === 0) await sql`select pg_sleep(0.01)`.execute(db);
        await put(second);
      });
    await Promise.all([touch('a', 'b'), touch('b', 'a')]);
    expect(holding.a + holding.b).toBeGreaterThanOrEqual(3);
    await database.close();
  });

  it('refuses an address that can not be one, a database that is not there, and a wrong scheme', async () => {
    await expect(open({ url: 'postgres://me:secret@db' })).rejects.toThrow(InvalidInputError);
    const elsewhere = new URL(schema.url);
    elsewhere.pathname = '/nowhere';
    const refused = open({ url: elsewhere.href });
    await expect(refused).rejects.toThrow(StoreUnavailableError);
    await expect(refused).rejects.toThrow(/\/nowhere, refuses: database "nowhere" does not exist$/);
  });
});
