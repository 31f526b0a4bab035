import { type Criterion, defineCriterion } from './criterion.ts';
import { createAffinityReader, genreFit, genreShares } from './genre-affinity.ts';
import { catalogueSpace } from './item-space.ts';
import { createProfileReader } from './profile.ts';
import { createRanker, toScored } from './rank.ts';

const yearMs = 365.25 * 86_400_000;

/** When each film was new: the moment it was added, else the middle of its year; NaN: not known. Unix ms. */
const bornMs = (year: number, addedAtMs: number): number => {
  if (!Number.isNaN(addedAtMs)) return addedAtMs;
  return year === 0 ? Number.NaN : Date.UTC(year, 6, 1);
};

/**
 * New films, so that they are seen at all: what nobody watched yet no criterion of behaviour can find. Scores: 0 to 1.
 *
 * A film's newness halves with its age at the moment of the request; up to `genreShare` of the score is how well it fits
 * the genres the user watches most, which orders the films of one year. Needs no fitting. Films whose age nobody knows
 * are not listed; abstains only when that is all of them.
 */
export const freshness: Criterion = defineCriterion({
  name: 'freshness',
  settings: {
    halfLifeYears: { default: 2, min: 0.01, max: 100, about: 'a film is half as new after so many years' },
    genreShare: { default: 0.5, min: 0, max: 1, about: 'share of the score that depends on the genres he watches' },
    halfLifeItems: {
      default: 30,
      min: 0,
      max: 10_000,
      about: 'a watch counts half after so many newer ones; 0: never',
    },
    starWeight: { default: 1, min: 0, max: 5, about: '0: every watch counts the same; 1: as its stars say' },
    smoothing: { default: 10, min: 0, max: 1_000, about: 'films of usual taste added to every profile' },
  },
  fit: null,
  load(catalogue, _, settings) {
    const space = catalogueSpace(catalogue);
    const born = Float64Array.from(catalogue.year, (year, film) => bornMs(year, catalogue.addedAtMs[film] as number));
    const newestMs = born.reduce(
      (newest, at) => Math.max(newest, Number.isNaN(at) ? newest : at),
      Number.NEGATIVE_INFINITY,
    );
    const newnessAfter = (ageMs: number): number => 2 ** (-ageMs / yearMs / settings.halfLifeYears);
    /** At the moment the newest film is new; from then on all fade alike, so one factor brings them to any moment. */
    const newness = born.map((at) => newnessAfter(newestMs - at));
    const readProfile = createProfileReader(space, settings);
    const prior = genreShares(catalogue, () => 1);
    const readAffinity = createAffinityReader(catalogue, prior, settings.smoothing);
    const ranker = createRanker(space);
    const scores = new Float64Array(space.size);
    const labelOf = (film: number) => String(new Date(born[film] as number).getUTCFullYear());

    return (question) => {
      if (newestMs === Number.NEGATIVE_INFINITY) return null;
      const { affinity, most } = readAffinity(readProfile(question));
      const fade = newnessAfter(question.nowMs - newestMs);
      for (let film = 0; film < space.size; film++) {
        const fit = most > 0 ? Math.max(0, Math.min(1, genreFit(catalogue, affinity, film) / most)) : 0;
        scores[film] = Math.min(1, fade * (newness[film] as number)) * (1 - settings.genreShare * (1 - fit));
      }
      const why = question.explain ? { reason: 'new in {}', labelOf } : null;
      return toScored(ranker.rank(question, scores, 0), scores, space, why);
    };
  },
});
