import { expect, test } from '@jest/globals';
import { film, fitted, question, trainingData } from '../../test/support/criteria-data.ts';
import { freshness } from './freshness.ts';

const nowMs = Date.UTC(2026, 6, 1);
const ask = async (films: readonly ReturnType<typeof film>[], watched: readonly string[], settings = {}) => {
  const answer = await fitted(freshness, trainingData(films, []), settings);
  return answer(question(watched, { nowMs }));
};
const films = [
  film('old', { year: 1930, genres: ['Drama'] }),
  film('w1', { year: 2024, genres: ['War'] }),
  film('d1', { year: 2024, genres: ['Drama'] }),
  film('d2', { year: 2000, genres: ['Drama'] }),
  film('added', { year: 1930, addedAtMs: nowMs }),
  film('unknown'),
];

test('newness halves with age, and what was added lately is new whatever its year', async () => {
  const scored = await ask(films, [], { genreShare: '0', halfLifeYears: '2' });
  expect(scored?.items.slice(0, 3)).toEqual(['added', 'd1', 'w1']);
  expect(scored?.scores[0]).toBe(1);
  expect(scored?.scores[1]).toBeCloseTo(0.5, 3);
  expect(scored?.items).not.toContain('unknown');
  expect(scored?.reason).toBe('new in {}');
  expect(scored?.because?.map((at) => scored.labels?.[at]).slice(0, 2)).toEqual(['2026', '2024']);
});

test('of films equally new, those of his genres come first', async () => {
  const items = [
    ...films,
    ...Array.from({ length: 9 }, (_, i) => film(`x${i}`, { year: 1950, genres: ['Drama'] })),
    film('w2', { year: 1950, genres: ['War'] }),
  ];
  expect((await ask(items, ['w2']))?.items.filter((id) => id === 'w1' || id === 'd1')).toEqual(['w1', 'd1']);
});

test('a film of the future is as new as can be, no more', async () => {
  const scored = await ask([film('1', { year: 2030 })], []);
  expect(scored?.scores).toEqual([0.5]);
});

test('it abstains when the age of no film is known', async () => {
  expect(await ask([film('1')], [])).toBeNull();
  expect(await ask([], [])).toBeNull();
});
