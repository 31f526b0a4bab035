import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { Client } from 'pg';

/** A schema of its own for one test, in the PostgreSQL of the tests. */
export interface PostgresSchema {
  /** Finds the schema, and nothing else, by its search path. */
  url: string;
  drop(): Promise<void>;
}

let found: Promise<string> | undefined;

/** `scripts/postgres.sh` starts a PostgreSQL where none runs. */
const serverUrl = (): Promise<string> => {
  found ??= promisify(execFile)('bash', ['scripts/postgres.sh', 'start']).then(({ stdout }) => stdout.trim());
  return found;
};

/** Runs one statement on a connection of its own. */
export const runSql = async (url: string, text: string): Promise<readonly Record<string, unknown>[]> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
};

export const createPostgresSchema = async (): Promise<PostgresSchema> => {
  const server = await serverUrl();
  const name = `test_${randomBytes(8).toString('hex')}`;
  await runSql(server, `create schema ${name}`);
  const url = new URL(server);
  url.searchParams.set('options', `-csearch_path=${name}`);
  return {
    url: url.href,
    drop: async () => {
      await runSql(server, `drop schema ${name} cascade`);
    },
  };
};
