import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

/** docs/operator.md names every reason of a condition or an Event, and none that no code gives. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(root, 'docs/operator.md'), 'utf8');
const sources = readdirSync(join(root, 'src/operator'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .map((file) => readFileSync(join(root, 'src/operator', file), 'utf8'))
  .join('\n');

/** Where a reason is given: as a field, to `yes` and `said`, or as one of two. */
const given = [
  /reason: '([A-Z]\w+)'/g,
  /\byes\('([A-Z]\w+)'/g,
  /\bsaid\('\w+', '([A-Z]\w+)'/g,
  /reason: [^,\n]*\? '([A-Z]\w+)'/g,
  /reason: [^,\n]*\? '[A-Z]\w+' : '([A-Z]\w+)'/g,
];
const reasons = new Set(given.flatMap((pattern) => [...sources.matchAll(pattern)].map(([, reason = '']) => reason)));
const inTables = page
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .flatMap((line) => [...(line.split('|')[2] ?? '').matchAll(/`([A-Z]\w+)`/g)].map(([, reason = '']) => reason));

test('every reason the code gives is explained', () => {
  expect(reasons.size).toBeGreaterThan(25);
  expect([...reasons].filter((reason) => !page.includes(`\`${reason}\``))).toEqual([]);
});

test('no reason is explained that no code gives', () => {
  expect(inTables.length).toBeGreaterThan(20);
  expect(inTables.filter((reason) => !reasons.has(reason))).toEqual([]);
});
