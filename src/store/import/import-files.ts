import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { InvalidInputError } from '../../contract/errors.ts';
import type { FeedbackEvent } from '../../contract/item.ts';
import { toStoredEvent } from '../stored-event.ts';
import { type FileImport, type ImportOptions, type ImportReport, importAll } from './import-all.ts';
import { ownEvents, ownItems } from './own-rows.ts';
import { csvRows, jsonRows, type RowsOf } from './read-rows.ts';
import type { Cells, Converted } from './readings.ts';
import { createSavers } from './savers.ts';

interface OwnRows<T> {
  required: readonly string[];
  optional: readonly string[];
  fromCells: (cells: Cells) => Converted<T>;
  fromJson: (value: unknown) => Converted<T>;
}

const readers: Readonly<Record<string, <T>(rows: OwnRows<T>) => RowsOf<T>>> = {
  '.csv': ({ required, optional, fromCells }) => csvRows({ required, optional, convert: fromCells }),
  '.jsonl': ({ fromJson }) => jsonRows(fromJson),
  '.ndjson': ({ fromJson }) => jsonRows(fromJson),
};

const fileFault = async (file: string): Promise<string[]> => {
  const extension = extname(file).toLowerCase();
  if (readers[extension] === undefined) {
    const known = Object.keys(readers).join(', ');
    return [`${file} ends in ${extension === '' ? 'nothing' : extension}; a file of rows ends in one of ${known}`];
  }
  const found = await stat(file).catch(() => undefined);
  return found?.isFile() ? [] : [`${file} is no file; is the path right?`];
};

/**
 * Imports one's own catalogue and events from csv (a header of the contract's field names, lists set apart by `|`) or
 * jsonl (one contract object a line). Either file may be left out.
 *
 * @example await importFiles({ items: 'items.csv', events: 'events.jsonl', store, clock, log });
 * @throws InvalidInputError where a file is missing, its header is wrong or too many lines are bad
 */
export const importFiles = async (
  options: ImportOptions & { items?: string | undefined; events?: string | undefined },
): Promise<ImportReport> => {
  const { items, events, store, clock } = options;
  const files = [items, events].filter((file) => file !== undefined);
  const faults = (await Promise.all(files.map(fileFault))).flat();
  if (files.length === 0) faults.push('no file is named; give an items file, an events file or both');
  if (faults.length > 0) throw new InvalidInputError('The import cannot start', faults);
  const savers = createSavers(store);
  const rowsOf = <T>(file: string, rows: OwnRows<T>): RowsOf<T> => {
    const reader = readers[extname(file).toLowerCase()];
    if (reader === undefined) throw new TypeError(`no reader for ${file}`);
    return reader(rows);
  };
  const imports: FileImport<unknown>[] = [];
  if (items !== undefined) imports.push({ file: items, rows: rowsOf(items, ownItems), save: savers.items });
  if (events !== undefined) {
    const file: FileImport<FeedbackEvent> = {
      file: events,
      rows: rowsOf(events, ownEvents),
      save: (batch) => savers.events(batch.map((event) => toStoredEvent(event, clock.nowMs()))),
    };
    imports.push(file);
  }
  return importAll(imports, savers.saved, options);
};
