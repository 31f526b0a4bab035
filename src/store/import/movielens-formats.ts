import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidInputError } from '../../contract/errors.ts';
import type { Item, User } from '../../contract/item.ts';
import type { StoredEvent } from '../port.ts';
import { genresOf100k, toFilm, toFlaggedFilm, toRating, toViewer } from './movielens-rows.ts';
import { encodingOf } from './read-lines.ts';
import { csvRows, type RowsOf, separatedRows } from './read-rows.ts';

/** One of the formats MovieLens comes in: its files, and how each is read. */
export interface MovieLensFormat {
  name: 'csv' | '100k' | 'dat';
  films: { file: string; rows: (folder: string) => Promise<RowsOf<Item>> };
  ratings: { file: string; rows: RowsOf<StoredEvent> };
  /** Read where it is there. */
  users?: { file: string; rows: RowsOf<User> };
}

const ascii = async () => 'latin1' as const;

const csv: MovieLensFormat = {
  name: 'csv',
  films: {
    file: 'movies.csv',
    rows: async () => csvRows({ required: ['movieId', 'title', 'genres'], optional: [], convert: toFilm }),
  },
  ratings: {
    file: 'ratings.csv',
    rows: csvRows({ required: ['userId', 'movieId', 'rating', 'timestamp'], optional: [], convert: toRating }),
  },
};

const readGenres = async (folder: string): Promise<readonly string[]> => {
  const genres: string[] = [];
  const rows = separatedRows({
    separator: '|',
    cells: 2,
    encoding: ascii,
    convert: ([name = '', flag]) => ({ value: { name, flag: Number(flag) } }),
  });
  for await (const { readings } of rows(join(folder, 'u.genre'))) {
    for (const reading of readings) if ('value' in reading) genres[reading.value.flag] = reading.value.name;
  }
  return genres.length === 0 ? genresOf100k : genres;
};

const hundredThousand: MovieLensFormat = {
  name: '100k',
  films: {
    file: 'u.item',
    rows: async (folder) => {
      const genres = (await readdir(folder)).includes('u.genre') ? await readGenres(folder) : genresOf100k;
      return separatedRows({
        separator: '|',
        cells: 5 + genres.length,
        encoding: encodingOf,
        convert: toFlaggedFilm(genres),
      });
    },
  },
  ratings: {
    file: 'u.data',
    rows: separatedRows({ separator: '\t', cells: 4, encoding: ascii, convert: toRating }),
  },
  users: {
    file: 'u.user',
    rows: separatedRows({
      separator: '|',
      cells: 4,
      encoding: encodingOf,
      convert: toViewer(['age', 'gender', 'occupation']),
    }),
  },
};

const dat: MovieLensFormat = {
  name: 'dat',
  films: {
    file: 'movies.dat',
    rows: async () => separatedRows({ separator: '::', cells: 3, encoding: encodingOf, convert: toFilm }),
  },
  ratings: {
    file: 'ratings.dat',
    rows: separatedRows({ separator: '::', cells: 4, encoding: ascii, convert: toRating }),
  },
  users: {
    file: 'users.dat',
    rows: separatedRows({
      separator: '::',
      cells: 4,
      encoding: encodingOf,
      convert: toViewer(['gender', 'age', 'occupation']),
    }),
  },
};

const formats: readonly MovieLensFormat[] = [csv, hundredThousand, dat];

const formatIn = (files: readonly string[]): MovieLensFormat | undefined =>
  formats.find(({ films, ratings }) => files.includes(films.file) && files.includes(ratings.file));

const listFolder = async (folder: string): Promise<string[]> => {
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory()) return readdir(folder);
  const detail =
    found === undefined
      ? `${folder} does not exist; give the folder MovieLens was unpacked to`
      : `${folder} is a file; unpack it and give the folder`;
  throw new InvalidInputError('The import cannot start', [detail]);
};

/**
 * Tells by its files which format a folder holds.
 *
 * @throws InvalidInputError naming what was looked for, and a folder below that has it
 */
export const detectFormat = async (folder: string): Promise<{ format: MovieLensFormat; files: readonly string[] }> => {
  const files = await listFolder(folder);
  const format = formatIn(files);
  if (format !== undefined) return { format, files };
  const halves = formats.flatMap(({ films, ratings }) => {
    const [there, missing] = files.includes(films.file) ? [films.file, ratings.file] : [ratings.file, films.file];
    return files.includes(there) ? [`${folder} has ${there} and no ${missing}; put it there`] : [];
  });
  if (halves.length > 0) throw new InvalidInputError('The import cannot start', halves);
  const looked = formats.map(({ films, ratings }) => `${films.file} with ${ratings.file}`).join(', or ');
  const below = await folderBelow(folder, files);
  const hint = below === undefined ? '' : `; ${below} has them: give that folder`;
  throw new InvalidInputError('The import cannot start', [`${folder} has none of: ${looked}${hint}`]);
};

/** An archive often unpacks to a folder in the folder. */
const folderBelow = async (folder: string, entries: readonly string[]): Promise<string | undefined> => {
  for (const entry of entries.slice(0, 100)) {
    const below = join(folder, entry);
    const files = await readdir(below).catch(() => []);
    if (formatIn(files) !== undefined) return below;
  }
  return undefined;
};
