import type { Clock } from '../contract/clock.ts';
import { InvalidInputError } from '../contract/errors.ts';
import type { Item } from '../contract/item.ts';
import { generateViewers } from './demo-viewers.ts';
import { csvRows } from './import/read-rows.ts';
import type { Cells, Converted } from './import/readings.ts';
import type { Store } from './port.ts';

const columns = ['id', 'title', 'year', 'genres', 'minutes', 'maturity', 'region'] as const;
const seed = 7;
/** A rating of three stars is an ordinary watch, as it is for events of type `rate`. */
const ordinaryStars = 3;

const toFilm = (cells: Cells): Converted<Item & { year: number }> => {
  const [id = '', title = '', year = '', genres = '', , maturity = ''] = cells;
  if (id === '' || title === '' || !/^\d{4}$/.test(year)) return { fault: 'needs an id, a title and a year' };
  return {
    value: {
      id,
      title,
      year: Number(year),
      genres: genres.split('|').filter((genre) => genre !== ''),
      // `region` says where a film was made; `regions` of the contract, where it may be shown.
      regions: [],
      ...(maturity === '' ? {} : { maturity }),
    },
  };
};

const readFilms = async (path: string): Promise<(Item & { year: number })[]> => {
  const films: (Item & { year: number })[] = [];
  const faults: string[] = [];
  for await (const { readings } of csvRows({ required: columns, optional: [], convert: toFilm })(path)) {
    for (const reading of readings) {
      if ('value' in reading) films.push(reading.value);
      else faults.push(`${path}:${reading.line}: ${reading.fault}`);
    }
  }
  if (faults.length > 0) throw new InvalidInputError('The films of the demo can not be loaded', faults);
  return films;
};

/**
 * Fills an empty store with the films of Webflix and generated viewers, numbered from 1, who watched until now.
 *
 * A store that holds any event is left as it is: `loaded` is false.
 *
 * @throws InvalidInputError where the file of films is not as it was shipped
 */
export const loadDemo = async (options: {
  store: Store;
  clock: Pick<Clock, 'nowMs'>;
  /** Path of films.csv. */
  films: string;
  viewers?: number;
}): Promise<{ loaded: boolean; items: number; users: number; events: number }> => {
  const { store, clock, films: path, viewers = 300 } = options;
  if ((await store.feedback.count()) > 0) return { loaded: false, items: 0, users: 0, events: 0 };
  const films = await readFilms(path);
  await store.items.put(films);
  const watches = generateViewers({ films, viewers, seed, nowMs: clock.nowMs() });
  const events = watches.map(({ userId, itemId, type, value, atMs }) => ({
    id: `demo:${userId}:${itemId}`,
    user: userId,
    item: itemId,
    type,
    value: value / ordinaryStars,
    atMs,
  }));
  const { added } = await store.feedback.add(events);
  return { loaded: true, items: films.length, users: viewers, events: added };
};
