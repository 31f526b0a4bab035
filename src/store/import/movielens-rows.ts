import type { Item, User } from '../../contract/item.ts';
import { limits } from '../../contract/limits.ts';
import type { StoredEvent } from '../port.ts';
import { parseFilmTitle } from './film-title.ts';
import { type Cells, type Converted, shown } from './readings.ts';

const isId = (cell: string): boolean => /^\d{1,15}$/.test(cell);

const idFault = (name: string, cell: string): { fault: string } => ({
  fault: `${name} ${shown(cell)} must be a whole number, such as 17`,
});

const isStars = (cell: string): boolean => /^\d(\.\d+)?$/.test(cell) && Number(cell) >= 0.5 && Number(cell) <= 5;

const noGenres = new Set(['', '(no genres listed)', 'unknown']);

const film = (id: string, titleAndYear: string, genres: readonly string[]): Converted<Item> => {
  if (!isId(id)) return idFault('movieId', id);
  const { title, year } = parseFilmTitle(titleAndYear);
  if (title === '') return { fault: 'title is empty; write the name of the film' };
  if (title.length > limits.titleLength) {
    return { fault: `title ${shown(title)} must have at most ${limits.titleLength} characters` };
  }
  return {
    value: {
      id,
      title,
      genres: genres.filter((genre) => !noGenres.has(genre)),
      regions: [],
      ...(year === undefined ? {} : { year }),
    },
  };
};

/** `movieId, title, genres` of movies.csv and movies.dat. */
export const toFilm = ([id = '', title = '', genres = '']: Cells): Converted<Item> =>
  film(id, title, [...new Set(genres.split('|'))]);

/** The genres of 100K, in the order of its flags, for where `u.genre` is missing. */
export const genresOf100k: readonly string[] = [
  'unknown',
  'Action',
  'Adventure',
  'Animation',
  "Children's",
  'Comedy',
  'Crime',
  'Documentary',
  'Drama',
  'Fantasy',
  'Film-Noir',
  'Horror',
  'Musical',
  'Mystery',
  'Romance',
  'Sci-Fi',
  'Thriller',
  'War',
  'Western',
];

const flagsFrom = 5;

/** `u.item` of 100K: id, title, dates, address, then one flag for each genre. */
export const toFlaggedFilm =
  (genres: readonly string[]) =>
  (cells: Cells): Converted<Item> => {
    const flags = cells.slice(flagsFrom);
    const odd = flags.find((flag) => flag !== '0' && flag !== '1');
    if (odd !== undefined) return { fault: `genre flag ${shown(odd)} must be 0 or 1` };
    return film(
      cells[0] ?? '',
      cells[1] ?? '',
      genres.filter((_, index) => flags[index] === '1'),
    );
  };

/** `user, movie, stars, timestamp`: the same in every format. The id makes a second import add nothing. */
export const toRating = ([user = '', item = '', stars = '', seconds = '']: Cells): Converted<StoredEvent> => {
  if (!isId(user)) return idFault('userId', user);
  if (!isId(item)) return idFault('movieId', item);
  if (!isStars(stars)) return { fault: `rating ${shown(stars)} must be a number of stars from 0.5 to 5, such as 3.5` };
  if (!/^\d{1,12}$/.test(seconds)) {
    return { fault: `timestamp ${shown(seconds)} must be Unix seconds, such as 964982703` };
  }
  const id = `ml:${user}:${item}:${seconds}`;
  return { value: { id, user, item, type: 'rate', value: Number(stars), atMs: Number(seconds) * 1_000 } };
};

/** `users.dat` of 1M (id, gender, age, occupation) or `u.user` of 100K (id, age, gender, occupation). */
export const toViewer =
  (names: readonly string[]) =>
  ([id = '', ...cells]: Cells): Converted<User> => {
    if (!isId(id)) return idFault('userId', id);
    return { value: { id, attributes: Object.fromEntries(names.map((name, index) => [name, cells[index] ?? ''])) } };
  };
