import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { createFolder } from '../../../test/support/folder-of-files.ts';
import type { Store } from '../port.ts';
import { createSqliteStore } from '../sqlite-store.ts';
import type { ImportProgress } from './import-all.ts';
import { importMovieLens } from './import-movielens.ts';

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

const importAs = (files: Readonly<Record<string, string | Buffer>>, more: { strict?: boolean } = {}) => {
  for (const [name, content] of Object.entries(files)) folder.write(name, content);
  return importMovieLens({ dir: folder.path, store, clock, log, ...more });
};

const csv = {
  'movies.csv':
    'movieId,title,genres\r\n1,Toy Story (1995),Animation|Comedy\r\n"2","Matrix, The (1999)",Action|Sci-Fi\r\n3,Paterson,(no genres listed)\r\n',
  'ratings.csv':
    'userId,movieId,rating,timestamp\n1,1,4.0,964982703\n1,2,0.5,964982704\n2,1,5,964982705\n2,99,3,964982706\n',
};

const flags = (...on: number[]) => Array.from({ length: 19 }, (_, n) => (on.includes(n) ? '1' : '0')).join('|');
const oldItems = [
  `1|Toy Story (1995)|01-Jan-1995||http://example.org|${flags(3, 4, 5)}`,
  `2|Misérables, Les (1995)|01-Jan-1995|||${flags(8)}`,
  `267|unknown||||${flags(0)}`,
].join('\n');
const hundredThousand = {
  'u.item': Buffer.from(oldItems, 'latin1'),
  'u.data': '196\t1\t3\t881250949\n186\t2\t4\t891717742\n',
};

const dat = {
  'movies.dat': Buffer.from("1::Toy Story (1995)::Animation|Children's\n2::Misérables, Les (1995)::Drama\n", 'latin1'),
  'ratings.dat': '1::1::5::978300760\n1::2::3::978302109\n',
};

