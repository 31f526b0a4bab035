import { expect, test } from '@jest/globals';
import { createNearestLinks, type Links } from './links.ts';
import { createStrongestLinks } from './strongest-links.ts';

/** `source>target: strength` of every link. */
const spell = ({ rowStart, target, strength }: Links): string[] =>
  [...rowStart.keys()]
    .slice(0, -1)
    .flatMap((source) =>
      [...target.subarray(rowStart[source], rowStart[source + 1])].map(
        (to, at) => `${source}>${to}: ${strength[(rowStart[source] as number) + at]}`,
      ),
    );

test('nearest links: the greatest of each target, its own say left out, by rows of the source', () => {
  const nearest = createNearestLinks(3, 1);
  nearest.add(0, Float64Array.of(9, 0.25, 0.5), Int32Array.of(0, 1, 2));
  nearest.add(2, Float64Array.of(0.5, 0.125, 9), Int32Array.of(1));
  expect(spell(nearest.finish())).toEqual(['1>2: 0.125', '2>0: 0.5']);
});

const matrix = (size: number, value: (source: number, target: number) => number, average: number): Links => {
  const strongest = createStrongestLinks(size, average);
  for (let target = 0; target < size; target++) {
    strongest.add(
      target,
      Float64Array.from({ length: size }, (_, source) => value(source, target)),
    );
  }
  return strongest.finish();
};

test('strongest links: with room for all, all are kept but the diagonal and zeros', () => {
  const links = matrix(3, (source, target) => (source === 0 ? 0 : source - target / 2), 1_000);
  expect(spell(links)).toEqual(['1>0: 1', '2>0: 2', '2>1: 1.5']);
});

test('strongest links: the budget goes to the greatest by absolute value anywhere, and each row keeps its ten', () => {
  const size = 60;
  const strengthOf = (source: number, target: number) =>
    (source % 2 ? -1 : 1) * (source < 6 ? 100 + target : 1 + target / size);
  const links = matrix(size, strengthOf, 10);
  const rows = [...links.rowStart.keys()].slice(0, -1).map((row) => {
    const [start, end] = [links.rowStart[row] as number, links.rowStart[row + 1] as number];
    return { targets: [...links.target.subarray(start, end)], strengths: [...links.strength.subarray(start, end)] };
  });
  // Six strong rows have 6 · 59 = 354 links, all kept; the other 246 of the budget are the weak ones at the last targets.
  for (const row of rows.slice(0, 6)) expect(row.targets).toHaveLength(59);
  for (const [source, row] of rows.entries()) {
    expect(row.targets.length).toBeGreaterThanOrEqual(10);
    expect(new Set(row.targets).size).toBe(row.targets.length);
    expect(row.strengths).toEqual(row.targets.map((target) => Math.fround(strengthOf(source, target))));
  }
  expect(rows[30]?.targets.sort((a, b) => b - a).slice(0, 3)).toEqual([59, 58, 57]);
});

test('strongest links: values that are all equal are cut to the budget, not lost', () => {
  const links = matrix(40, () => 1, 15);
  const perRow = [...links.rowStart.keys()]
    .slice(0, -1)
    .map((row) => (links.rowStart[row + 1] as number) - (links.rowStart[row] as number));
  expect(Math.min(...perRow)).toBeGreaterThanOrEqual(10);
  expect(links.target.length).toBeGreaterThanOrEqual(600);
  expect(links.target.length).toBeLessThanOrEqual(1_000);
});
