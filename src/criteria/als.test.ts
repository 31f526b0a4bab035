import { expect, test } from '@jest/globals';
import { film, trainingData, type Watch } from '../../test/support/criteria-data.ts';
import { factorise } from './als.ts';
import { collectInteractions } from './interactions.ts';

/** Some watch three films of a wide shelf, some thirty, so that short and whole solves both take part. */
const watches: Watch[] = Array.from({ length: 16 }, (_, u) =>
  Array.from({ length: u % 4 === 0 ? 30 : 3 }, (_, k): Watch => [`u${u}`, String((u * 7 + k * (1 + (u % 3))) % 40)]),
).flat();
const interactions = collectInteractions(
  trainingData(
    Array.from({ length: 40 }, (_, i) => film(String(i))),
    watches,
  ),
);
const { users, start, item, ids } = interactions;
const dims = 16;
const parameters = { dims, unobserved: 0.2, lambda: 0.05, exponent: 0.5 };
const begin = Float32Array.from({ length: ids.length * dims }, (_, i) => ((i * 7919) % 101) / 500 - 0.1);

/** Solves any system by elimination: the plain way, to compare with. */
const eliminate = (matrix: number[][], right: number[]): number[] => {
  const rows = matrix.map((row, i) => [...row, right[i] as number]);
  for (let i = 0; i < rows.length; i++) {
    const pivot = rows[i] as number[];
    for (const [j, row] of rows.entries()) {
      const share = j === i ? 0 : (row[i] as number) / (pivot[i] as number);
      for (let k = i; k < row.length; k++) row[k] = (row[k] as number) - share * (pivot[k] as number);
    }
  }
  return rows.map((row, i) => (row.at(-1) as number) / (row[i] as number));
};

/** The factors of one side by the formula, from those of the other. */
const solvePlainly = (other: number[][], groups: (readonly [number, number])[][]): number[][] =>
  groups.map((members) => {
    const ridge = parameters.lambda * (members.length + parameters.unobserved * other.length) ** parameters.exponent;
    const matrix = Array.from({ length: dims }, (_, a) =>
      Array.from({ length: dims }, (_, b) => {
        const product = (row: number[]) => (row[a] as number) * (row[b] as number);
        const all = other.reduce((sum, row) => sum + product(row), 0) * parameters.unobserved;
        return members.reduce(
          (sum, [one, c]) => sum + c * product(other[one] as number[]),
          all + (a === b ? ridge : 0),
        );
      }),
    );
    const right = Array.from({ length: dims }, (_, k) =>
      members.reduce((sum, [one, c]) => sum + c * ((other[one] as number[])[k] as number), 0),
    );
    return eliminate(matrix, right);
  });

test('one round is what the formula says, for rows of few entries and of many', () => {
  const values = Float64Array.from(item, (_, entry) => 0.5 + (entry % 3) / 2);
  const watched = Array.from({ length: users }, (_, u) =>
    Array.from(item.subarray(start[u], start[u + 1]), (one, at) => {
      return [one, values[(start[u] as number) + at] as number] as const;
    }),
  );
  const watchedBy = ids.map((_, i) =>
    watched.flatMap((items, u) => items.filter(([one]) => one === i).map(([, c]) => [u, c] as const)),
  );
  const rows = ids.map((_, i) => [...begin.subarray(i * dims, (i + 1) * dims)]);
  const expected = solvePlainly(solvePlainly(rows, watched), watchedBy).flat();
  const found = factorise({ interactions, values, ...parameters, epochs: 1, items: begin });
  let worst = 0;
  for (const [at, value] of expected.entries()) worst = Math.max(worst, Math.abs(value - (found[at] as number)));
  expect(worst).toBeLessThan(1e-4);
  expect(expected.some((value) => Math.abs(value) > 0.01)).toBe(true);
});

test('what a fit begins with is not overwritten', () => {
  const before = begin.slice();
  factorise({ interactions, values: new Float64Array(item.length).fill(1), ...parameters, epochs: 1, items: begin });
  expect(begin).toEqual(before);
});
