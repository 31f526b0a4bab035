import type { Clock } from '../contract/clock.ts';
import { assembleStore } from './assemble-store.ts';
import type { StoreLog } from './database.ts';
import { migrate } from './migrations.ts';
import { createPopularByPages } from './popular-items.ts';
import type { Store } from './port.ts';
import { openSqlite } from './sqlite-database.ts';

/**
 * Opens the embedded store and brings its tables up to date. Several processes may open one file.
 *
 * @example const store = await createSqliteStore({ path: 'medley.db', clock: systemClock, log });
 * @throws StoreUnavailableError where the file can't be used or was made by a newer Medley
 */
export const createSqliteStore = async (options: {
  /** A file, made with its folder if missing; or `:memory:`. */
  path: string;
  clock: Pick<Clock, 'nowMs'>;
  log: StoreLog;
}): Promise<Store> => {
  const database = await openSqlite(options);
  try {
    await migrate(database, options.log);
  } catch (error) {
    await database.close();
    throw error;
  }
  return assembleStore({ database, clock: options.clock, popular: createPopularByPages(database) });
};
