import { decodeArtefact, encodeArtefact } from './artefact.ts';
import type { Catalogue } from './catalogue.ts';
import { type Criterion, defineCriterion } from './criterion.ts';
import { createAffinityReader, genreFit, genreShares } from './genre-affinity.ts';
import { collectInteractions } from './interactions.ts';
import { catalogueSpace } from './item-space.ts';
import { decayedCounts } from './popularity.ts';
import { createProfileReader } from './profile.ts';
import { createRanker, type LabelOf, toScored } from './rank.ts';

/** Popularity of each film of the catalogue on a logarithmic scale, 0 to 1. */
const logPopularity = (catalogue: Catalogue, ids: readonly string[], counts: Float64Array): Float64Array => {
  const scale = Math.log1p(counts.reduce((best, count) => Math.max(best, count), 0));
  const popularity = new Float64Array(catalogue.size);
  for (const [position, id] of ids.entries()) {
    const index = catalogue.indexOf(id);
    if (index >= 0 && scale > 0) popularity[index] = Math.log1p(counts[position] as number) / scale;
  }
  return popularity;
};

/**
 * The genres he watches most, against what everybody watches. Scores: 0 (not listed) to the root of a film's genres.
 *
 * A film scores Σ affinity / √genres, as a cosine would, which counts `1 - popularityShare`; the rest is its popularity,
 * since hundreds of films have the very same genres. Abstains when nothing liked in the profile has a genre.
 */
export const genres: Criterion = defineCriterion({
  name: 'genres',
  settings: {
    halfLifeItems: {
      default: 30,
      min: 0,
      max: 10_000,
      about: 'a watch counts half after so many newer ones; 0: never',
    },
    starWeight: { default: 1, min: 0, max: 5, about: '0: every watch counts the same; 1: as its stars say' },
    smoothing: { default: 10, min: 0, max: 1_000, about: 'films of usual taste added to every profile' },
    popularityShare: { default: 0.1, min: 0, max: 1, about: 'share of the score that is popularity' },
  },
  fit(data) {
    const interactions = collectInteractions(data);
    return encodeArtefact('genres', { columns: { ids: interactions.ids, counts: decayedCounts(interactions, 0) } });
  },
  load(catalogue, fitted, settings) {
    const artefact = decodeArtefact(fitted, 'genres');
    const ids = artefact.texts('ids');
    const counts = artefact.column('counts', 'float64');
    const space = catalogueSpace(catalogue);
    const popularity = logPopularity(catalogue, ids, counts);
    const watched = new Map(ids.map((id, position) => [id, counts[position] as number]));
    const prior = genreShares(catalogue, (film) => 1 + (watched.get(catalogue.ids[film] as string) ?? 0));
    const readProfile = createProfileReader(space, settings);
    const readAffinity = createAffinityReader(catalogue, prior, settings.smoothing);
    const ranker = createRanker(space);
    const scores = new Float64Array(space.size);
    const { genreStart, genre } = catalogue;

    const scoreFilms = (affinity: Float64Array): void => {
      for (let film = 0; film < space.size; film++) {
        const fit = genreFit(catalogue, affinity, film);
        const known = popularity[film] as number;
        scores[film] = fit === 0 ? 0 : (1 - settings.popularityShare) * fit + settings.popularityShare * known;
      }
    };

    return (question) => {
      const { affinity, known } = readAffinity(readProfile(question));
      if (!known) return null;
      scoreFilms(affinity);
      const labelOf: LabelOf = (film) => {
        let best = -1;
        for (let at = genreStart[film] as number; at < (genreStart[film + 1] as number); at++) {
          const one = genre[at] as number;
          if ((affinity[one] as number) > (best < 0 ? 0 : (affinity[best] as number))) best = one;
        }
        return best < 0 ? null : (catalogue.genreNames[best] as string);
      };
      const why = question.explain ? { reason: 'you often watch {}', labelOf } : null;
      return toScored(ranker.rank(question, scores, 0), scores, space, why);
    };
  },
});
