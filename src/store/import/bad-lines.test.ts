import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../../test/support/fake-clock.ts';
import { createFolder } from '../../../test/support/folder-of-files.ts';
import type { Store } from '../port.ts';
import { createSqliteStore } from '../sqlite-store.ts';
import { importFiles } from './import-files.ts';
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

/** Good lines around the bad one, so that it is line 3 (with a header) or line 2 and its neighbours must live. */
const around: Readonly<Record<string, readonly [string, string]>> = {
  'movies.csv': ['movieId,title,genres\n1,Heat (1995),Crime\n', '\n2,Sabrina (1995),Comedy\n'],
  'ratings.csv': ['userId,movieId,rating,timestamp\n1,1,4,10\n', '\n1,2,4,20\n'],
  'movies.dat': ['1::Heat (1995)::Crime\n', '\n2::Sabrina (1995)::Comedy\n'],
  'ratings.dat': ['1::1::4::10\n', '\n1::2::4::20\n'],
  'u.item': [`1|Heat (1995)||||${'0|'.repeat(18)}1\n`, `\n2|Sabrina (1995)||||${'0|'.repeat(18)}1\n`],
  'u.data': ['1\t1\t4\t10\n', '\n1\t2\t4\t20\n'],
  'items.csv': ['id,title,genres,year,addedAtMs\na,A,x|y,1999,5\n', '\nb,"B, b",,,\n'],
  'items.jsonl': ['{"id":"a","title":"A"}\n', '\n{"id":"b","title":"B","genres":["x"]}\n'],
  'events.csv': ['user,item,type,value,atMs,id\nu,a,watch,,10,\n', '\nu,b,rate,4.5,20,e2\n'],
  'events.jsonl': [
    '{"user":"u","item":"a","type":"watch","atMs":10}\n',
    '\n{"user":"u","item":"b","type":"like","id":"e"}\n',
  ],
};

const movieLensNeighbours = {
  csv: ['movies.csv', 'ratings.csv'],
  dat: ['movies.dat', 'ratings.dat'],
  u: ['u.item', 'u.data'],
};

const importWithBadLine = (name: string, bad: string | Buffer) => {
  const [before = '', after = ''] = around[name] ?? [];
  const file = folder.write(name, Buffer.concat([Buffer.from(before), Buffer.from(bad), Buffer.from(after)]));
  const set = Object.values(movieLensNeighbours).find((names) => names.includes(name));
  if (set === undefined) {
    return importFiles({ ...(name.startsWith('items') ? { items: file } : { events: file }), store, clock, log });
  }
  for (const other of set)
    if (other !== name) folder.write(other, (around[other] ?? []).join('').replace('\n\n', '\n'));
  return importMovieLens({ dir: folder.path, store, clock, log });
};

const stars = 'must be a number of stars from 0.5 to 5, such as 3.5';
const idRule = '1 to 128 characters without control characters';
const eventFields = 'user, item, type, value, atMs, id';
const itemFields = 'id, title, genres, year, maturity, regions, availableFromMs, availableUntilMs, addedAtMs';
const strayQuote = 'put the whole cell in quotes and write each quote inside it twice';

