import { sql } from 'kysely';
import type { Database } from './database.ts';
import type { FeedbackStore } from './port.ts';

/** An exponent this far down leaves nothing; one further down and `power` fails with an underflow. */
const mostHalvings = 1_000;

/** `popular` where the database has a machine of its own: the events stay there, the best items alone travel. */
export const createPopularBySql =
  (database: Database): FeedbackStore['popular'] =>
  ({ limit, halfLifeMs, nowMs }) =>
    database.read(async (db) => {
      const ageMs = sql<number>`greatest(0, ${nowMs}::float8 - at_ms)`;
      const share = sql<number>`power(2::float8, -least(${ageMs} / ${halfLifeMs}::float8, ${sql.lit(mostHalvings)}))`;
      const scores = db
        .selectFrom('feedback')
        .select(['item_id', sql<number>`sum(${share})`.as('score')])
        .where('weight', '>', 0)
        .groupBy('item_id')
        .as('scores');
      return db
        .selectFrom(scores)
        .innerJoin('items', 'items.id', 'scores.item_id')
        .select(['scores.item_id as item', 'scores.score as score'])
        .orderBy('scores.score', 'desc')
        .orderBy('scores.item_id')
        .limit(limit)
        .execute();
    });
