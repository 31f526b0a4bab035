import type { Item } from '../contract/item.ts';
import type { Filters } from '../contract/request-batch.ts';
import { decodeArtefact, encodeArtefact } from './artefact.ts';

/**
 * The catalogue as a model of its own: what every criterion needs for filters, ties and the titles in its reasons.
 *
 * Items are in the order of `compareIds`, which decides ties everywhere.
 */
export interface Catalogue {
  size: number;
  ids: readonly string[];
  titles: readonly string[];
  /** -1: unknown. */
  indexOf(id: string): number;
  genreNames: readonly string[];
  /** Genres of item i: `genre[genreStart[i]] … genre[genreStart[i + 1] - 1]`, indices into `genreNames`. */
  genreStart: Int32Array;
  genre: Int32Array;
  /** 0: not known. */
  year: Int32Array;
  /** Unix ms; NaN: not known. */
  addedAtMs: Float64Array;
  /** Compiles the filters into a test of one item by its index; the licence window is always tested. */
  allows(filters: Filters | undefined, nowMs: number): (index: number) => boolean;
}

export const catalogueModel = 'catalogue';

const digits = /^\d+$/;

/** Whole numbers by value and before other ids, which go by code unit. */
export const compareIds = (a: string, b: string): number => {
  const [aNumber, bNumber] = [digits.test(a), digits.test(b)];
  if (aNumber !== bNumber) return aNumber ? -1 : 1;
  if (aNumber && a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
};

/** Lists of words, one per item, as indices into a sorted table of the words. */
const encodeWords = (lists: readonly (readonly string[])[]) => {
  const names = [...new Set(lists.flat())].sort();
  const index = new Map(names.map((name, position) => [name, position]));
  const start = new Int32Array(lists.length + 1);
  for (const [i, list] of lists.entries()) start[i + 1] = (start[i] ?? 0) + list.length;
  const entries = Int32Array.from(lists.flatMap((list) => list.map((name) => index.get(name) ?? 0)));
  return { names, start, entries };
};

export const encodeCatalogue = (items: readonly Item[]): Uint8Array<ArrayBuffer> => {
  const sorted = [...items].sort((a, b) => compareIds(a.id, b.id));
  const genres = encodeWords(sorted.map((item) => [...new Set(item.genres)]));
  const regions = encodeWords(sorted.map((item) => item.regions));
  const maturity = encodeWords(sorted.map((item) => (item.maturity === undefined ? [] : [item.maturity])));
  return encodeArtefact(catalogueModel, {
    columns: {
      ids: sorted.map((item) => item.id),
      titles: sorted.map((item) => item.title),
      genreNames: genres.names,
      genreStart: genres.start,
      genre: genres.entries,
      regionNames: regions.names,
      regionStart: regions.start,
      region: regions.entries,
      maturityNames: maturity.names,
      maturityStart: maturity.start,
      maturity: maturity.entries,
      year: Int32Array.from(sorted, (item) => item.year ?? 0),
      fromMs: Float64Array.from(sorted, (item) => item.availableFromMs ?? Number.NEGATIVE_INFINITY),
      untilMs: Float64Array.from(sorted, (item) => item.availableUntilMs ?? Number.POSITIVE_INFINITY),
      addedAtMs: Float64Array.from(sorted, (item) => item.addedAtMs ?? Number.NaN),
    },
  });
};

type Test = (index: number) => boolean;

export const decodeCatalogue = (bytes: Uint8Array): Catalogue => {
  const artefact = decodeArtefact(bytes, catalogueModel);
  const ids = artefact.texts('ids');
  const index = new Map(ids.map((id, position) => [id, position]));
  const words = (name: string) => {
    const names = artefact.texts(`${name}Names`);
    const start = artefact.column(`${name}Start`, 'int32');
    const entries = artefact.column(name, 'int32');
    const hasAny = (wanted: readonly string[]): Test => {
      const set = new Set(wanted);
      const flags = names.map((one) => set.has(one));
      return (i) => {
        for (let at = start[i] ?? 0; at < (start[i + 1] ?? 0); at++) if (flags[entries[at] ?? -1]) return true;
        return false;
      };
    };
    const isEmpty: Test = (i) => start[i] === start[i + 1];
    return { names, start, entries, hasAny, isEmpty };
  };
  const genres = words('genre');
  const regions = words('region');
  const maturity = words('maturity');
  const year = artefact.column('year', 'int32');
  const fromMs = artefact.column('fromMs', 'float64');
  const untilMs = artefact.column('untilMs', 'float64');

  const attributeTests = (filters: Filters): Test[] => {
    const tests: Test[] = [];
    if (filters.genres) tests.push(genres.hasAny(filters.genres));
    if (filters.withoutGenres) {
      const unwanted = genres.hasAny(filters.withoutGenres);
      tests.push((i) => !unwanted(i));
    }
    if (filters.maturity) tests.push(maturity.hasAny(filters.maturity));
    if (filters.region !== undefined) {
      const licensed = regions.hasAny([filters.region]);
      tests.push((i) => regions.isEmpty(i) || licensed(i));
    }
    const { yearFrom, yearTo } = filters;
    if (yearFrom !== undefined) tests.push((i) => (year[i] ?? 0) >= yearFrom && year[i] !== 0);
    if (yearTo !== undefined) tests.push((i) => (year[i] ?? 0) <= yearTo && year[i] !== 0);
    return tests;
  };

  return {
    size: ids.length,
    ids,
    titles: artefact.texts('titles'),
    indexOf: (id) => index.get(id) ?? -1,
    genreNames: genres.names,
    genreStart: genres.start,
    genre: genres.entries,
    year,
    addedAtMs: artefact.column('addedAtMs', 'float64'),
    allows(filters, nowMs) {
      const atMs = filters?.availableAtMs ?? nowMs;
      const tests = filters === undefined ? [] : attributeTests(filters);
      return (i) =>
        (fromMs[i] ?? 0) <= atMs && atMs < (untilMs[i] ?? 0) && (tests.length === 0 || tests.every((test) => test(i)));
    },
  };
};
