import { chunksOf, type Database, padded } from './database.ts';
import { type EventRow, eventPages } from './event-pages.ts';
import type { FeedbackStore } from './port.ts';

/**
 * Counts events by item, each halving in `halfLifeMs` before `nowMs`; best first, ties by id.
 *
 * What says nothing of taste (weight 0) or counts against (a dislike) makes nothing popular. An event of the future
 * counts as one of now.
 */
const rankByDecayedCount = async (
  pages: AsyncIterable<readonly EventRow[]>,
  decay: { halfLifeMs: number; nowMs: number },
): Promise<{ item: string; score: number }[]> => {
  const scores = new Map<string, number>();
  for await (const page of pages) {
    for (const row of page) {
      if (row.weight <= 0) continue;
      const halvings = Math.max(0, decay.nowMs - row.at_ms) / decay.halfLifeMs;
      scores.set(row.item_id, (scores.get(row.item_id) ?? 0) + 2 ** -halvings);
    }
  }
  return [...scores]
    .map(([item, score]) => ({ item, score }))
    .sort((a, b) => b.score - a.score || (a.item < b.item ? -1 : 1));
};

/** `popular` for a database that lives in this process: one statement over all events would hold everything up. */
export const createPopularByPages = (database: Database): FeedbackStore['popular'] => {
  const inCatalogue = async (ids: readonly string[]): Promise<Set<string>> => {
    const rows = await database.read((db) =>
      db.selectFrom('items').select('id').where('id', 'in', padded(ids)).execute(),
    );
    return new Set(rows.map((row) => row.id));
  };

  return async ({ limit, ...decay }) => {
    const ranked = await database.snapshot((db) => rankByDecayedCount(eventPages(db), decay));
    const best: typeof ranked = [];
    for (const chunk of chunksOf(ranked)) {
      if (best.length >= limit) break;
      const known = await inCatalogue(chunk.map((one) => one.item));
      best.push(...chunk.filter((one) => known.has(one.item)));
    }
    return best.slice(0, limit);
  };
};
