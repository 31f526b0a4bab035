import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createRanking } from './rules-ranking.ts';

test('walks in order, whatever order things came in, and as often as wanted', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (members) => {
      const ranking = createRanking([...members], (one, other) => one < other);
      const sorted = members.toSorted((a, b) => a - b);
      expect([...ranking]).toEqual(sorted);
      expect([...ranking]).toEqual(sorted);
    }),
  );
});

test('works out no more than what is looked at', () => {
  const members = Array.from({ length: 1_000 }, (_, at) => (at * 7_919) % 1_000);
  let comparisons = 0;
  const ranking = createRanking(members, (one, other) => {
    comparisons += 1;
    return one < other;
  });
  const first: number[] = [];
  for (const one of ranking) if (first.push(one) === 10) break;
  expect(first).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(comparisons).toBeLessThan(3_000);
});
