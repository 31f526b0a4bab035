import { expect, test } from '@jest/globals';
import { generateData, worldOf } from './scale-world.ts';

const world = { ...worldOf(1), users: 300, items: 2_000 };
const { events, items } = generateData(world);

test('the same seed gives the same world, another one another', () => {
  expect(generateData(world).events.item).toEqual(events.item);
  expect(generateData({ ...world, seed: 2 }).events.item).not.toEqual(events.item);
});

test('everybody watched at least twenty films, no film twice, and some many', () => {
  const watched = Array.from({ length: world.users }, () => [] as number[]);
  for (const [at, user] of events.user.entries()) watched[user]?.push(events.item[at] as number);
  const lengths = watched.map((one) => one.length).sort((a, b) => a - b);
  expect(lengths[0]).toBeGreaterThanOrEqual(20);
  expect(lengths[150]).toBeGreaterThan(50);
  expect(lengths[150]).toBeLessThan(100);
  expect(lengths.at(-1)).toBeGreaterThan(600);
  for (const one of watched) expect(new Set(one).size).toBe(one.length);
});

test('few films have most of the watches', () => {
  const counts = new Int32Array(items.length);
  for (const item of events.item) counts[item] = (counts[item] as number) + 1;
  const sorted = [...counts].sort((a, b) => b - a);
  const shareOf = (first: number) => sorted.slice(0, first).reduce((sum, one) => sum + one, 0) / events.item.length;
  expect(shareOf(200)).toBeGreaterThan(0.35);
  expect(shareOf(200)).toBeLessThan(0.75);
});

test('a hundred times as much is ten million watches of sixty thousand films', () => {
  expect(worldOf(1)).toMatchObject({ users: 610, items: 9_724 });
  expect(worldOf(100).users).toBe(61_000);
  expect(worldOf(100).items).toBeGreaterThan(59_000);
  expect(worldOf(100).items).toBeLessThan(61_000);
});
