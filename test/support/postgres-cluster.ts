import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A PostgreSQL that a test may stop and start as it likes, beside the one that the others share. */
export interface PostgresCluster {
  url: string;
  restart(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
};

export const startPostgresCluster = async (): Promise<PostgresCluster> => {
  const { MEDLEY_TEST_POSTGRES_URL: _, ...env } = process.env;
  const own = {
    ...env,
    MEDLEY_POSTGRES_PORT: String(await freePort()),
    MEDLEY_POSTGRES_DIR: join(tmpdir(), `medley-postgres-${randomBytes(8).toString('hex')}`),
  };
  const run = async (verb: string): Promise<string> =>
    (await promisify(execFile)('bash', ['scripts/postgres.sh', verb], { env: own })).stdout.trim();
  const url = await run('start');
  return {
    url,
    restart: async () => void (await run('restart')),
    stop: async () => void (await run('stop')),
  };
};
