import { DatabaseError } from 'pg';
import { StoreUnavailableError } from './port.ts';

/**
 * What an error means for the call that met it.
 *
 * `again`: the transaction lost a race and may be run once more; `gone`: the connection is of no use any more;
 * `busy`: the server works but did not do this in time; `refused`: it will not do this until somebody changes something;
 * `fault`: the statement is wrong, which is a mistake of ours.
 */
export type Verdict = 'again' | 'gone' | 'busy' | 'refused' | 'fault';

/** By SQLSTATE, whole or by its class, the first two characters (PostgreSQL, appendix A). */
const verdicts: Readonly<Record<string, Verdict>> = {
  '08': 'gone', // connection exception
  '25006': 'gone', // read-only: it was the primary once
  '25P03': 'gone', // idle in a transaction for too long
  '28': 'refused', // authorization
  '3D000': 'refused', // no such database
  '3F000': 'refused', // no such schema
  '40001': 'again', // serialization failure
  '40P01': 'again', // deadlock
  '42501': 'refused', // insufficient privilege
  '53': 'busy', // out of connections, memory or disk
  '55P03': 'busy', // a lock was not to be had
  '57014': 'busy', // statement timeout
  '57P01': 'gone', // shutting down
  '57P02': 'gone', // another process of the server crashed
  '57P03': 'busy', // starting up
  '58': 'busy', // error of the system below
};

/** Whatever does not come from the server itself says that it was not reached. */
export const verdictOf = (error: unknown): Verdict => {
  if (!(error instanceof DatabaseError)) return 'gone';
  const code = error.code ?? '';
  return verdicts[code] ?? verdicts[code.slice(0, 2)] ?? 'fault';
};

const reasonOf = (error: unknown): string => {
  // A host with several addresses fails with one error for each.
  const first = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error ? first.message : String(first);
};

/** The error as the port knows it; what is wrong with the statement itself, or worth another try, stays as it is. */
export const toStoreError = (error: unknown, label: string): unknown => {
  const verdict = verdictOf(error);
  if (error instanceof StoreUnavailableError || verdict === 'fault' || verdict === 'again') return error;
  const says = verdict === 'refused' ? 'refuses' : 'does not answer';
  return new StoreUnavailableError(`the store, ${label}, ${says}: ${reasonOf(error)}`, { cause: error });
};
