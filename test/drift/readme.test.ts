import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { commandsOf, silentProgram } from '../../scripts/cli-page.ts';
import { type MedleyProcess, startMedley } from '../support/medley-process.ts';

/** What README.md tells a newcomer to type, typed. */
const run = promisify(execFile);
const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const readme = read('README.md');
const blocks = (language: string): string[] =>
  [...readme.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].flatMap(([, said, text = '']) =>
    said === language ? [text] : [],
  );

/** Lines of the shell blocks, those that end with a backslash joined. */
const commands = blocks('sh').flatMap((block) => block.replaceAll('\\\n', ' ').trim().split('\n'));
const curls = commands.filter((line) => line.startsWith('curl '));

describe('what README.md has people type', () => {
  let folder: string;
  let medley: MedleyProcess;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'medley-readme-'));
    medley = await startMedley(['--store', join(folder, 'webflix.sqlite')]);
  }, 120_000);

  afterAll(async () => {
    await medley?.stop();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  test('is npm start, npm test and some calls of curl', () => {
    expect(commands.map((line) => line.replace(/ .*/, '').trim())).toEqual(['npm', 'npm', ...curls.map(() => 'curl')]);
    expect(curls.length).toBeGreaterThan(3);
  });

  test.each(curls)('is answered: %s', async (curl) => {
    const here = curl.replace('localhost:8080', new URL(medley.base).host);
    expect(here).not.toBe(curl);
    const { stdout } = await run('sh', ['-c', `${here} -w '\\n%{http_code}'`]);
    const [body = '', status] = stdout.split('\n');
    expect({ status, body }).toMatchObject({ status: '200' });
    if (here.includes('/v1/feedback')) expect(JSON.parse(body)).toMatchObject({ added: 1 });
    else expect(JSON.parse(body).items.length).toBeGreaterThan(0);
  });

  /** Figures, films and weights change with the data and the tuning; what stands where does not. */
  const frame = (lines: readonly string[]): string[] =>
    lines
      .map((line) =>
        line
          .replace(/^(home for user 1|fan-out|one after the other|total|serving on|note:).*/, '$1')
          .replace(/^ *\d+ {2}.*/, 'a film')
          .replace(/^ *# {2}title +score .* why$/, 'the head of the table')
          .replace(/^[a-z]+ +[░█·]+ .*/, 'the bar of a criterion'),
      )
      .filter((line) => line !== '' && line !== 'note:')
      .filter((line, at, all) => line !== 'the bar of a criterion' || all[at - 1] !== line);

  test('prints what README.md shows: ten films for viewer 1, and the fan-out', () => {
    const [shown = ''] = blocks('');
    const start = medley.output.findIndex((line) => line.startsWith('home for user 1'));
    const films = Array.from({ length: 10 }, () => 'a film');
    const expected = ['home for user 1', 'the head of the table', ...films, 'fan-out', 'the bar of a criterion'];
    expect(frame(shown.split('\n'))).toEqual([...expected, 'total', 'one after the other', 'serving on']);
    expect(frame(medley.output.slice(start))).toEqual(frame(shown.split('\n')));
  });

  test('has each page of its API where it says', async () => {
    for (const [, path = ''] of readme.matchAll(/http:\/\/127\.0\.0\.1:8080(\/[^) ]*)/g))
      expect((await fetch(`${medley.base}${path.trim()}`)).status).toBe(200);
  });
});

describe('the options that README.md names', () => {
  const rows = [...readme.matchAll(/^\| `npm start -- ([^`]+)` \|/gm)].map(([, args = '']) => args);

  test('are several', () => expect(rows.length).toBeGreaterThan(2));

  test.each(rows)('are taken by medley up: %s', async (args) => {
    const program = silentProgram();
    let ran = false;
    commandsOf(program)
      .get('up')
      ?.action(() => {
        ran = true;
      });
    const typed = args.replace('amqp://…', 'amqp://guest:guest@127.0.0.1:5672').split(' ');
    await program.parseAsync(['up', ...typed], { from: 'user' });
    expect(ran).toBe(true);
  });
});

test('every file that README.md links to is there', () => {
  const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map(([, to = '']) => to).filter((to) => !to.includes('://'));
  expect(links.length).toBeGreaterThan(5);
  expect(links.filter((to) => !existsSync(new URL(to, root)))).toEqual([]);
});
