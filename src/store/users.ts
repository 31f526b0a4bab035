import type { User } from '../contract/item.ts';
import { chunksOf, type Database, lastOfEach, type Turn } from './database.ts';
import type { UserStore } from './port.ts';

const toUser = (row: { id: string; attributes: string }): User => ({
  id: row.id,
  attributes: JSON.parse(row.attributes) as User['attributes'],
});

/** No event of the user may be added while he is deleted: it would stay behind. */
const everyEvent: Turn = { of: 'users' };

/** Who is recommended to. */
export const createUserStore = (database: Database): UserStore => ({
  async get(id) {
    const row = await database.read((db) => db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst());
    return row === undefined ? null : toUser(row);
  },

  async put(users) {
    if (users.length === 0) return;
    await database.write(async (transaction) => {
      for (const chunk of chunksOf(lastOfEach(users))) {
        await transaction
          .insertInto('users')
          .values(chunk.map((user) => ({ id: user.id, attributes: JSON.stringify(user.attributes) })))
          .onConflict((conflict) =>
            conflict.column('id').doUpdateSet((row) => ({ attributes: row.ref('excluded.attributes') })),
          )
          .execute();
      }
    });
  },

  delete: (id) =>
    database.write(async (transaction) => {
      const gone = [
        await transaction.deleteFrom('users').where('id', '=', id).executeTakeFirstOrThrow(),
        await transaction.deleteFrom('feedback').where('user_id', '=', id).executeTakeFirstOrThrow(),
        await transaction.deleteFrom('tastes').where('user_id', '=', id).executeTakeFirstOrThrow(),
      ];
      const { numUpdatedRows } = await transaction
        .updateTable('answers')
        .set({ state: 'erased', user_id: null, body_hash: null, answer: null, failure: null })
        .where('user_id', '=', id)
        .executeTakeFirstOrThrow();
      return numUpdatedRows > 0n || gone.some((result) => result.numDeletedRows > 0n);
    }, everyEvent),

  async list({ after = '', limit }) {
    const rows = await database.read((db) =>
      db.selectFrom('users').selectAll().where('id', '>', after).orderBy('id').limit(limit).execute(),
    );
    return rows.map(toUser);
  },

  async count() {
    const row = await database.read((db) =>
      db
        .selectFrom('users')
        .select((row) => row.fn.countAll<number>().as('rows'))
        .executeTakeFirstOrThrow(),
    );
    return Number(row.rows);
  },
});
