import type { Clock } from '../contract/clock.ts';
import { createAnswerStore } from './answers.ts';
import type { Database } from './database.ts';
import { createFeedbackStore } from './feedback.ts';
import { createItemStore } from './items.ts';
import { createModelStore } from './models.ts';
import type { FeedbackStore, Store } from './port.ts';
import { createUserStore } from './users.ts';

/** The store over a database whose tables are there: the same for every dialect but for what is popular. */
export const assembleStore = (parts: {
  database: Database;
  clock: Pick<Clock, 'nowMs'>;
  popular: FeedbackStore['popular'];
}): Store => {
  const { database, clock, popular } = parts;
  return {
    items: createItemStore(database),
    users: createUserStore(database),
    feedback: createFeedbackStore(database, popular),
    models: createModelStore(database, clock),
    answers: createAnswerStore(database, clock),
    close: database.close,
  };
};
