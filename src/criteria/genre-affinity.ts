import type { Catalogue } from './catalogue.ts';
import type { KnownProfile } from './profile.ts';

/** How much somebody likes each genre. */
export interface GenreAffinity {
  /** By genre; 0: no more and no less than anybody else. */
  affinity: Float64Array;
  /** The greatest of them, at least 0. */
  most: number;
  /** False: nothing in the profile has a genre. */
  known: boolean;
}

/** Share of each genre among the films of the catalogue, each film's vote counted `weightOf(film)` and split among its genres. */
export const genreShares = (catalogue: Catalogue, weightOf: (index: number) => number): Float64Array => {
  const shares = new Float64Array(catalogue.genreNames.length);
  let total = 0;
  for (let film = 0; film < catalogue.size; film++) total += addGenres(shares, catalogue, film, weightOf(film));
  if (total > 0) for (let genre = 0; genre < shares.length; genre++) shares[genre] = (shares[genre] as number) / total;
  return shares;
};

const addGenres = (sums: Float64Array, catalogue: Catalogue, film: number, weight: number): number => {
  const start = catalogue.genreStart[film] as number;
  const end = catalogue.genreStart[film + 1] as number;
  for (let at = start; at < end; at++) {
    const genre = catalogue.genre[at] as number;
    sums[genre] = (sums[genre] as number) + weight / (end - start);
  }
  return start === end ? 0 : weight;
};

/**
 * How much more than is usual somebody watches each genre: log(p / q), below 0 where less.
 *
 * What a film's genres say together is then, as in naive Bayes, how much likelier it is one of his than anybody's.
 * Dislikes take away. Shares are smoothed by `smoothing` films of the prior, so that one film is not a taste.
 */
export const createAffinityReader = (catalogue: Catalogue, prior: Float64Array, smoothing: number) => {
  const affinity = new Float64Array(catalogue.genreNames.length);
  /** The profile's items are indices of the catalogue. */
  return (profile: KnownProfile): GenreAffinity => {
    affinity.fill(0);
    let total = 0;
    for (let at = 0; at < profile.count; at++) {
      total += addGenres(affinity, catalogue, profile.items[at] as number, profile.weights[at] as number);
    }
    if (total <= 0) return { affinity: affinity.fill(0), most: 0, known: false };
    let most = 0;
    for (let genre = 0; genre < affinity.length; genre++) {
      const usual = prior[genre] as number;
      const share = (Math.max(0, affinity[genre] as number) + smoothing * usual) / (total + smoothing);
      affinity[genre] = share > 0 && usual > 0 ? Math.log(share / usual) : 0;
      most = Math.max(most, affinity[genre] as number);
    }
    return { affinity, most, known: true };
  };
};

/** How well a film fits: Σ affinity of its genres / √genres, as a cosine would; 0 without genres. */
export const genreFit = (catalogue: Catalogue, affinity: Float64Array, film: number): number => {
  const start = catalogue.genreStart[film] as number;
  const end = catalogue.genreStart[film + 1] as number;
  let sum = 0;
  for (let at = start; at < end; at++) sum += affinity[catalogue.genre[at] as number] as number;
  return end > start ? sum / Math.sqrt(end - start) : 0;
};
