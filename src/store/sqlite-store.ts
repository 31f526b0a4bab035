import type { Clock } from '../contract/clock.ts';
import { createAnswerStore } from './answers.ts';
import type { StoreLog } from './database.ts';
import { createFeedbackStore } from './feedback.ts';
import { createItemStore } from './items.ts';
import { migrate } from './migrations.ts';
import { createModelStore } from './models.ts';
import type { Store } from './port.ts';
import { openSqlite } from './sqlite-database.ts';
import { createUserStore } from './users.ts';

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
  return {
    items: createItemStore(database),
    users: createUserStore(database),
    feedback: createFeedbackStore(database),
    models: createModelStore(database, options.clock),
    answers: createAnswerStore(database, options.clock),
    close: database.close,
  };
};
