import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventWeight, type Item } from '../contract/item.ts';
import type { EventTable, TrainingData } from '../criteria/training-data.ts';

/** A MovieLens folder cut in two by a file of held-out (user, film) pairs. */
export interface Split {
  train: TrainingData;
  /** Held-out films by user. */
  heldOut: ReadonlyMap<string, ReadonlySet<string>>;
}

const rowsOf = (file: string): string[] => readFileSync(file, 'utf8').trim().split('\n').slice(1);

/** `id,title,genres`; only the title may be quoted. */
const readFilm = (row: string): Item => {
  const first = row.indexOf(',');
  const last = row.lastIndexOf(',');
  const title = row
    .slice(first + 1, last)
    .replace(/^"|"$/g, '')
    .replaceAll('""', '"');
  const year = /\((\d{4})\)\s*$/.exec(title)?.[1];
  const genres = row
    .slice(last + 1)
    .split('|')
    .filter((genre) => genre !== '(no genres listed)');
  return { id: row.slice(0, first), title, genres, regions: [], ...(year === undefined ? {} : { year: Number(year) }) };
};

const readHeldOut = (files: readonly string[]): Map<string, Set<string>> => {
  const heldOut = new Map<string, Set<string>>();
  for (const row of files.flatMap(rowsOf)) {
    const [user = '', film = ''] = row.split(',');
    const films = heldOut.get(user) ?? new Set();
    heldOut.set(user, films.add(film));
  }
  return heldOut;
};

const tableOf = (rows: readonly (readonly string[])[]): EventTable => {
  const users = [...new Set(rows.map(([user]) => user as string))];
  const items = [...new Set(rows.map(([, film]) => film as string))];
  const userIndex = new Map(users.map((id, position) => [id, position]));
  const itemIndex = new Map(items.map((id, position) => [id, position]));
  return {
    users,
    items,
    user: Int32Array.from(rows, ([user]) => userIndex.get(user as string) as number),
    item: Int32Array.from(rows, ([, film]) => itemIndex.get(film as string) as number),
    weight: Float32Array.from(rows, ([, , stars]) => eventWeight({ type: 'rate', value: Number(stars) })),
    atMs: Float64Array.from(rows, ([, , , seconds]) => Number(seconds) * 1000),
  };
};

/** Reads `movies.csv` and `ratings.csv`; what the `test` file lists is judged, what `alsoWithout` lists is in neither part. */
export const readSplit = (options: { data: string; test: string; alsoWithout?: readonly string[] }): Split => {
  const heldOut = readHeldOut([options.test]);
  const without = readHeldOut([options.test, ...(options.alsoWithout ?? [])]);
  const rows = rowsOf(join(options.data, 'ratings.csv')).map((row) => row.split(','));
  const kept = rows.filter(([user = '', film = '']) => !without.get(user)?.has(film));
  const events = tableOf(kept);
  const items = rowsOf(join(options.data, 'movies.csv')).map(readFilm);
  return { train: { items, events, nowMs: events.atMs.reduce((newest, at) => Math.max(newest, at), 0) }, heldOut };
};
