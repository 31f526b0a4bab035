import { setTimeout as pauseFor } from 'node:timers/promises';
import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely';
import type { Database, StoreLog, Tables, Turn } from './database.ts';
import { StoreUnavailableError } from './port.ts';
import { parsePostgresUrl } from './postgres-address.ts';
import { toStoreError, verdictOf } from './postgres-errors.ts';
import { createPostgresPool } from './postgres-pool.ts';

/**
 * PostgreSQL as a `Database`: what is particular to its SQL and its transactions is in this file.
 *
 * Transactions run side by side at READ COMMITTED. What a write decides by is a constraint (`on conflict`), a condition
 * that PostgreSQL evaluates again on the newest row, or a turn, which is an advisory lock until the transaction ends.
 */
export interface PostgresOptions {
  /** `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, with the parameters of libpq, `pool_size` and `statement_timeout`. */
  url: string;
  log: StoreLog;
  /** Connections of this process at most; `pool_size` of the URL goes first. */
  poolSize?: number;
  connectTimeoutMs?: number;
  /** `statement_timeout` of the URL goes first. */
  statementTimeoutMs?: number;
  /** How often a server that can't be reached is tried at the start, two seconds apart: in a cluster it may come up last. */
  attempts?: number;
  pause?: (ms: number) => Promise<unknown>;
}

const startPauseMs = 2_000;
const raceAttempts = 5;
const racePauseMs = 20;

const turnNumbers = { schema: 1, users: 2, models: 3 } as const satisfies Record<Turn['of'], number>;

/** Schemas of one database hold stores of their own, so they don't wait for one another. */
const takeTurn = async (transaction: Transaction<Tables>, turn: Turn): Promise<void> => {
  const lock = sql.raw(turn.shared === true ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock');
  const store = sql`hashtext('medley ' || current_schema())`;
  await sql`select ${lock}(${store}, ${sql.lit(turnNumbers[turn.of])})`.execute(transaction);
};

/** @throws StoreUnavailableError where the server does not answer in time or refuses */
export const openPostgres = async (options: PostgresOptions): Promise<Database> => {
  const { log, attempts = 15, pause = pauseFor } = options;
  const address = parsePostgresUrl(options.url);
  const pool = createPostgresPool({
    address,
    log,
    poolSize: address.poolSize ?? options.poolSize ?? 10,
    connectTimeoutMs: options.connectTimeoutMs ?? 5_000,
    statementTimeoutMs: address.statementTimeoutMs ?? options.statementTimeoutMs ?? 15_000,
  });
  const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  const running = new Set<Promise<unknown>>();
  let closed = false;

  const tracked = async <T>(work: () => Promise<T>): Promise<T> => {
    if (closed) throw new StoreUnavailableError(`the store, ${address.label}, is closed`);
    const one = work();
    running.add(one);
    try {
      return await one;
    } finally {
      running.delete(one);
    }
  };

  /** Two transactions that waited for one another: PostgreSQL ended this one. */
  const racing = async <T>(attempt: () => Promise<T>, left = raceAttempts): Promise<T> => {
    try {
      return await attempt();
    } catch (error) {
      if (verdictOf(error) !== 'again') throw error;
      if (left === 1) throw new StoreUnavailableError(`the store, ${address.label}, is too busy`, { cause: error });
      await pause(racePauseMs * (raceAttempts - left + 1));
      return racing(attempt, left - 1);
    }
  };

  const reach = async (left: number): Promise<void> => {
    try {
      await sql`select 1`.execute(kysely);
    } catch (error) {
      const refused = error instanceof Error && verdictOf(error.cause) === 'refused';
      if (left <= 1 || refused) throw toStoreError(error, address.label);
      if (left === attempts) log.warn({ event: 'store-awaited', reason: String(error) }, 'still trying');
      await pause(startPauseMs);
      await reach(left - 1);
    }
  };

  const close = async (): Promise<void> => {
    closed = true;
    await Promise.allSettled(running);
    await kysely.destroy();
  };

  try {
    await reach(attempts);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    types: {
      id: sql`text collate "C"`,
      bytes: sql`bytea`,
      sequence: sql`bigint generated always as identity`,
    },
    read: (query) => tracked(() => query(kysely)),
    snapshot: (work) =>
      tracked(() => kysely.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(work)),
    write: (work, turn) =>
      tracked(() =>
        racing(() =>
          kysely.transaction().execute(async (transaction) => {
            if (turn !== undefined) await takeTurn(transaction, turn);
            return work(transaction);
          }),
        ),
      ),
    close,
  };
};
