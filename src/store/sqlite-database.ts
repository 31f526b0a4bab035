import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { setTimeout as pauseFor } from 'node:timers/promises';
import { Kysely, type SqliteDatabase, SqliteDialect, sql } from 'kysely';
import { LRUCache } from 'lru-cache';
import type { Database, StoreLog, Tables } from './database.ts';
import { StoreUnavailableError } from './port.ts';

/**
 * SQLite as a `Database`: all that is particular to it is in this file.
 *
 * A file is opened twice: one connection writes, the other reads, so that a read never waits for a transaction (WAL).
 * Calls are synchronous underneath, so waiting inside SQLite for another process's lock would stop this process's
 * timers: SQLite waits `busyMs` at most, then the call pauses and tries again, `attempts` times in all (five seconds).
 */
export interface SqliteOptions {
  /** A file, made if missing, or `:memory:`. */
  path: string;
  log: StoreLog;
  attempts?: number;
  pause?: (ms: number) => Promise<unknown>;
}

const busyMs = 50;
const pauseMs = 50;
const statementsKept = 200;

interface SqliteError {
  code: 'ERR_SQLITE_ERROR';
  errcode: number;
  message: string;
}

const isSqliteError = (error: unknown): error is SqliteError =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ERR_SQLITE_ERROR';

/** SQLITE_BUSY (5) and SQLITE_LOCKED (6); the bits above the lowest eight say which kind. */
const isLocked = (error: unknown): boolean => isSqliteError(error) && [5, 6].includes(error.errcode & 0xff);

/** What the database itself complains of, and what node and Kysely throw once the store was closed. */
const isUnavailable = (error: unknown): error is { message: string } =>
  isSqliteError(error) || /database is not open|driver has already been destroyed/.test(String(error));

/** node:sqlite in the shape of better-sqlite3, which is what Kysely's dialect talks to; statements stay prepared. */
const adapt = (connection: DatabaseSync): SqliteDatabase => {
  const prepared = new LRUCache<string, { statement: StatementSync; reader: boolean }>({ max: statementsKept });
  const prepare = (text: string) => {
    const known = prepared.get(text);
    if (known !== undefined) return known;
    // Takes the lock first: a deferred transaction is lost when another process wrote between its first read and its first write.
    const statement = connection.prepare(text === 'begin' ? 'begin immediate' : text);
    const entry = { statement, reader: statement.columns().length > 0 };
    prepared.set(text, entry);
    return entry;
  };
  return {
    close: () => connection.close(),
    prepare(text) {
      const { statement, reader } = prepare(text);
      const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
      return {
        reader,
        all: (parameters) => statement.all(...values(parameters)),
        run: (parameters) => statement.run(...values(parameters)),
        iterate: (parameters) => statement.iterate(...values(parameters)),
      };
    },
  };
};

const openConnection = (path: string, readOnly: boolean): DatabaseSync => {
  const connection = new DatabaseSync(path, { readOnly, timeout: busyMs, enableForeignKeyConstraints: true });
  try {
    if (!readOnly) connection.exec('pragma journal_mode = wal; pragma synchronous = normal');
    connection.exec('pragma cache_size = -65536; pragma temp_store = memory');
  } catch (error) {
    connection.close();
    throw error;
  }
  return connection;
};

const kyselyOver = (connection: DatabaseSync): Kysely<Tables> =>
  new Kysely<Tables>({ dialect: new SqliteDialect({ database: adapt(connection) }) });

/** @throws StoreUnavailableError where the file can't be opened, is no database, or stays locked */
export const openSqlite = async (options: SqliteOptions): Promise<Database> => {
  const { path, log, attempts = 50, pause = pauseFor } = options;

  const patiently = async <T>(attempt: () => T | Promise<T>, left = attempts): Promise<T> => {
    try {
      return await attempt();
    } catch (error) {
      if (isLocked(error) && left > 1) {
        if (left === attempts - 10) log.warn({ path }, 'another process holds the lock of the store; still trying');
        await pause(pauseMs);
        return patiently(attempt, left - 1);
      }
      if (!isUnavailable(error)) throw error;
      throw new StoreUnavailableError(`the store ${path} does not answer: ${error.message}`, { cause: error });
    }
  };

  const inMemory = path === ':memory:';
  if (!inMemory) makeFolder(path);
  const writer = kyselyOver(await patiently(() => openConnection(path, false)));
  const reader = inMemory ? writer : kyselyOver(await patiently(() => openConnection(path, true)));
  // Kysely closes a connection only once it was used.
  await patiently(() => Promise.all([writer, reader].map((db) => sql`select 1`.execute(db))));

  return {
    types: { id: sql`text`, bytes: sql`blob`, sequence: sql`integer` },
    read: (query) => patiently(() => query(reader)),
    // Not one state but growing ones: a transaction of the one reading connection would hide newer writes from other readers.
    // A write is whole all the same, because rows come in the order of their writes.
    snapshot: (work) => patiently(() => work(reader)),
    // All writes go one after the other, whatever their turn.
    write: (work) => patiently(() => writer.transaction().execute(work)),
    async close() {
      await reader.destroy();
      if (reader !== writer) await writer.destroy();
    },
  };
};

const makeFolder = (path: string): void => {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new StoreUnavailableError(`the folder of the store ${path} can't be made: ${why}`, { cause });
  }
};
