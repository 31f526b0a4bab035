import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { scoringRequestSchema } from '../../contract/request-batch.ts';
import { genericSample, readSamples } from './sample-requests.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medley-samples-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const read = async (text: string) => {
  const file = join(folder, 'request.json');
  await writeFile(file, text);
  return readSamples(file);
};

test('the generic request is one of the contract', () => {
  const rest = { id: 'a'.repeat(32), round: 0, mask: 1, planVersion: 1, skipped: {}, deadlineAtMs: 1, remainingMs: 1 };
  expect(() => scoringRequestSchema.parse({ ...genericSample, ...rest })).not.toThrow();
});

describe('sample requests', () => {
  test('are one object or a list of them', async () => {
    expect(await read('{"candidates": ["a"]}')).toEqual([{ candidates: ['a'] }]);
    expect(await read('[{"topN": 5}, {}]')).toEqual([{ topN: 5 }, {}]);
  });

  test.each([
    ['no JSON', '{', /JSON/],
    ['a list of none', '[]', /must be one request, or a list of 1 to 100/],
    ['a field there is not', '{"candidate": ["a"]}', /request 0: .*candidate/],
    ['a field that is not the sample’s to say', '{"id": "x"}', /request 0: .*id/],
    ['a bad one among good ones', '[{}, {"topN": 0}]', /request 1: topN/],
  ])('%s is a fault, said as a sentence', async (_, text, sentence) => {
    await expect(read(text)).rejects.toThrow(sentence);
  });

  test('a file that is not there is named', async () => {
    await expect(readSamples(join(folder, 'nothing.json'))).rejects.toThrow(/nothing\.json/);
  });
});
