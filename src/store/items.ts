import type { Kysely } from 'kysely';
import type { Item } from '../contract/item.ts';
import { chunksOf, type Database, lastOfEach, padded, type Tables } from './database.ts';
import type { ItemStore } from './port.ts';

const toItem = (row: { body: string }): Item => JSON.parse(row.body) as Item;

const noteChange = (transaction: Kysely<Tables>) =>
  transaction
    .updateTable('counters')
    .set((row) => ({ value: row('value', '+', 1) }))
    .where('name', '=', 'items')
    .execute();

/** The catalogue. Every change moves its version in the same transaction. */
export const createItemStore = (database: Database): ItemStore => ({
  async get(ids) {
    const found = new Map<string, Item>();
    for (const chunk of chunksOf(ids)) {
      const rows = await database.read((db) =>
        db.selectFrom('items').select(['id', 'body']).where('id', 'in', padded(chunk)).execute(),
      );
      for (const row of rows) found.set(row.id, toItem(row));
    }
    return ids.flatMap((id) => found.get(id) ?? []);
  },

  async put(items) {
    if (items.length === 0) return;
    await database.write(async (transaction) => {
      for (const chunk of chunksOf(lastOfEach(items))) {
        await transaction
          .insertInto('items')
          .values(chunk.map((item) => ({ id: item.id, body: JSON.stringify(item) })))
          .onConflict((conflict) => conflict.column('id').doUpdateSet((row) => ({ body: row.ref('excluded.body') })))
          .execute();
      }
      await noteChange(transaction);
    });
  },

  delete: (id) =>
    database.write(async (transaction) => {
      const { numDeletedRows } = await transaction.deleteFrom('items').where('id', '=', id).executeTakeFirstOrThrow();
      if (numDeletedRows === 0n) return false;
      await noteChange(transaction);
      return true;
    }),

  async list({ after = '', limit }) {
    const rows = await database.read((db) =>
      db.selectFrom('items').select('body').where('id', '>', after).orderBy('id').limit(limit).execute(),
    );
    return rows.map(toItem);
  },

  async count() {
    const row = await database.read((db) =>
      db
        .selectFrom('items')
        .select((row) => row.fn.countAll<number>().as('rows'))
        .executeTakeFirstOrThrow(),
    );
    return Number(row.rows);
  },

  async version() {
    const row = await database.read((db) =>
      db.selectFrom('counters').select('value').where('name', '=', 'items').executeTakeFirst(),
    );
    return row?.value ?? 0;
  },
});
