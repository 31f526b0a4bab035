import type { Clock } from '../contract/clock.ts';
import type { Database } from './database.ts';
import type { ModelStore } from './port.ts';

/** Fitted models, newest last published. Publishing a version again replaces it and makes it the newest. */
export const createModelStore = (database: Database, clock: Pick<Clock, 'nowMs'>): ModelStore => ({
  publish: (model, keep = 3) =>
    database.write(
      async (transaction) => {
        const { name, version, sha256, bytes } = model;
        await transaction.deleteFrom('models').where('name', '=', name).where('version', '=', version).execute();
        await transaction
          .insertInto('models')
          .values({ name, version, sha256, bytes, size: bytes.length, created_at_ms: clock.nowMs() })
          .execute();
        const newest = transaction
          .selectFrom('models')
          .select('seq')
          .where('name', '=', name)
          .orderBy('seq', 'desc')
          .limit(Math.max(1, keep));
        await transaction.deleteFrom('models').where('name', '=', name).where('seq', 'not in', newest).execute();
      },
      { of: 'models' },
    ),

  async latest(name) {
    const row = await database.read((db) =>
      db
        .selectFrom('models')
        .select(['name', 'version', 'sha256', 'bytes'])
        .where('name', '=', name)
        .orderBy('seq', 'desc')
        .limit(1)
        .executeTakeFirst(),
    );
    return row ?? null;
  },

  async latestVersion(name) {
    const row = await database.read((db) =>
      db
        .selectFrom('models')
        .select(['version', 'sha256', 'size as bytes'])
        .where('name', '=', name)
        .orderBy('seq', 'desc')
        .limit(1)
        .executeTakeFirst(),
    );
    return row ?? null;
  },

  list: () =>
    database.read((db) =>
      db
        .selectFrom('models')
        .select(['name', 'version', 'sha256', 'size as bytes', 'created_at_ms as createdAtMs'])
        .orderBy('name')
        .orderBy('seq')
        .execute(),
    ),
});
