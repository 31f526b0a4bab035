import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createFolder } from '../../test/support/folder-of-files.ts';
import { createQuietTerminal } from '../../test/support/quiet-terminal.ts';
import { film } from '../../test/support/store-fixtures.ts';
import { systemClock } from '../runtime/clock.ts';
import { silentLog } from '../runtime/log.ts';
import type { Store } from '../store/port.ts';
import { createSqliteStore } from '../store/sqlite-store.ts';
import { defaultStorePath, prepareStore } from './prepare-store.ts';

const films = fileURLToPath(new URL('../../examples/webflix/films.csv', import.meta.url));
const movies = 'movieId,title,genres\n1,Alien (1979),Horror|Sci-Fi\n2,Brazil (1985),Comedy\n';
const ratings = 'userId,movieId,rating,timestamp\n1,1,5,1000\n2,2,3,2000\n';

let store: Store;
let folder: ReturnType<typeof createFolder>;
const terminal = createQuietTerminal();

beforeEach(async () => {
  folder = createFolder({ 'ml/movies.csv': movies, 'ml/ratings.csv': ratings });
  store = await createSqliteStore({ path: ':memory:', clock: systemClock, log: silentLog });
  terminal.said.length = 0;
  terminal.shown.length = 0;
});
afterEach(async () => {
  await store.close();
  folder.remove();
});

const prepare = (choice: { data?: string; demo?: boolean }): Promise<string> =>
  prepareStore(
    { data: choice.data, demo: choice.demo ?? true, films },
    { store, clock: systemClock, log: silentLog, terminal },
  );

describe('where the store of some data lies', () => {
  test.each([
    [{ data: undefined, demo: true }, '.medley/webflix.sqlite'],
    [{ data: undefined, demo: false }, '.medley/medley.sqlite'],
    [{ data: 'data/ml-latest-small/', demo: true }, '.medley/ml-latest-small.sqlite'],
  ])('%j: %s', (choice, path) => {
    expect(defaultStorePath(choice, '.medley')).toBe(path);
  });
});

describe('a store that is prepared', () => {
  test('holds the demo where no data is named', async () => {
    expect(await prepare({})).toMatch(/^\d{3} items, 300 users, [\d,]+ events$/);
    expect(terminal.shown).toEqual(['loading the films of Webflix …', null]);
  }, 30_000);

  test('keeps what is in it: the demo is never mixed into films of somebody’s own', async () => {
    await store.items.put([film('mine')]);
    expect(await prepare({})).toBe('1 items, 0 users, 0 events');
  });

  test('stays empty where neither data nor demo is wanted', async () => {
    expect(await prepare({ demo: false })).toBe('0 items, 0 users, 0 events');
  });

  test('holds a MovieLens folder, with progress while it is read and a summary after', async () => {
    const data = join(folder.path, 'ml');
    expect(await prepare({ data })).toBe('2 items, 2 users, 2 events');
    expect(terminal.said).toEqual([expect.stringMatching(/^imported in \d+\.\d s: 2 items, 2 new events$/)]);
    expect(terminal.shown).toContain('importing ratings.csv  100 %  2 rows');
    expect(terminal.shown.at(-1)).toBeNull();
  });

  test('gains nothing from the same folder a second time', async () => {
    const data = join(folder.path, 'ml');
    await prepare({ data });
    expect(await prepare({ data })).toBe('2 items, 2 users, 2 events');
    expect(terminal.said[1]).toMatch(/ 0 new events, 2 known before$/);
  });

  test('lacks the bad lines of a folder, each named', async () => {
    folder.write('ml/ratings.csv', `${ratings}3,1,seven,3000\n`);
    await prepare({ data: join(folder.path, 'ml') });
    expect(terminal.said[0]).toMatch(/; 1 bad lines left out:\n {2}.*ratings\.csv:4: /);
  });

  test.each([
    ['a folder that is not there', 'nothing'],
    ['a file', 'ml/movies.csv'],
  ])('refuses %s', async (_, name) => {
    await expect(prepare({ data: join(folder.path, name) })).rejects.toThrow(/is not a folder; give the unpacked/);
  });
});
