import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createFolder } from '../../test/support/folder-of-files.ts';
import { createQuietTerminal, type QuietTerminal } from '../../test/support/quiet-terminal.ts';
import { runCommand } from './program.ts';

let terminal: QuietTerminal;
let folder: ReturnType<typeof createFolder>;
beforeEach(() => {
  terminal = createQuietTerminal();
  folder = createFolder({
    'items.csv': 'id,title\n1,Alien\n',
    'bad.csv': 'id,title\n,\n,\n1,Alien\n',
    'half.yaml': 'kind: [',
  });
});
afterEach(() => folder.remove());

const run = (...args: readonly string[]): Promise<number> => runCommand(args, terminal);
const complaint = (): string => terminal.complaints.join('\n');
const here = (name: string): string => join(folder.path, name);
const broker = ['--broker', 'amqp://guest:guest@127.0.0.1:5672'];

describe('a bad flag', () => {
  test.each<[string, readonly string[], RegExp]>([
    ['no such command', ['recomend'], /unknown command 'recomend'/],
    ['no such option', ['up', '--datum', 'x'], /unknown option '--datum'/],
    ['an option without its value', ['up', '--data'], /option '--data <dir>' argument missing/],
    ['a word too many', ['up', 'now'], /too many arguments for 'up'/],
    ['a port that is no number', ['up', '--port', 'http'], /give a whole number from 0 to 65535/],
    ['a port there is not', ['up', '--port', '65536'], /give a whole number from 0 to 65535/],
    ['an empty number', ['up', '--scorers', ''], /give a whole number from 1 to 64/],
    ['no scorers', ['up', '--scorers', '0'], /give a whole number from 1 to 64/],
    ['half an aggregator', ['up', '--aggregators', '1.5'], /give a whole number from 1 to 16/],
    ['a broker that is no URL', ['up', '--broker', 'localhost:5672'], /give a URL like amqp:/],
    ['a broker of another kind', ['up', '--broker', 'http://localhost'], /give a URL like amqp:/],
    ['a log level there is not', ['up', '--log-level', 'loud'], /Allowed choices are trace, debug/],
    ['a recommender that can be none', ['up', '--recommender', 'Home!'], /give lower-case letters, digits and dashes/],
    ['an empty prefix', ['up', '--prefix', ''], /give 1 to 63 characters/],
    ['a folder that is not named', ['import', 'movielens'], /missing required argument 'dir'/],
    ['k of nothing', ['recommend', '1', '-k', '0'], /give a whole number from 1 to 200/],
    ['a deadline in the past', ['recommend', '1', '--deadline-ms', '-5'], /give a whole number from 10 to 30000/],
    ['no genre', ['recommend', '1', '--genres', ' , '], /give one or more, separated by commas/],
    ['a gateway that is no URL', ['recommend', '1', '--url', '127.0.0.1:8080'], /give a URL like http:/],
    ['dead letters of no broker', ['dlq', 'show'], /required option '--broker <url>' not specified/],
    ['dropping none', ['dlq', 'drop', ...broker, '-n', '0'], /give a whole number from 1 to 10000/],
    ['a scorer of no criterion', ['verify-scorer', ...broker], /required option '--criterion <name>' not specified/],
    ['a criterion that can be none', ['verify-scorer', ...broker, '--criterion', 'a b'], /give lower-case letters/],
  ])('%s is told in a sentence, with the way to the help', async (_, args, sentence) => {
    expect(await run(...args)).toBe(1);
    expect(complaint()).toMatch(sentence);
    expect(complaint()).toMatch(/\(medley.* --help says what there is\)$/);
    expect(terminal.said).toEqual([]);
  });
});

describe('bad input', () => {
  test.each<[string, (path: (name: string) => string) => readonly string[], RegExp]>([
    ['nobody to recommend to', () => ['recommend'], /give a USER, --session a,b,c or --item ID/],
    ['two subjects', () => ['recommend', '1', '--session', '2'], /--session goes with neither a USER nor --item/],
    ['a gateway that is not there', () => ['recommend', '1', '--url', 'http://127.0.0.1:9'], /no gateway answers at/],
    ['no file to import', () => ['import', 'files', '--store', ':memory:'], /no file is named; give an items file/],
    [
      'a file of no known kind',
      (path) => ['import', 'files', '--items', path('items.xls'), '--store', ':memory:'],
      /items\.xls ends in \.xls; a file of rows ends in one of \.csv/,
    ],
    [
      'a file that is not there',
      (path) => ['import', 'files', '--items', path('none.csv'), '--store', ':memory:'],
      /none\.csv is no file; is the path right\?/,
    ],
    [
      'a bad line where none may be',
      (path) => ['import', 'files', '--items', path('bad.csv'), '--store', ':memory:', '--strict'],
      /Nothing was imported: 2 lines are bad/,
    ],
    [
      'no folder to import',
      (path) => ['import', 'movielens', path('ml'), '--store', ':memory:'],
      /ml does not exist; give/,
    ],
    ['a store of another kind', () => ['train', '--store', 'mysql://host'], /store/],
    [
      'no store to train on',
      (path) => ['train', '--store', path('none.sqlite')],
      /there is no store at .*none\.sqlite/,
    ],
    ['resources that are not there', (path) => ['train', '--resources', path('x')], /there is no such file or folder/],
    ['resources that are no YAML', (path) => ['train', '--resources', path('half.yaml')], /half\.yaml:1: /],
    [
      'sample requests that are not there',
      (path) => ['verify-scorer', ...broker, '--criterion', 'a', '--request', path('x.json')],
      /The requests in .*x\.json/,
    ],
  ])(
    '%s is told in a sentence, and not with a stack',
    async (_, args, sentence) => {
      expect(await run(...args(here))).toBe(1);
      expect(complaint()).toMatch(/^medley: /);
      expect(complaint()).toMatch(sentence);
      expect(complaint()).not.toMatch(/\n {4}at /);
    },
    30_000,
  );
});

describe('a command that is right', () => {
  test('without anything shows what there is', async () => {
    expect(await run()).toBe(1);
    expect(complaint()).toMatch(/Commands:\n.*up /s);
  });

  test('asked for its help gives it, and ends well', async () => {
    expect(await run('recommend', '--help')).toBe(0);
    expect(terminal.said.join('\n')).toMatch(/--session <a,b,c>/);
  });

  test('imports files of somebody’s own into a store, and says what is in it', async () => {
    const store = here('mine.sqlite');
    expect(await run('import', 'files', '--items', here('items.csv'), '--store', store)).toBe(0);
    expect(terminal.said).toEqual([
      expect.stringMatching(/^imported in \d\.\d s: 1 items, 0 new events$/),
      'in the store now: 1 items, 0 users, 0 events',
    ]);
  });
});

test('PORT must be a port', async () => {
  const before = process.env.PORT;
  try {
    process.env.PORT = 'http';
    expect(await run('up')).toBe(1);
    expect(complaint()).toMatch(/from env 'PORT' is invalid\. give a whole number from 0 to 65535/);
  } finally {
    if (before === undefined) delete process.env.PORT;
    else process.env.PORT = before;
  }
});
