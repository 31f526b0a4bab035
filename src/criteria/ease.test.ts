import { expect, test } from '@jest/globals';
import { film, trainingData, type Watch } from '../../test/support/criteria-data.ts';
import { visitEaseColumns } from './ease.ts';
import { collectInteractions } from './interactions.ts';

/** The whole of B, `b[target][item]`. */
const columnsOf = (watches: readonly Watch[], lambda: number, from: 'users' | 'items') => {
  const ids = [...new Set(watches.map(([, item]) => item))];
  const interactions = collectInteractions(
    trainingData(
      ids.map((id) => film(id)),
      watches,
    ),
  );
  const values = Float64Array.from(interactions.weight);
  const columns: number[][] = [];
  const keep = (target: number, column: Float64Array) => {
    columns[target] = [...column];
  };
  visitEaseColumns({ interactions, values, lambda }, keep, from);
  return columns;
};

const byHand: Watch[] = [
  ['a', '1'],
  ['a', '2'],
  ['b', '1'],
];

test.each(['users', 'items'] as const)('two films, two users, by hand, from the side of the %s', (from) => {
  // G = XᵀX + I = [[3, 1], [1, 2]], P = G⁻¹ = [[2, -1], [-1, 3]] / 5; B₁₂ = -P₁₂ / P₂₂ = 1/3, B₂₁ = -P₂₁ / P₁₁ = 1/2.
  const [toFirst, toSecond] = columnsOf(byHand, 1, from);
  expect(toFirst?.[0]).toBe(0);
  expect(toFirst?.[1]).toBeCloseTo(1 / 2, 12);
  expect(toSecond?.[0]).toBeCloseTo(1 / 3, 12);
  expect(toSecond?.[1]).toBe(0);
});

/** Repeatable, uneven watches with uneven weights: more items than one block of columns. */
const world = (users: number, items: number): Watch[] =>
  Array.from({ length: users }, (_, u) =>
    Array.from({ length: 3 + ((u * 5) % 11) }, (_, k): Watch => {
      const item = (u * 7 + k * k * 3 + ((u * k) % 5)) % items;
      return [`u${u}`, String(item), 0.5 + ((u + k) % 4) / 2];
    }),
  ).flat();

test.each([
  [40, 150],
  [150, 40],
])('both sides agree to 1e-9: %i users, %i items', (users, items) => {
  const watches = world(users, items);
  const fromUsers = columnsOf(watches, 2, 'users');
  const fromItems = columnsOf(watches, 2, 'items');
  expect(fromUsers.length).toBe(fromItems.length);
  let worst = 0;
  for (const [target, column] of fromUsers.entries()) {
    for (const [item, value] of column.entries()) {
      worst = Math.max(worst, Math.abs(value - (fromItems[target]?.[item] as number)));
    }
  }
  expect(worst).toBeLessThan(1e-9);
  expect(fromItems.flat().some((value) => value < 0)).toBe(true);
});
