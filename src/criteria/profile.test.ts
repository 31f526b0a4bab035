import { expect, test } from '@jest/globals';
import { film, question } from '../../test/support/criteria-data.ts';
import { decodeCatalogue, encodeCatalogue } from './catalogue.ts';
import { catalogueSpace } from './item-space.ts';
import { createProfileReader, type Weighing } from './profile.ts';

const space = catalogueSpace(decodeCatalogue(encodeCatalogue(['1', '2', '3'].map((id) => film(id)))));
const read = (weighing: Weighing, asked: ReturnType<typeof question>) => {
  const { count, items, weights, liked } = createProfileReader(space, weighing)(asked);
  return { items: [...items.subarray(0, count)], weights: [...weights.subarray(0, count)], liked };
};
const plain = { halfLifeItems: 0, starWeight: 0 };
const asked = question([['3', 1.5], 'unknown', ['1', -1], ['2', 0]]);

test('unknown items and events that say nothing of taste are left out, dislikes are kept', () => {
  expect(read(plain, asked)).toEqual({ items: [2, 0], weights: [1, -1], liked: 1 });
});

test('an item counts half after so many newer ones, known or not', () => {
  expect(read({ ...plain, halfLifeItems: 1 }, asked).weights).toEqual([1, -0.25]);
});

test('however old, an item counts at least its floor when told to', () => {
  expect(read({ ...plain, halfLifeItems: 1, ageFloor: 0.2 }, asked).weights).toEqual([1, expect.closeTo(-0.4, 12)]);
});

test('stars count as far as they are told to', () => {
  expect(read({ ...plain, starWeight: 1 }, asked).weights).toEqual([1.5, -1]);
  expect(read({ ...plain, starWeight: 0.5 }, asked).weights).toEqual([1.25, -1]);
});

test('an item as subject is a profile of that one item', () => {
  const similar = question(['1', '2'], { subject: { kind: 'item', id: '3' } });
  expect(read({ halfLifeItems: 1, starWeight: 1 }, similar)).toEqual({ items: [2], weights: [1], liked: 1 });
});

test('a profile longer than any on the wire is read whole', () => {
  expect(read(plain, question(Array.from({ length: 1_500 }, () => '1'))).items).toHaveLength(1_500);
});