describe('an import of MovieLens data', () => {
  it('reads the csv format, with or without quotes, tags and links', async () => {
    const report = await importAs({ ...csv, 'tags.csv': 'userId,movieId,tag,timestamp\n', 'links.csv': 'x\n' });
    expect(report).toEqual({
      format: 'csv',
      items: 3,
      users: 0,
      events: { added: 4, duplicates: 0 },
      bad: 0,
      faults: [],
      tookMs: 0,
    });
    expect(await store.items.get(['1', '2', '3'])).toEqual([
      { id: '1', title: 'Toy Story', year: 1995, genres: ['Animation', 'Comedy'], regions: [] },
      { id: '2', title: 'The Matrix', year: 1999, genres: ['Action', 'Sci-Fi'], regions: [] },
      { id: '3', title: 'Paterson', genres: [], regions: [] },
    ]);
    expect(await store.feedback.history('1', 5)).toEqual({
      items: ['2', '1'],
      weights: [0.5 / 3, 4 / 3],
      atMs: [964982704000, 964982703000],
    });
    expect(await store.users.count()).toBe(2);
  });

  it('reads the 100K format in latin-1, with the genres it is known to have', async () => {
    const report = await importAs({ ...hundredThousand, 'u.user': '196|49|M|writer|55105\n' });
    expect(report).toMatchObject({ format: '100k', items: 3, users: 1, events: { added: 2 }, bad: 0 });
    const [toyStory, miserables, unknown] = await store.items.get(['1', '2', '267']);
    expect(toyStory?.genres).toEqual(['Animation', "Children's", 'Comedy']);
    expect(miserables?.title).toBe('Les Misérables');
    expect(unknown).toEqual({ id: '267', title: 'unknown', genres: [], regions: [] });
    expect(await store.users.get('196')).toEqual({
      id: '196',
      attributes: { age: '49', gender: 'M', occupation: 'writer' },
    });
  });

  it('takes the genres of 100K from u.genre where it is there', async () => {
    const films = `7|Alien (1979)|||x|0|1|1\n`;
    await importAs({ 'u.item': films, 'u.data': '1\t7\t5\t1\n', 'u.genre': 'unknown|0\nSpace|1\nFear|2\n\n' });
    expect((await store.items.get(['7']))[0]?.genres).toEqual(['Space', 'Fear']);
  });

  it('reads the 1M format in latin-1 or UTF-8, with the users where they are there', async () => {
    const report = await importAs({ ...dat, 'users.dat': '1::F::1::10::48067\n' });
    expect(report).toMatchObject({ format: 'dat', items: 2, users: 1, events: { added: 2, duplicates: 0 }, bad: 0 });
    expect((await store.items.get(['2']))[0]?.title).toBe('Les Misérables');
    expect((await store.users.get('1'))?.attributes).toEqual({ gender: 'F', age: '1', occupation: '10' });
    await importAs({ 'movies.dat': '2::Misérables, Les (1995)::Drama\n' });
    expect((await store.items.get(['2']))[0]?.title).toBe('Les Misérables');
  });

  it('adds nothing the second time', async () => {
    await importAs(csv);
    const again = await importAs(csv);
    expect(again.events).toEqual({ added: 0, duplicates: 4 });
    expect(await store.feedback.count()).toBe(4);
    expect(await store.items.count()).toBe(3);
  });

  it('tells how far it is, file by file', async () => {
    const ratings = Array.from({ length: 30_000 }, (_, n) => `${n % 50},1,3.5,${n}\n`).join('');
    folder.write('movies.csv', csv['movies.csv']);
    folder.write('ratings.csv', `userId,movieId,rating,timestamp\n${ratings}x,1,1,1\n`);
    const told: ImportProgress[] = [];
    await importMovieLens({ dir: folder.path, store, clock, log, onProgress: (progress) => told.push(progress) });
    const last = told.at(-1);
    expect(last).toEqual({ file: join(folder.path, 'ratings.csv'), rows: 30_001, bad: 1, done: 1 });
    const ofRatings = told.filter(({ file }) => file === last?.file).map(({ rows }) => rows);
    expect(ofRatings.length).toBeGreaterThan(2);
    expect(ofRatings).toEqual([...ofRatings].sort((a, b) => a - b));
  });

  it('keeps the good lines beside bad ones, counts all bad ones and shows the first twenty', async () => {
    const bad = Array.from({ length: 30 }, (_, n) => `1,2,six,${n}\n`).join('');
    const good = Array.from({ length: 30 }, (_, n) => `1,${n},3,${n}\n`).join('');
    const report = await importAs({ ...csv, 'ratings.csv': `userId,movieId,rating,timestamp\n${good}${bad}` });
    expect(report).toMatchObject({ events: { added: 30 }, bad: 30 });
    expect(report.faults).toHaveLength(21);
    expect(report.faults[0]).toBe(
      `${join(folder.path, 'ratings.csv')}:32: rating "six" must be a number of stars from 0.5 to 5, such as 3.5`,
    );
    expect(report.faults[20]).toBe('and 10 more');
  });

  it('fails where more than half of a file is bad, and keeps the good lines', async () => {
    const ratings = 'userId,movieId,rating,timestamp\n1,1,4,1\nx,1,4,1\n1,y,4,1\n';
    await expect(importAs({ ...csv, 'ratings.csv': ratings })).rejects.toThrow(
      /ratings\.csv was given up: 2 of 3 lines are bad \(the good ones are kept\):\n.*:3: userId "x" must be a whole number/,
    );
    expect(await store.feedback.count()).toBe(1);
    expect(await store.items.count()).toBe(3);
  });

  it('imports nothing in strict where any line is bad, and all where none is', async () => {
    const ratings = `${csv['ratings.csv']}1,1,9,1\n`;
    await expect(importAs({ ...csv, 'ratings.csv': ratings }, { strict: true })).rejects.toThrow(
      /^Nothing was imported: 1 lines are bad:\n {2}- .*ratings\.csv:6: rating "9" must be/,
    );
    expect(await store.items.count()).toBe(0);
    expect((await importAs(csv, { strict: true })).events.added).toBe(4);
  });
});

describe('a folder that can not be imported', () => {
  const looked = 'movies.csv with ratings.csv, or u.item with u.data, or movies.dat with ratings.dat';

  it.each([
    ['is empty', {}, '', `FOLDER has none of: ${looked}`],
    ['has one file of two', { 'ratings.csv': '' }, '', 'FOLDER has ratings.csv and no movies.csv; put it there'],
    ['has the other one of two', { 'u.item': '' }, '', 'FOLDER has u.item and no u.data; put it there'],
    [
      'has the files one folder below',
      { 'ml/u.item': '', 'ml/u.data': '' },
      '',
      `FOLDER has none of: ${looked}; FOLDER/ml has them: give that folder`,
    ],
    ['is not there', {}, '/away', 'FOLDER/away does not exist; give the folder MovieLens was unpacked to'],
    ['is an archive', { 'ml.zip': 'PK' }, '/ml.zip', 'FOLDER/ml.zip is a file; unpack it and give the folder'],
    [
      'has an empty csv',
      { 'movies.csv': '', 'ratings.csv': '' },
      '',
      'FOLDER/movies.csv is empty; its first line must be movieId,title,genres',
    ],
    [
      'has a csv without its header',
      { ...csv, 'movies.csv': '1,Toy Story (1995),Comedy\n' },
      '',
      'FOLDER/movies.csv:1: no column "movieId" in the header',
    ],
  ])('and %s says what was looked for', async (_, files: Record<string, string>, below, sentence) => {
    for (const [name, content] of Object.entries(files)) folder.write(name, content);
    const failed = importMovieLens({ dir: folder.path + below, store, clock, log });
    await expect(failed).rejects.toThrow(sentence.replaceAll('FOLDER', folder.path));
  });
});
