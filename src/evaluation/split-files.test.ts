import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { TrainingData } from '../criteria/training-data.ts';
import { uses } from './cuts.ts';
import { readMovieLens } from './movielens-data.ts';
import { chooseProtocols } from './protocols.ts';
import { cutByFiles } from './split-files.ts';

let folder: string;
let data: TrainingData;
const write = (name: string, lines: readonly string[]): Promise<void> =>
  writeFile(join(folder, name), lines.join('\n'));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'split-'));
  await write('movies.csv', [
    'movieId,title,genres',
    '1,A (1990),Drama',
    '2,"B, the (1991)",Comedy|Crime',
    '3,C,(no genres listed)',
  ]);
  await write('ratings.csv', [
    'userId,movieId,rating,timestamp',
    '7,1,3.0,100',
    '7,2,1.5,200',
    '8,1,4.5,300',
    '8,3,3.0,50',
  ]);
  await write('random-test.csv', ['userId,movieId', '7,2']);
  await write('random-valid.csv', ['userId,movieId', '8,3']);
  await write('pairs.txt', ['7\t2\t1.5', '8\t1\t4.5', '']);
  await write('others.csv', ['userId,movieId', '7,2', '700,2', '7,9']);
  data = await readMovieLens(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const heldOut = (cut: Uint8Array): number[] => [...cut.keys()].filter((event) => cut[event] === uses.heldOut);

test('a MovieLens folder is read: every rating one event, weighed by its stars', () => {
  expect(data.items.map(({ title, genres }) => [title, ...genres])).toEqual([
    ['A', 'Drama'],
    ['B, the', 'Comedy', 'Crime'],
    ['C'],
  ]);
  expect(data.events).toMatchObject({ users: ['7', '8'], items: ['1', '2', '3'] });
  expect([...data.events.weight]).toEqual([1, 0.5, 1.5, 1]);
  expect(data.nowMs).toBe(300_000);
});

test('one bad line, and nothing is measured', async () => {
  const bad = await mkdtemp(join(folder, 'bad-'));
  await writeFile(join(bad, 'movies.csv'), 'movieId,title,genres\n1,A,Drama\n');
  await writeFile(join(bad, 'ratings.csv'), 'userId,movieId,rating,timestamp\n7,1,9,100\n');
  await expect(readMovieLens(bad)).rejects.toThrow(/line 2/);
});

describe('what files list is held out', () => {
  test('with a header or without, by comma or tab, further columns left alone', async () => {
    expect(heldOut(await cutByFiles(data.events, { heldOut: join(folder, 'random-test.csv') }))).toEqual([1]);
    expect(heldOut(await cutByFiles(data.events, { heldOut: join(folder, 'pairs.txt') }))).toEqual([1, 2]);
  });

  test('and refused where it belongs to other data', async () => {
    const cut = cutByFiles(data.events, { heldOut: join(folder, 'others.csv') });
    await expect(cut).rejects.toThrow(/3 lines are no event of the data/);
  });

  test('validation leaves the test events out of every part', async () => {
    const [valid, ...more] = await chooseProtocols(data, { split: folder, protocols: [], seed: 1, part: 'valid' });
    expect([valid?.name, more.length]).toEqual(['a-random', 0]);
    expect([...(valid?.cuts[0] ?? [])]).toEqual([uses.train, uses.unused, uses.train, uses.heldOut]);
  });

  test('a folder without any such file is refused, naming them', async () => {
    const choice = { split: tmpdir(), protocols: [], seed: 1, part: 'test' as const };
    await expect(chooseProtocols(data, choice)).rejects.toThrow(/test.csv or random-test.csv/);
  });
});
