/** How good one list is against the films that were held out, each 0 to 1. */
export interface ListQuality {
  ndcg: number;
  recall: number;
  hitRate: number;
  mrr: number;
}

const gainAt = (rank: number): number => 1 / Math.log2(rank + 1);

/**
 * Judges the first k of a list; `relevant` must not be empty.
 *
 * NDCG = Σ hit · 1/log2(rank + 1) over its greatest possible value; Recall = hits / min(k, held out); hit rate = any
 * hit; MRR = 1 / rank of the first hit (Järvelin & Kekäläinen 2002).
 */
export const judgeList = (list: readonly string[], relevant: ReadonlySet<string>, k: number): ListQuality => {
  let gain = 0;
  let ideal = 0;
  let hits = 0;
  let first = 0;
  const possible = Math.min(k, relevant.size);
  for (let rank = 1; rank <= possible; rank++) ideal += gainAt(rank);
  for (const [position, id] of list.slice(0, k).entries()) {
    if (!relevant.has(id)) continue;
    gain += gainAt(position + 1);
    hits++;
    first ||= position + 1;
  }
  return { ndcg: gain / ideal, recall: hits / possible, hitRate: hits > 0 ? 1 : 0, mrr: first > 0 ? 1 / first : 0 };
};
