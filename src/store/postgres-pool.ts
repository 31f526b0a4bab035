import type { PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import { type CustomTypesConfig, Pool, type PoolClient, types } from 'pg';
import type { StoreLog } from './database.ts';
import type { PostgresAddress } from './postgres-address.ts';
import { toStoreError, verdictOf } from './postgres-errors.ts';

/** The connections to PostgreSQL: so many at most, none used again after it failed, every failure an error of the port. */
export interface PoolOptions {
  address: PostgresAddress;
  log: StoreLog;
  poolSize: number;
  /** How long a call waits for a connection, be it a new one or one that others hold. */
  connectTimeoutMs: number;
  /** How long the server may work on one statement; this process waits a little longer, for a server that says nothing. */
  statementTimeoutMs: number;
}

const silenceMs = 2_000;
/** A transaction that a process of ours left open, because it hangs, may not hold up the others. */
const idleInTransactionMs = 60_000;
/** Now and then a new connection finds a server that moved. */
const lifetimeSeconds = 1_800;

const int8 = 20;
/** Whole numbers arrive as numbers, not as text: none here comes near 2^53. */
const numbers: CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === int8 && format !== 'binary' ? Number : types.getTypeParser(oid, format as 'text'),
};

/** A client that is never used again after its connection failed, not even to roll back. */
const guard = (client: PoolClient, label: string): PostgresPoolClient => {
  let lost: unknown = null;
  // Between two statements of a transaction nobody else listens, and an `error` that nobody hears ends the process.
  const onLost = (error: Error): void => {
    lost ??= toStoreError(error, label);
  };
  client.on('error', onLost);

  const query = async <R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>> => {
    if (lost !== null) throw lost;
    try {
      return (await client.query(text, [...values])) as unknown as PostgresQueryResult<R>;
    } catch (error) {
      const told = toStoreError(error, label);
      if (verdictOf(error) === 'gone') lost = told;
      throw told;
    }
  };
  const release = (discard?: boolean): void => {
    client.off('error', onLost);
    client.release(discard === true || lost !== null);
  };
  return { query: query as PostgresPoolClient['query'], release };
};

export const createPostgresPool = (options: PoolOptions): PostgresPool => {
  const { address, log, statementTimeoutMs } = options;
  const pool = new Pool({
    connectionString: address.url,
    application_name: 'medley',
    max: options.poolSize,
    connectionTimeoutMillis: options.connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + silenceMs,
    idle_in_transaction_session_timeout: idleInTransactionMs,
    maxLifetimeSeconds: lifetimeSeconds,
    keepAlive: true,
    types: numbers,
  });
  pool.on('error', (error) => {
    const event = 'store-connection-lost';
    // The error itself holds the whole client.
    log.warn({ event, store: address.label, reason: error.message }, 'an idle connection to the store was lost');
  });
  return {
    // Kysely reads these only to cancel statements, which nobody asks for here.
    options: {},
    async connect() {
      try {
        return guard(await pool.connect(), address.label);
      } catch (error) {
        throw toStoreError(error, address.label);
      }
    },
    end: () => pool.end(),
  };
};
