import { decodeArtefact, encodeArtefact } from './artefact.ts';
import type { Catalogue } from './catalogue.ts';
import { type Criterion, defineCriterion } from './criterion.ts';
import { createEraReader, type EraAffinity } from './era-affinity.ts';
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

/** The genre of a film that he watches most beyond what is usual; null: none. */
const bestGenreOf = ({ genreStart, genre, genreNames }: Catalogue, affinity: Float64Array, film: number) => {
  let best: number | null = null;
  for (let at = genreStart[film] as number; at < (genreStart[film + 1] as number); at++) {
    const one = genre[at] as number;
    if ((affinity[one] as number) > (best === null ? 0 : (affinity[best] as number))) best = one;
  }
  return best === null ? null : (genreNames[best] as string);
};

/** `1990s` */
const decadeOf = (year: number): string => `${Math.floor(year / 10) * 10}s`;

/**
 * The genres he watches most, against what everybody watches, and the years they are from.
 *
 * A film scores Σ log(p / q) / √genres, p the share of a genre among his films and q its usual share; `eraShare` of the
 * score is the same of its year. Above 0: more to his taste than to most people's; of what is, the better known counts
 * more, since hundreds of films have the very same genres. The others are not listed; as candidates they score below 0.
 * Abstains when nothing liked in the profile has a genre.
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
    eraShare: { default: 0.5, min: 0, max: 1, about: 'share of the score that depends on the year of the film' },
    eraYears: { default: 4, min: 0.1, max: 100, about: 'a film speaks for those of so many years around it' },
    popularityShare: {
      default: 0.6,
      min: 0,
      max: 1,
      about: 'share of a score above 0 that depends on the popularity of the film',
    },
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
    const weightOf = (film: number): number => 1 + (watched.get(catalogue.ids[film] as string) ?? 0);
    const prior = genreShares(catalogue, weightOf);
    const readProfile = createProfileReader(space, settings);
    const readAffinity = createAffinityReader(catalogue, prior, settings.smoothing);
    const { eraShare, eraYears: years, smoothing, popularityShare } = settings;
    const readEra = createEraReader(catalogue, weightOf, { years, smoothing });
    const ranker = createRanker(space);
    const scores = new Float64Array(space.size);

    const scoreFilms = (affinity: Float64Array, era: EraAffinity): void => {
      for (let film = 0; film < space.size; film++) {
        const fit = (1 - eraShare) * genreFit(catalogue, affinity, film) + eraShare * era.of(film);
        scores[film] = fit > 0 ? fit * (1 - popularityShare * (1 - (popularity[film] as number))) : fit;
      }
    };

    return (question) => {
      const profile = readProfile(question);
      const { affinity, known } = readAffinity(profile);
      if (!known) return null;
      const era = readEra(profile);
      scoreFilms(affinity, era);
      const labelOf: LabelOf = (film) =>
        bestGenreOf(catalogue, affinity, film) ??
        (era.of(film) > 0 ? `films of the ${decadeOf(catalogue.year[film] as number)}` : null);
      const why = question.explain ? { reason: 'you often watch {}', labelOf } : null;
      return toScored(ranker.rank(question, scores, 0), scores, space, why);
    };
  },
});
