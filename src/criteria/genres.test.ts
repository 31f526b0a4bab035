import { expect, test } from '@jest/globals';
import { film, fitted, question, trainingData } from '../../test/support/criteria-data.ts';
import { genres } from './genres.ts';

const films = [
  ...['w1', 'w2', 'w3', 'w4', 'w5', 'w6', 'w7'].map((id) => film(id, { genres: ['Western'] })),
  ...Array.from({ length: 99 }, (_, i) => film(`d${i + 1}`, { genres: ['Drama'] })),
  film('m', { genres: ['Drama', 'Western'] }),
  film('c', { genres: ['Comedy'] }),
  film('none'),
];
const data = trainingData(films, [
  ['a', 'w7'],
  ['b', 'w7'],
  ['a', 'd1'],
  ['a', 'c'],
]);

test('films of the most watched genre come first, with the genre as the reason; ties by popularity', async () => {
  const ask = await fitted(genres, data);
  const scored = await ask(question(['w1', 'w2']));
  expect(scored?.items.slice(0, 2)).toEqual(['w7', 'w3']);
  expect(scored).toMatchObject({ reason: 'you often watch {}', labels: ['Western'] });
  expect(scored?.items).not.toContain('none');
  expect(scored?.items).not.toContain('w1');
});

test('the score is how much likelier each genre is his, over the root of their number, below 0 where it is less', async () => {
  const ask = await fitted(genres, data, { popularityShare: '0', smoothing: '2', halfLifeItems: '0' });
  const scored = await ask(question(['w1', 'w2'], { candidates: ['w3', 'm', 'c', 'd9', 'none', 'unknown'] }));
  expect(scored?.items).toEqual(['w3', 'm', 'none', 'c', 'd9']);
  // q: of 108 films with a genre and 4 watches 7 films, 2 watches and half of m; p: 2 films of his and 2 usual ones.
  const usual = (7 + 2 + 0.5) / 112;
  const western = 0.5 * Math.log((2 + 2 * usual) / 4 / usual);
  const other = 0.5 * Math.log(0.5);
  expect(scored?.scores[0]).toBeCloseTo(western, 9);
  expect(scored?.scores[1]).toBeCloseTo((western + other) / Math.SQRT2, 9);
  expect(scored?.scores.slice(2)).toEqual([0, other, other].map((one) => expect.closeTo(one, 9)));
  expect(scored?.because).toEqual([0, 0, -1, -1, -1]);
});

test('films of the years he watches count as well, those around them nearly as much, and are a reason of their own', async () => {
  const years = [1950, 1990, 1993, 1970, 1950, 1960, 2010].map((year, at) =>
    film(`y${at}`, { year, genres: at === 6 ? ['War'] : ['Drama'] }),
  );
  const ask = await fitted(genres, trainingData(years, []), { popularityShare: '0' });
  const candidates = ['y2', 'y4', 'y5', 'y6'];
  const scored = await ask(question(['y1'], { candidates }));
  expect(scored?.items[0]).toBe('y2');
  expect(scored?.scores[0]).toBeGreaterThan(0);
  expect(scored?.scores[1]).toBeLessThan(0);
  const war = await ask(question(['y6', 'y1'], { candidates: ['y2'] }));
  expect(war?.labels).toEqual(['films of the 1990s']);
  const without = await fitted(genres, trainingData(years, []), { popularityShare: '0', eraShare: '0' });
  const flat = await without(question(['y1'], { candidates }));
  expect(new Set(flat?.scores.slice(0, 3)).size).toBe(1);
});

test('five watches in a new genre raise it in the very next answer', async () => {
  const ask = await fitted(genres, data);
  const dramas = ['d1', 'd2', 'd3', ...Array.from({ length: 60 }, () => 'd4')];
  const before = await ask(question(dramas, { candidates: ['w6', 'd1'], drop: new Set() }));
  const after = await ask(question(['w1', 'w2', 'w3', 'w4', 'w5', ...dramas], { candidates: ['w6'], drop: new Set() }));
  const scoreOf = (scored: typeof before) => scored?.scores[scored.items.indexOf('w6')];
  expect(scoreOf(before)).toBeLessThan(0);
  expect(scoreOf(after)).toBeGreaterThan(0);
});

test('a disliked genre is not recommended', async () => {
  const ask = await fitted(genres, data);
  const scored = await ask(question(['d1', 'd2', ['w1', -1]]));
  expect(scored?.items.filter((id) => id.startsWith('w'))).toEqual([]);
});

test('it abstains when nothing liked has a genre', async () => {
  const ask = await fitted(genres, data);
  expect(await ask(question([]))).toBeNull();
  expect(await ask(question(['none', 'unknown']))).toBeNull();
  expect(await ask(question([['w1', -1]]))).toBeNull();
});

test('an item as subject lists films of its genres', async () => {
  const ask = await fitted(genres, data);
  const scored = await ask(question([], { subject: { kind: 'item', id: 'c' }, drop: new Set(['c']) }));
  expect(scored?.items).toEqual([]);
  const similar = await ask(question([], { subject: { kind: 'item', id: 'd1' }, drop: new Set(['d1']), topN: 2 }));
  expect(similar?.items).toEqual(['d10', 'd11']);
});
