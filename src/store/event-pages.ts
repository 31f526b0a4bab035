import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { Tables } from './database.ts';

export interface EventRow {
  user_id: string;
  item_id: string;
  weight: number;
  at_ms: number;
}

/**
 * All events in the order they came, page by page: memory holds one page, and between two pages the process does
 * whatever else waits.
 *
 * @param db of a snapshot
 * @example for await (const page of eventPages(db)) for (const row of page) count(row);
 */
export async function* eventPages(db: Kysely<Tables>, pageRows = 5_000): AsyncGenerator<readonly EventRow[]> {
  for (let last = -1; ; ) {
    const rows = await db
      .selectFrom('feedback')
      .select(['seq', 'user_id', 'item_id', 'weight', 'at_ms'])
      .where('seq', '>', last)
      .orderBy('seq')
      .limit(pageRows)
      .execute();
    yield rows;
    if (rows.length < pageRows) return;
    last = rows.at(-1)?.seq ?? last;
    await nextTurn();
  }
}