describe('one bad line among good ones', () => {
  it.each<[file: string, bad: string | Buffer, sentence: string]>([
    ['movies.csv', 'x1,Jumanji (1995),Comedy', '3: movieId "x1" must be a whole number, such as 17'],
    ['movies.csv', '3,,Comedy', '3: title is empty; write the name of the film'],
    [
      'movies.csv',
      '3,Matrix, The (1999),Action',
      '3: has 4 cells, the header has 3; put a cell with a comma in quotes',
    ],
    ['movies.csv', '3,Jumanji (1995)', '3: has 2 cells, the header has 3'],
    ['movies.csv', '3,"The "Best" of (1995)",Comedy', `3: has a stray quote in cell 2; ${strayQuote}`],
    [
      'movies.csv',
      '3,"Jumanji (1995),Comedy',
      '3: opens a quote that never closes; close it, or write a quote inside a cell twice',
    ],
    [
      'movies.csv',
      Buffer.from('3,Amélie (2001),Comedy', 'latin1'),
      '3: holds bytes that are not UTF-8; save the file as UTF-8',
    ],
    ['movies.csv', `3,${'x'.repeat(600)},Comedy`, `3: title "${'x'.repeat(56)}… must have at most 512 characters`],
    ['ratings.csv', '1,3,six,10', `3: rating "six" ${stars}`],
    ['ratings.csv', '1,3,0,10', `3: rating "0" ${stars}`],
    ['ratings.csv', '1,3,5.5,10', `3: rating "5.5" ${stars}`],
    ['ratings.csv', '1,3,4,2000-07-30', '3: timestamp "2000-07-30" must be Unix seconds, such as 964982703'],
    ['ratings.csv', ',3,4,10', '3: userId "" must be a whole number, such as 17'],
    ['ratings.csv', '1,tt0114709,4,10', '3: movieId "tt0114709" must be a whole number, such as 17'],
    ['ratings.csv', '1;3;4;10', '3: has 1 cells, the header has 4'],
    ['movies.dat', '3:Jumanji (1995):Comedy', '2: has 1 cells, not 3; set them apart by "::"'],
    ['ratings.dat', '1::3::NaN::10', `2: rating "NaN" ${stars}`],
    ['u.item', `3|Jumanji (1995)||||${'0|'.repeat(18)}yes`, '2: genre flag "yes" must be 0 or 1'],
    ['u.item', '3|Jumanji (1995)||', '2: has 4 cells, not 24; set them apart by "|"'],
    ['u.data', '1 3 4 10', '2: has 1 cells, not 4; set them apart by "\\t"'],
    ['items.csv', ',No id,,,', `3: id is missing; it must be ${idRule}`],
    ['items.csv', 'c,C,,19x5,', '3: year "19x5" must be a whole number of four digits, such as 1995'],
    [
      'items.csv',
      'c,C,x||y,,',
      '3: genres ["x","","y"] must be at most 32 texts of 1 to 128 characters, in csv set apart by |',
    ],
    ['items.csv', 'c,C,,,yesterday', '3: addedAtMs "yesterday" must be Unix milliseconds, such as 964982703000'],
    ['items.csv', `${'c'.repeat(129)},C,,,`, `3: id "${'c'.repeat(56)}… must be ${idRule}`],
    [
      'items.jsonl',
      '{"id":"c","title":"C"',
      '2: is not JSON: "{\\"id\\":\\"c\\",\\"title\\":\\"C\\""; write one object a line',
    ],
    ['items.jsonl', '["c","C"]', '2: is ["c","C"]; write one object a line'],
    ['items.jsonl', '{"id":7,"title":"C"}', `2: id 7 must be ${idRule}`],
    ['items.jsonl', '{"id":"c","title":"C","genre":"x"}', `2: unknown field "genre"; the fields are ${itemFields}`],
    [
      'events.csv',
      'u,c,viewed,,10,',
      '3: type "viewed" must be one of watch, like, dislike, rate, save, click, impression',
    ],
    [
      'events.csv',
      'u,,rate,high,10,',
      `3: item is missing; it must be ${idRule}; value "high" must be a number from 0 to 100`,
    ],
    [
      'events.csv',
      'u,c,watch,,,',
      '3: has neither id nor atMs, so a second import would add it again; atMs is Unix milliseconds, such as 964982703000',
    ],
    ['events.csv', 'u,c,watch,,-5,', '3: atMs -5 must be Unix milliseconds, such as 964982703000'],
    ['events.jsonl', '{"user":"u\\u0000","item":"c","type":"like","atMs":1}', `2: user "u\\u0000" must be ${idRule}`],
    [
      'events.jsonl',
      '{"userId":"u","user":"u","item":"c","type":"like","atMs":1}',
      `2: unknown field "userId"; the fields are ${eventFields}`,
    ],
    ['events.jsonl', 'null', '2: is null; write one object a line'],
  ])('in %s: %s', async (file, bad, sentence) => {
    const report = await importWithBadLine(file, bad);
    expect(report.faults).toEqual([`${folder.path}/${file}:${sentence}`]);
    expect(report.bad).toBe(1);
    const kept = /movie|item/.test(file) ? report.items : report.events.added;
    expect(kept).toBe(2);
  });
});
