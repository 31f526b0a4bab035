import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { describeStore } from '../../test/support/store-conformance.ts';
import { film } from '../../test/support/store-fixtures.ts';
import { type Store, StoreUnavailableError } from './port.ts';
import { openSqlite } from './sqlite-database.ts';
import { createSqliteStore } from './sqlite-store.ts';

const log = { info() {}, warn() {} };
const clock = createFakeClock();

describeStore('SQLite in memory', async () => {
  const own = createFakeClock();
  const store = await createSqliteStore({ path: ':memory:', clock: own, log });
  return { store, clock: own, dispose: () => store.close() };
});

describeStore('SQLite in a file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'medley-store-'));
  const own = createFakeClock();
  const stores: Store[] = [];
  const another = async () => {
    const store = await createSqliteStore({ path: join(folder, 'deep', 'store.db'), clock: own, log });
    stores.push(store);
    return store;
  };
  const store = await another();
  const dispose = async () => {
    for (const one of stores) await one.close();
    rmSync(folder, { recursive: true });
  };
  return { store, clock: own, another, dispose };
});

describe('a SQLite file', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'medley-store-'));
    path = join(folder, 'store.db');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('keeps what was written when it is opened again, and is migrated once', async () => {
    const told: object[] = [];
    const telling = { info: (fields: object) => void told.push(fields), warn() {} };
    const first = await createSqliteStore({ path, clock, log: telling });
    await first.items.put([film('1')]);
    await first.close();
    const second = await createSqliteStore({ path, clock, log: telling });
    expect(await second.items.get(['1'])).toEqual([film('1')]);
    await second.close();
    expect(told).toEqual([{ from: 0, to: 3 }]);
  });

  it('is made by exactly one of several that open it at once', async () => {
    const told: object[] = [];
    const telling = { info: (fields: object) => void told.push(fields), warn() {} };
    const stores = await Promise.all(Array.from({ length: 5 }, () => createSqliteStore({ path, clock, log: telling })));
    expect(told).toEqual([{ from: 0, to: 3 }]);
    for (const store of stores) {
      expect(await store.items.version()).toBe(0);
      await store.close();
    }
  });

  it('takes the writes of several processes that start at once, none lost and every answer ended once', async () => {
    const writer = fileURLToPath(new URL('../../test/support/store-writer.ts', import.meta.url));
    const run = (name: string) => promisify(execFile)(process.execPath, [writer, path, name]);
    const outputs = await Promise.all(['a', 'b', 'c'].map(run));
    const counts = outputs.map(({ stdout }) => JSON.parse(stdout) as { added: number; wins: number });
    expect(counts.map(({ added }) => added)).toEqual([2_000, 2_000, 2_000]);
    expect(counts.reduce((sum, { wins }) => sum + wins, 0)).toBe(20);
    const store = await createSqliteStore({ path, clock, log });
    expect(await store.feedback.count()).toBe(6_000);
    await store.close();
  });

  it('of a newer Medley is refused with both versions', async () => {
    await (await createSqliteStore({ path, clock, log })).close();
    const raw = new DatabaseSync(path);
    raw.exec('update schema_version set version = 99');
    raw.close();
    await expect(createSqliteStore({ path, clock, log })).rejects.toThrow(
      'the store has schema version 99, this Medley knows versions up to 3: use a newer one',
    );
  });

  it('that is no database, or can not be made, is unavailable', async () => {
    writeFileSync(path, 'this is not a database, whatever its name says');
    await expect(createSqliteStore({ path, clock, log })).rejects.toThrow(StoreUnavailableError);
    const below = join(path, 'folder', 'store.db');
    await expect(createSqliteStore({ path: below, clock, log })).rejects.toThrow(StoreUnavailableError);
  });

  it('locked by another process is waited for between tries, then taken', async () => {
    await (await createSqliteStore({ path, clock, log })).close();
    const holder = new DatabaseSync(path);
    holder.exec('begin immediate');
    const pauses: number[] = [];
    const pause = async (ms: number) => {
      pauses.push(ms);
      if (pauses.length === 2) holder.exec('commit');
    };
    const database = await openSqlite({ path, log, pause });
    await database.write((db) => db.insertInto('users').values({ id: '1', attributes: '{}' }).execute());
    expect(pauses).toEqual([50, 50]);
    await database.close();
    holder.close();
  });

  it('locked for good is unavailable to writers, while readers go on', async () => {
    await (await createSqliteStore({ path, clock, log })).close();
    const holder = new DatabaseSync(path);
    holder.exec('begin immediate');
    const database = await openSqlite({ path, log, attempts: 2, pause: async () => {} });
    let begun = 0;
    const insert = database.write(async (db) => {
      begun += 1;
      await db.insertInto('users').values({ id: '1', attributes: '{}' }).execute();
    });
    await expect(insert).rejects.toThrow(StoreUnavailableError);
    expect(begun).toBe(0);
    expect(await database.read((db) => db.selectFrom('users').selectAll().execute())).toEqual([]);
    holder.exec('rollback');
    holder.close();
    await database.close();
  });

  it('takes back the whole of a write that failed half-way, and throws its own error on', async () => {
    const database = await openSqlite({ path, log });
    await database.write((db) => db.schema.createTable('users').addColumn('id', 'text').execute());
    const broken = database.write(async (db) => {
      await db
        .insertInto('users')
        .values({ id: '1' } as never)
        .execute();
      throw new RangeError('half-way');
    });
    await expect(broken).rejects.toThrow(RangeError);
    expect(await database.read((db) => db.selectFrom('users').selectAll().execute())).toEqual([]);
    await database.close();
  });
});
