import type { ColumnType, Generated, Kysely, RawBuilder, Transaction } from 'kysely';

/** The tables, as every dialect has them; migrations.ts makes them. Instants are Unix ms. */
export interface Tables {
  /** The item as JSON in `body`: nothing but its id is ever asked for in SQL. */
  items: { id: string; body: string };
  users: { id: string; attributes: string };
  /** Every event once; `seq` is the order in which they came, which is not the order in which they happened. */
  feedback: {
    seq: ColumnType<number, never, never>;
    id: string;
    user_id: string;
    item_id: string;
    type: string;
    value: number | null;
    weight: number;
    at_ms: number;
  };
  /** The latest taste-bearing event of each user and item: a history is one range of one index, however many events there are. */
  tastes: { user_id: string; item_id: string; at_ms: number; weight: number; event_id: string };
  models: {
    seq: Generated<number>;
    name: string;
    version: string;
    sha256: string;
    bytes: Uint8Array;
    size: number;
    created_at_ms: number;
  };
  answers: {
    id: string;
    user_id: string | null;
    body_hash: string | null;
    /** `erased`: its user was deleted; the id alone stays until it is swept, so that a late answer can't bring him back. */
    state: 'pending' | 'answered' | 'failed' | 'erased';
    accepted_at_ms: number;
    deadline_at_ms: number;
    /** When it ended; while pending, when it will have at the latest. */
    ends_at_ms: number;
    answer: string | null;
    failure: string | null;
  };
  /** Numbers that only grow, by name. */
  counters: { name: string; value: number };
}

/** Column types that each dialect spells its own way. */
export interface ColumnTypes {
  /** Text compared byte by byte. */
  id: RawBuilder<unknown>;
  bytes: RawBuilder<unknown>;
  /** The primary key that counts up by itself. */
  sequence: RawBuilder<unknown>;
}

/**
 * Whose turn a write waits for: where a dialect lets transactions run side by side, those of one turn still run one after
 * the other. The `shared` ones of a turn run side by side, apart from the others.
 */
export interface Turn {
  of: 'schema' | 'users' | 'models';
  shared?: true;
}

/** A database as the rooms of the store use it; one file per dialect implements it. Work may be run again, so it changes nothing outside. */
export interface Database {
  types: ColumnTypes;
  /** Sees every write acknowledged before it. */
  read<T>(query: (db: Kysely<Tables>) => Promise<T>): Promise<T>;
  /** Many reads, which see every write whole or not at all. Between two of them others may work. */
  snapshot<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T>;
  /** One transaction: all of it or nothing. Others may run meanwhile, so rows are written in the order of their keys. */
  write<T>(work: (transaction: Transaction<Tables>) => Promise<T>, turn?: Turn): Promise<T>;
  close(): Promise<void>;
}

/** What the store says while it works; a `Log` of the runtime fits. */
export interface StoreLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** Rows of one statement: keeps parameters far below what any dialect takes. */
export const rowsPerStatement = 1_000;

export const chunksOf = <T>(all: readonly T[], size = rowsPerStatement): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size));

/** Later ones win, as with one insert after the other: a statement may not touch a row twice. Sorted, see `Database.write`. */
export const lastOfEach = <T extends { id: string }>(all: readonly T[]): T[] =>
  [...new Map(all.map((one) => [one.id, one])).values()].sort((a, b) => (a.id < b.id ? -1 : 1));

/** Repeats the last one up to the next power of two, so that `in (…)` has few shapes and its statements stay prepared. */
export const padded = <T>(all: readonly T[]): T[] => {
  const length = all.length === 0 ? 0 : 2 ** Math.ceil(Math.log2(all.length));
  return Array.from({ length }, (_, index) => all[Math.min(index, all.length - 1)] as T);
};
