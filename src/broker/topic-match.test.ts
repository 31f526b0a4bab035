import { expect, test } from '@jest/globals';
import { topicMatches } from './topic-match.ts';

test.each([
  ['a.b', 'a.b', true],
  ['a.b', 'a.c', false],
  ['a.b', 'a.b.c', false],
  ['a.*', 'a.b', true],
  ['a.*', 'a', false],
  ['a.*', 'a.b.c', false],
  ['*.b', 'a.b', true],
  ['#', '', true],
  ['#', 'a.b.c', true],
  ['a.#', 'a', true],
  ['a.#', 'a.b.c', true],
  ['a.#', 'b', false],
  ['#.c', 'a.b.c', true],
  ['#.c', 'c', true],
  ['a.#.d', 'a.b.c.d', true],
  ['a.#.*', 'a', false],
  ['#.#', 'a', true],
])('%j and %j: %j', (pattern, key, matches) => {
  expect(topicMatches(pattern, key)).toBe(matches);
});
