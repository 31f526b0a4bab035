import { decodeArtefact, encodeArtefact } from './artefact.ts';
import { type Criterion, defineCriterion } from './criterion.ts';
import { collectInteractions, type Interactions } from './interactions.ts';
import { catalogueSpace } from './item-space.ts';
import { createRanker, toScored } from './rank.ts';

const dayMs = 86_400_000;

/**
 * How often each item was liked, each time halving with its age before the newest event of all.
 *
 * Counted from the newest event, not from now, so that the same events give the same model; the order is the same.
 */
export const decayedCounts = (interactions: Interactions, halfLifeDays: number): Float64Array => {
  const { ids, item, atMs } = interactions;
  const newestMs = atMs.reduce((newest, at) => Math.max(newest, at), 0);
  const counts = new Float64Array(ids.length);
  for (let entry = 0; entry < item.length; entry++) {
    const ageDays = (newestMs - (atMs[entry] as number)) / dayMs;
    const weight = halfLifeDays > 0 ? 2 ** (-ageDays / halfLifeDays) : 1;
    counts[item[entry] as number] = (counts[item[entry] as number] as number) + weight;
  }
  return counts;
};

/**
 * What everybody watches, the recent more than the old. Scores: share of the most popular item, 0 to 1.
 *
 * Knows every user and every item (never watched: 0), so it answers when nobody else can; abstains only when the
 * catalogue is empty.
 */
export const popularity: Criterion = defineCriterion({
  name: 'popularity',
  settings: {
    halfLifeDays: {
      default: 20_000,
      min: 0,
      max: 36_500,
      about: 'an event counts half after so many days; 0: for ever',
    },
  },
  fit(data, { halfLifeDays }) {
    const interactions = collectInteractions(data);
    const counts = decayedCounts(interactions, halfLifeDays);
    return encodeArtefact('popularity', { columns: { ids: interactions.ids, counts } });
  },
  load(catalogue, fitted) {
    const space = catalogueSpace(catalogue);
    const artefact = decodeArtefact(fitted, 'popularity');
    const counts = artefact.column('counts', 'float64');
    const most = counts.reduce((best, count) => Math.max(best, count), 0);
    const scores = new Float64Array(space.size);
    for (const [position, id] of artefact.texts('ids').entries()) {
      const index = space.indexOf(id);
      if (index >= 0) scores[index] = (counts[position] as number) / most;
    }
    const ranker = createRanker(space);
    const why = { reason: 'popular {}', labelOf: (index: number) => ((scores[index] as number) > 0 ? 'now' : null) };
    return (question) => {
      if (space.size === 0) return null;
      return toScored(ranker.rank(question, scores, -1), scores, space, question.explain ? why : null);
    };
  },
});
