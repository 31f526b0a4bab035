import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { badResources } from '../../test/support/bad-resources.ts';
import { InvalidInputError } from '../contract/errors.ts';
import { readResources } from './read-resources.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'medley-bad-resources-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(badResources)(
  '$name: refused on one machine with the sentence of a cluster',
  async ({ yaml, path, says }) => {
    const file = join(folder, 'medley.yaml');
    writeFileSync(file, yaml);
    const error: unknown = await readResources([file]).catch((cause: unknown) => cause);
    if (!(error instanceof InvalidInputError)) throw new Error('expected it to be refused', { cause: error });
    expect(error.faults).toHaveLength(1);
    expect(error.faults[0]).toContain(`: ${path}: ${says}`);
  },
);
