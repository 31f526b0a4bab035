import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { readJsonFile } from './json-file.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-json-'));
});
afterAll(() => rm(folder, { recursive: true }));

const read = (path: string) => readJsonFile({ path, what: 'The films', schema: z.object({ films: z.int() }) });
const write = async (text: string): Promise<string> => {
  const path = join(folder, 'films.json');
  await writeFile(path, text);
  return path;
};

test('what a file holds is read by its schema; no file is no fault', async () => {
  expect(await read(await write('{"films": 3, "more": 1}'))).toEqual({ films: 3 });
  expect(await read(join(folder, 'nowhere.json'))).toBeUndefined();
});

test.each([
  ['no JSON', '{', SyntaxError],
  ['another shape', '{"films":"many"}', z.ZodError],
])('%s is a fault that names the file, and keeps its cause', async (_, text, kind) => {
  const path = await write(text);
  const error = await read(path).catch((cause: unknown) => cause as Error);
  expect(error).toMatchObject({ name: 'InvalidInputError', cause: expect.any(kind) });
  expect(String(error)).toContain(`The films in ${path}`);
});

test('so is a path that can be no file', async () => {
  await expect(read(folder)).rejects.toThrow(/EISDIR/);
});
