import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { ROOMS } from '../../scripts/directions.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const guide = read('CONTRIBUTING.md');
const allOf = (pattern: RegExp): string[] => [...guide.matchAll(pattern)].map(([, found = '']) => found);

test('every npm script that the guide names exists', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const named = allOf(/npm (?:run )?((?<=run )[a-z]+(?::[a-z]+)?|start|test)\b/g);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

test('every script file that the guide names exists', () => {
  const named = allOf(/(?:sh|bash) (scripts\/[\w.-]+)/g);
  expect(named.length).toBeGreaterThan(1);
  expect(named.filter((path) => !existsSync(new URL(`../../${path}`, import.meta.url)))).toEqual([]);
});

test('the guide tells the directions that the lint enforces', () => {
  const rows = [...guide.matchAll(/^\| `(\w+)` \|[^|]*\| ([^|]+) \|$/gm)].map(([, room = '', imports = '']) => [
    room,
    imports,
  ]);
  const told = Object.entries(ROOMS).map(([room, imports]) => {
    const said = imports.includes('*') ? 'every room' : imports.join(', ');
    return [room, room === 'contract' ? 'only `zod`' : said];
  });
  expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(told));
});

test('every variable of the test scripts is in the guide, and the other way round', () => {
  const sources = ['scripts/test.sh', 'scripts/jest.sh', 'scripts/rabbitmq.sh', 'scripts/kubernetes.sh']
    .map(read)
    .join('\n');
  const variables = (text: string): string[] => [...new Set(text.match(/MEDLEY_TEST_[A-Z_]+/g))].sort();
  expect(variables(guide)).toEqual(variables(sources));
});
