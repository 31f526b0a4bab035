import type { Clock } from '../contract/clock.ts';
import { InvalidInputError } from '../contract/errors.ts';
import { assembleStore } from './assemble-store.ts';
import { migrate } from './migrations.ts';
import type { Store } from './port.ts';
import { postgresUrlFault } from './postgres-address.ts';
import { openPostgres, type PostgresOptions } from './postgres-database.ts';
import { createPopularBySql } from './postgres-popular.ts';

/**
 * Opens the store on PostgreSQL and brings its tables up to date. Any number of processes may start at once.
 *
 * @example const store = await createPostgresStore({ url: 'postgres://medley:…@db:5432/medley', clock: systemClock, log });
 * @throws InvalidInputError where the URL can't be one
 * @throws StoreUnavailableError where the server does not answer, refuses, or its tables were made by a newer Medley
 */
export const createPostgresStore = async (
  options: PostgresOptions & { clock: Pick<Clock, 'nowMs'> },
): Promise<Store> => {
  const fault = postgresUrlFault(options.url);
  if (fault !== null) throw new InvalidInputError('The store', [`its address ${fault}`]);
  const database = await openPostgres(options);
  try {
    await migrate(database, options.log);
  } catch (error) {
    await database.close();
    throw error;
  }
  return assembleStore({ database, clock: options.clock, popular: createPopularBySql(database) });
};
