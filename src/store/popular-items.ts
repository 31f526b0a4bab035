import type { EventRow } from './event-pages.ts';

/**
 * Counts events by item, each halving in `halfLifeMs` before `nowMs`; best first, ties by id.
 *
 * What says nothing of taste (weight 0) or counts against (a dislike) makes nothing popular. An event of the future
 * counts as one of now.
 */
export const rankByDecayedCount = async (
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
