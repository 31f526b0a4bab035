import { join } from 'node:path';
import { InvalidInputError } from '../contract/errors.ts';
import { eventWeight, type Item } from '../contract/item.ts';
import type { EventTable, TrainingData } from '../criteria/training-data.ts';
import { detectFormat } from '../store/import/movielens-formats.ts';
import type { RowsOf } from '../store/import/read-rows.ts';
import type { StoredEvent } from '../store/port.ts';

const visit = async <T>(file: string, rows: RowsOf<T>, take: (value: T) => void): Promise<void> => {
  for await (const { readings } of rows(file)) {
    for (const reading of readings) {
      if ('fault' in reading) throw new InvalidInputError(file, [`line ${reading.line}: ${reading.fault}`]);
      take(reading.value);
    }
  }
};

/** Ids as numbers, in order of appearance. */
const createIndex = () => {
  const ids: string[] = [];
  const index = new Map<string, number>();
  const numberOf = (id: string): number => {
    const known = index.get(id);
    if (known !== undefined) return known;
    index.set(id, ids.length);
    return ids.push(id) - 1;
  };
  return { ids, numberOf };
};

/**
 * Reads a MovieLens folder of any format that can be imported, every rating one event.
 *
 * @throws InvalidInputError where files are missing, or at the first bad line: a figure must not rest on part of the data
 */
export const readMovieLens = async (folder: string): Promise<TrainingData> => {
  const { format } = await detectFormat(folder);
  const items: Item[] = [];
  await visit(join(folder, format.films.file), await format.films.rows(folder), (film) => items.push(film));
  const users = createIndex();
  const films = createIndex();
  const columns = { user: [] as number[], item: [] as number[], weight: [] as number[], atMs: [] as number[] };
  await visit<StoredEvent>(join(folder, format.ratings.file), format.ratings.rows, (event) => {
    columns.user.push(users.numberOf(event.user));
    columns.item.push(films.numberOf(event.item));
    columns.weight.push(eventWeight({ type: event.type, value: event.value ?? undefined }));
    columns.atMs.push(event.atMs);
  });
  const events: EventTable = {
    users: users.ids,
    items: films.ids,
    user: Int32Array.from(columns.user),
    item: Int32Array.from(columns.item),
    weight: Float32Array.from(columns.weight),
    atMs: Float64Array.from(columns.atMs),
  };
  return { items, events, nowMs: events.atMs.reduce((newest, at) => Math.max(newest, at), 0) };
};
