import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { samplePlan } from '../../test/support/gathering-samples.ts';
import { readPlanFile } from './plan-file.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-plans-'));
});
afterAll(() => rm(folder, { recursive: true }));

const write = async (text: string): Promise<string> => {
  const path = join(folder, 'plans.json');
  await writeFile(path, text);
  return path;
};

test('the plans of a file are read', async () => {
  const path = await write(JSON.stringify({ plans: [samplePlan()] }));
  expect(await readPlanFile(path)).toEqual({ plans: [samplePlan()], setVersion: 0 });
});

test.each([
  ['no JSON', '{', /JSON/],
  ['another shape', '{"plans":[{"recommender":"home"}]}', /plans\.0\.version/],
])('%s is refused with its faults', async (_, text, fault) => {
  await expect(readPlanFile(await write(text))).rejects.toThrow(fault);
});

test('a file that is not there yet holds no plans; a path that can be none is refused', async () => {
  expect(await readPlanFile(join(folder, 'nowhere.json'))).toEqual({ plans: [], setVersion: 0 });
  await expect(readPlanFile(folder)).rejects.toThrow(/EISDIR/);
});
