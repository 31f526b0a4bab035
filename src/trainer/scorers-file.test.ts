import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readScorersFile } from './scorers-file.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-scorers-'));
});
afterAll(() => rm(folder, { recursive: true }));

const write = async (text: string): Promise<string> => {
  const path = join(folder, 'scorers.json');
  await writeFile(path, text);
  return path;
};

test('each Scorer gets a model named like its criterion, made by its implementation', async () => {
  const scorers = [
    { criterion: 'genres', implementation: 'genres' },
    { criterion: 'evening', implementation: 'history', settings: { halfLifeDays: '7' }, other: 1 },
  ];
  expect(await readScorersFile(await write(JSON.stringify({ scorers })))).toEqual({
    genres: { criterion: 'genres', settings: {} },
    evening: { criterion: 'history', settings: { halfLifeDays: '7' } },
  });
});

test('a file that is not there yet wants no model', async () => {
  expect(await readScorersFile(join(folder, 'nowhere.json'))).toEqual({});
});

test.each([
  ['no JSON', '{', /JSON/],
  ['another shape', '{"scorers":[{"criterion":"Genres!"}]}', /scorers\.0/],
])('%s is refused with its faults', async (_, text, fault) => {
  await expect(readScorersFile(await write(text))).rejects.toThrow(fault);
});
