import { type Kysely, sql } from 'kysely';
import type { ColumnTypes, Database, StoreLog, Tables } from './database.ts';
import { StoreUnavailableError } from './port.ts';

/**
 * The steps that make the tables, in order; a step once released never changes, later ones are added below.
 *
 * Forward only. All steps due run in one transaction, so of two processes that start at once one waits and finds
 * nothing left to do.
 */
type Step = (db: Kysely<Tables>, types: ColumnTypes) => Promise<void>;

const catalogueAndUsers: Step = async (db, types) => {
  await db.schema
    .createTable('items')
    .addColumn('id', types.id, (column) => column.primaryKey())
    .addColumn('body', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('users')
    .addColumn('id', types.id, (column) => column.primaryKey())
    .addColumn('attributes', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('counters')
    .addColumn('name', types.id, (column) => column.primaryKey())
    .addColumn('value', 'double precision', (column) => column.notNull())
    .execute();
  await db.insertInto('counters').values({ name: 'items', value: 0 }).execute();
};

const feedbackAndTastes: Step = async (db, types) => {
  await db.schema
    .createTable('feedback')
    .addColumn('seq', types.sequence, (column) => column.primaryKey())
    .addColumn('id', types.id, (column) => column.notNull().unique())
    .addColumn('user_id', types.id, (column) => column.notNull())
    .addColumn('item_id', types.id, (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('value', 'double precision')
    .addColumn('weight', 'double precision', (column) => column.notNull())
    .addColumn('at_ms', 'double precision', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('feedback_user').on('feedback').column('user_id').execute();
  await db.schema
    .createTable('tastes')
    .addColumn('user_id', types.id, (column) => column.notNull())
    .addColumn('item_id', types.id, (column) => column.notNull())
    .addColumn('at_ms', 'double precision', (column) => column.notNull())
    .addColumn('weight', 'double precision', (column) => column.notNull())
    .addColumn('event_id', types.id, (column) => column.notNull())
    .addPrimaryKeyConstraint('tastes_key', ['user_id', 'item_id'])
    .execute();
  // Covers `feedback.history` whole: no other page of the file is touched.
  await db.schema
    .createIndex('tastes_recent')
    .on('tastes')
    .columns(['user_id', 'at_ms desc', 'item_id', 'weight'])
    .execute();
};

const modelsAndAnswers: Step = async (db, types) => {
  await db.schema
    .createTable('models')
    .addColumn('seq', types.sequence, (column) => column.primaryKey())
    .addColumn('name', types.id, (column) => column.notNull())
    .addColumn('version', types.id, (column) => column.notNull())
    .addColumn('sha256', 'text', (column) => column.notNull())
    .addColumn('size', 'double precision', (column) => column.notNull())
    .addColumn('created_at_ms', 'double precision', (column) => column.notNull())
    .addColumn('bytes', types.bytes, (column) => column.notNull())
    .addUniqueConstraint('models_key', ['name', 'version'])
    .execute();
  await db.schema
    .createTable('answers')
    .addColumn('id', types.id, (column) => column.primaryKey())
    .addColumn('user_id', types.id)
    .addColumn('body_hash', 'text')
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('accepted_at_ms', 'double precision', (column) => column.notNull())
    .addColumn('deadline_at_ms', 'double precision', (column) => column.notNull())
    .addColumn('ends_at_ms', 'double precision', (column) => column.notNull())
    .addColumn('failure', 'text')
    .addColumn('answer', 'text')
    .execute();
  await db.schema.createIndex('answers_user').on('answers').column('user_id').execute();
  await db.schema.createIndex('answers_end').on('answers').column('ends_at_ms').execute();
};

const steps: readonly Step[] = [catalogueAndUsers, feedbackAndTastes, modelsAndAnswers];

const versionTable = sql.table('schema_version');

/** @throws StoreUnavailableError where the tables were made by a newer Medley */
export const migrate = (database: Database, log: StoreLog): Promise<void> =>
  database.write(
    async (transaction) => {
      await sql`create table if not exists ${versionTable} (version integer not null)`.execute(transaction);
      const { rows } = await sql<{ version: number }>`select version from ${versionTable}`.execute(transaction);
      const from = rows[0]?.version ?? 0;
      if (from > steps.length) {
        const detail = `the store has schema version ${from}, this Medley knows versions up to ${steps.length}: use a newer one`;
        throw new StoreUnavailableError(detail);
      }
      if (from === steps.length) return;
      for (const step of steps.slice(from)) await step(transaction, database.types);
      await sql`delete from ${versionTable}`.execute(transaction);
      await sql`insert into ${versionTable} (version) values (${steps.length})`.execute(transaction);
      log.info({ from, to: steps.length }, 'store schema brought up to date');
    },
    { of: 'schema' },
  );
