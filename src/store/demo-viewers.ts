/**
 * Generates viewers and what they watched, so that a fresh machine has something to recommend from.
 *
 * Each viewer has 2 to 4 favourite genres and a favourite era; a film's chance is its popularity (Zipf) times how well
 * it fits both. Viewers of like taste therefore watch the same films, which is what collaborative filtering learns.
 * Films watched in one session resemble each other, which is what a sequence model learns.
 * Pure: the same input gives the same output, and a viewer's history does not depend on how many viewers there are.
 */

type Film = { readonly id: string; readonly genres: readonly string[]; readonly year: number };
type Random = () => number;
type Taste = { readonly genres: ReadonlySet<string>; readonly year: number; readonly leniency: number };
type Watch = { userId: string; itemId: string; type: 'watch'; value: number; atMs: number };
type Options = {
  readonly films: readonly Film[];
  /** How many viewers; they are numbered from 1. */
  readonly viewers?: number;
  readonly seed: number;
  /** The present: every watch lies in the two years before it. */
  readonly nowMs: number;
};

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const PAST_DAYS = 730;
const HISTORY = { min: 5, median: 25, max: 150, sigma: 0.65 };
const ERA_YEARS = 9;
/** How likely a viewer takes a film outside his genres or his era, against one that fits fully. */
const OUTSIDE_GENRES = 0.004;
const OUTSIDE_ERA = 0.02;
const SESSION_FILMS_MAX = 4;

/**
 * Draws what `viewers` people watched; each film at most once a viewer, grouped by viewer, oldest first.
 *
 * `value` is a rating of 0.5 to 5 stars in halves. Histories hold 5 to 150 films (median 25), fewer only if the
 * catalogue is smaller.
 *
 * @example generateViewers({ films, viewers: 300, seed: 7, nowMs: Date.now() })
 */
export function generateViewers({ films, viewers = 300, seed, nowMs }: Options): Watch[] {
  const popularity = drawPopularity(films, mulberry32(seed));
  return Array.from({ length: viewers }, (_, index) => index + 1).flatMap((viewer) => {
    const random = mulberry32(seed ^ Math.imul(viewer, 0x9e3779b1));
    const taste = drawTaste(films, random);
    const watched = drawFilms({ films, popularity, taste, random });
    return placeInTime(drawSessions(watched, random), nowMs, random).map(({ film, atMs }) => ({
      userId: String(viewer),
      itemId: film.id,
      type: 'watch' as const,
      value: rate(film, taste, random),
      atMs,
    }));
  });
}

/** Zipf–Mandelbrot: the film of rank r is watched in proportion to 1 / (r + 20). The rank is drawn, not the film's place in the list. */
function drawPopularity(films: readonly Film[], random: Random): number[] {
  const popularity = new Array<number>(films.length);
  shuffle(films.keys(), random).forEach((film, rank) => {
    popularity[film] = 1 / (rank + 20);
  });
  return popularity;
}

/** The era is a random film's year, so eras with many films have many fans; genres are drawn by the square root of their size, else all would love drama. */
function drawTaste(films: readonly Film[], random: Random): Taste {
  const sizes = new Map<string, number>();
  for (const genre of films.flatMap((film) => film.genres)) sizes.set(genre, (sizes.get(genre) ?? 0) + 1);
  const genres = drawWeighted([...sizes.keys()], (genre) => Math.sqrt(sizes.get(genre) ?? 0), random);
  return {
    genres: new Set(genres.slice(0, 2 + Math.floor(random() * 3))),
    year: films[Math.floor(random() * films.length)]?.year ?? 0,
    leniency: normal(random) * 0.4,
  };
}

function drawFilms(from: { films: readonly Film[]; popularity: number[]; taste: Taste; random: Random }): Film[] {
  const { films, popularity, taste, random } = from;
  const weights = new Map(films.map((film, index) => [film, (popularity[index] ?? 0) * suit(film, taste)]));
  const wanted = Math.round(HISTORY.median * Math.exp(HISTORY.sigma * normal(random)));
  const length = Math.min(HISTORY.max, Math.max(HISTORY.min, wanted));
  return drawWeighted(films, (film) => weights.get(film) ?? 0, random).slice(0, length);
}

/** How well a film suits a taste, in (0, 1]. */
function suit(film: Film, taste: Taste): number {
  const era = Math.exp(-(((film.year - taste.year) / ERA_YEARS) ** 2));
  return Math.max(OUTSIDE_GENRES, genreMatch(film, taste) ** 2) * Math.max(OUTSIDE_ERA, era);
}

function genreMatch(film: Film, taste: Taste): number {
  if (film.genres.length === 0) return 0;
  return film.genres.filter((genre) => taste.genres.has(genre)).length / film.genres.length;
}

function rate(film: Film, taste: Taste, random: Random): number {
  const stars = 2.9 + 1.4 * genreMatch(film, taste) + taste.leniency + 0.7 * normal(random);
  return Math.min(5, Math.max(0.5, Math.round(stars * 2) / 2));
}

/** Splits films into evenings of 1 to 4: one at random, then those left that share most genres with it. */
function drawSessions(films: readonly Film[], random: Random): Film[][] {
  const sessions: Film[][] = [];
  let left = shuffle(films, random);
  while (left.length > 0) {
    const [first, ...others] = left as [Film, ...Film[]];
    const shared = (film: Film) => film.genres.filter((genre) => first.genres.includes(genre)).length;
    others.sort((a, b) => shared(b) - shared(a));
    const companions = Math.floor(random() * SESSION_FILMS_MAX);
    sessions.push([first, ...others.slice(0, companions)]);
    left = shuffle(others.slice(companions), random);
  }
  return sessions;
}

/** Gives each session a day of its own since the viewer joined, and each film two to three hours: nobody watches two at once. */
function placeInTime(sessions: Film[][], nowMs: number, random: Random): { film: Film; atMs: number }[] {
  const shortest = Math.max(60, sessions.length * 2);
  const joinedDaysAgo = shortest + Math.floor(random() * (PAST_DAYS - shortest));
  const days = shuffle(new Array(joinedDaysAgo).keys(), random)
    .slice(0, sessions.length)
    .sort((a, b) => b - a);
  return sessions.flatMap((session, index) => {
    let atMs = nowMs - ((days[index] ?? 0) + 1) * DAY_MS + Math.floor(random() * 6 * HOUR_MS);
    return session.map((film) => {
      const placed = { film, atMs };
      atMs += Math.floor((2 + random()) * HOUR_MS);
      return placed;
    });
  });
}

/** A random order in which what weighs more tends to come first (Efraimidis and Spirakis, 2006: exponential keys). */
function drawWeighted<T>(all: readonly T[], weight: (one: T) => number, random: Random): T[] {
  return all
    .map((one) => ({ one, key: -Math.log(1 - random()) / weight(one) }))
    .sort((a, b) => a.key - b.key)
    .map(({ one }) => one);
}

function shuffle<T>(all: Iterable<T>, random: Random): T[] {
  return drawWeighted([...all], () => 1, random);
}

/** Standard normal deviate (Box and Muller, 1958). */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Mulberry32, a 32-bit generator in the public domain: numbers in [0, 1), the same for the same seed on every machine. */
function mulberry32(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
