import type { Clock } from '../contract/clock.ts';
import { InvalidInputError } from '../contract/errors.ts';
import type { StoreLog } from './database.ts';
import type { Store } from './port.ts';
import { isPostgresUrl, postgresUrlFault } from './postgres-address.ts';

const scheme = /^([a-z][a-z0-9+.-]*):\/\//i;

/**
 * What is wrong with the address of a store, as the rest of a sentence; null: nothing. Never repeats the address.
 *
 * @param address `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, the path of a SQLite file, or `:memory:`
 */
export const storeAddressFault = (address: string): string | null => {
  if (isPostgresUrl(address)) return postgresUrlFault(address);
  if (address.trim() === '') return 'is empty: give the path of a file or the postgres:// URL of a database';
  const other = scheme.exec(address)?.[1];
  return other === undefined
    ? null
    : `is a URL of ${other}: the store takes postgres://USER:PASSWORD@HOST:PORT/DATABASE or the path of a SQLite file`;
};

/**
 * Opens the store at an address. The driver of the other kind is not loaded.
 *
 * @example const store = await openStore({ address: env.storeAddress, clock, log });
 * @throws InvalidInputError where the address can't be one
 * @throws StoreUnavailableError where what is there can't be used
 */
export const openStore = async (options: {
  address: string;
  clock: Pick<Clock, 'nowMs'>;
  log: StoreLog;
}): Promise<Store> => {
  const { address, clock, log } = options;
  const fault = storeAddressFault(address);
  if (fault !== null) throw new InvalidInputError('The store', [`its address ${fault}`]);
  if (isPostgresUrl(address)) {
    const { createPostgresStore } = await import('./postgres-store.ts');
    return createPostgresStore({ url: address, clock, log });
  }
  const { createSqliteStore } = await import('./sqlite-store.ts');
  return createSqliteStore({ path: address, clock, log });
};
