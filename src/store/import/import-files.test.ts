import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { createFolder } from '../../../test/support/folder-of-files.ts';
import type { Store } from '../port.ts';
import { createSqliteStore } from '../sqlite-store.ts';
import { importFiles } from './import-files.ts';

const log = { info() {}, warn() {} };
const clock = createFakeClock();
let folder: ReturnType<typeof createFolder>;
let store: Store;
beforeEach(async () => {
  folder = createFolder();
  store = await createSqliteStore({ path: ':memory:', clock, log });
});
afterEach(async () => {
  await store.close();
  folder.remove();
});

const importOf = (name: { items?: string; events?: string }, more: { strict?: boolean } = {}) =>
  importFiles({
    ...(name.items === undefined ? {} : { items: `${folder.path}/${name.items}` }),
    ...(name.events === undefined ? {} : { events: `${folder.path}/${name.events}` }),
    ...more,
    store,
    clock,
    log,
  });

const whole = {
  id: 'n-1',
  title: 'Notebook, 14"',
  genres: ['light', 'cheap'],
  year: 2024,
  maturity: 'all',
  regions: ['DE', 'FR'],
  availableFromMs: 1,
  availableUntilMs: 2.5,
  addedAtMs: 1_700_000_000_000,
};

describe("an import of one's own files", () => {
  it('reads the same items from csv, in any order of columns, and from jsonl', async () => {
    folder.write(
      'items.csv',
      '\ufefftitle,id,regions,genres,year,maturity,availableUntilMs,availableFromMs,addedAtMs\r\n"Notebook, 14""",n-1,DE|FR, light | cheap,2024,all,2.5,1,1700000000000\r\nPlain,007,,,,,,,\r\n',
    );
    folder.write('items.jsonl', `${JSON.stringify(whole)}\n\n{"id":"007","title":"Plain"}`);
    const plain = { id: '007', title: 'Plain', genres: [], regions: [] };
    for (const items of ['items.csv', 'items.jsonl']) {
      expect(await importOf({ items })).toMatchObject({ items: 2, bad: 0 });
      expect(await store.items.get(['n-1', '007'])).toEqual([whole, plain]);
      await store.items.delete('n-1');
    }
  });

  it('reads the same events from csv and from jsonl, each once however often it comes', async () => {
    folder.write('events.csv', 'user,item,type,value,atMs,id\n7,n-1,rate,4.5,1000,\n7,n-2,watch,,2000,\n');
    folder.write(
      'events.ndjson',
      '{"user":"7","item":"n-1","type":"rate","value":4.5,"atMs":1000}\n{"user":"7","item":"n-2","type":"watch","atMs":2000}',
    );
    expect((await importOf({ events: 'events.csv' })).events).toEqual({ added: 2, duplicates: 0 });
    expect((await importOf({ events: 'events.csv' })).events).toEqual({ added: 0, duplicates: 2 });
    expect((await importOf({ events: 'events.ndjson' })).events).toEqual({ added: 0, duplicates: 2 });
    expect(await store.feedback.history('7', 5)).toEqual({
      items: ['n-2', 'n-1'],
      weights: [1, 1.5],
      atMs: [2_000, 1_000],
    });
  });

  it('takes an event with an id and no moment as of now', async () => {
    folder.write('events.jsonl', '{"id":"e","user":"7","item":"n-1","type":"like"}');
    await importOf({ events: 'events.jsonl' });
    expect((await store.feedback.history('7', 5)).atMs).toEqual([clock.nowMs()]);
  });

  it('imports items and events in one go, and in strict neither where one line is bad', async () => {
    folder.write('items.csv', 'id,title\na,A\n');
    folder.write('events.csv', 'user,item,type,atMs\nu,a,watch,1\nu,a,look,1\nu,a,watch,2\n');
    const names = { items: 'items.csv', events: 'events.csv' };
    await expect(importOf(names, { strict: true })).rejects.toThrow('Nothing was imported: 1 lines are bad');
    expect(await store.items.count()).toBe(0);
    expect(await importOf(names)).toMatchObject({ items: 1, events: { added: 2 }, bad: 1 });
  });

  it('refuses a header with every fault at once', async () => {
    folder.write('items.csv', 'id,genre,year,year\n1,x,1,1\n');
    await expect(importOf({ items: 'items.csv' })).rejects.toThrow(
      [
        'The import cannot start:',
        `  - ${folder.path}/items.csv:1: no column "title" in the header`,
        `  - ${folder.path}/items.csv:1: unknown column "genre"; remove it, or call it one of id, title, genres, year, maturity, regions, availableFromMs, availableUntilMs, addedAtMs`,
        `  - ${folder.path}/items.csv:1: two columns "year"; remove one`,
      ].join('\n'),
    );
  });

  it('refuses files that are not there or not of rows, all at once, before it starts', async () => {
    folder.write('items.xlsx', 'PK');
    await expect(importOf({ items: 'items.xlsx', events: 'events.csv' })).rejects.toThrow(
      [
        'The import cannot start:',
        `  - ${folder.path}/items.xlsx ends in .xlsx; a file of rows ends in one of .csv, .jsonl, .ndjson`,
        `  - ${folder.path}/events.csv is no file; is the path right?`,
      ].join('\n'),
    );
    await expect(importOf({})).rejects.toThrow('no file is named; give an items file, an events file or both');
  });
});
