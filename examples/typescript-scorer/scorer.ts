/** Lifts what the user put on his watchlist, the latest first: a Medley scorer on the SDK, in one function. */
import { runScorer } from '../../src/scorer/sdk.ts';

const isText = (value: unknown): value is string => typeof value === 'string';

await runScorer({
  criterion: process.env.MEDLEY_CRITERION ?? 'watchlist',
  score({ context, candidates, drop, topN }) {
    // The caller sends what it knows of the user with the request: {"context": {"watchlist": ["12", "45"]}}, newest first.
    const { watchlist } = context;
    if (!Array.isArray(watchlist)) return null;
    const wanted = candidates === undefined ? null : new Set(candidates);
    const listed = [...new Set(watchlist.filter(isText))].filter((id) => !drop.has(id));
    const items = wanted === null ? listed.slice(0, topN) : listed.filter((id) => wanted.has(id));
    if (items.length === 0) return null;
    const scores = items.map((id) => 1 / (1 + listed.indexOf(id)));
    return {
      items,
      scores,
      // Where the list was cut, what was left out scores less than the last; else nothing else has a score.
      floor: wanted === null && items.length < listed.length ? (scores.at(-1) ?? null) : null,
      because: items.map(() => 0),
      labels: ['on your watchlist'],
      reason: '{}',
    };
  },
});
