import { expect, test } from '@jest/globals';
import { film, fitted, question, trainingData, type Watch } from '../../test/support/criteria-data.ts';
import { neighbours } from './neighbours.ts';

const films = ['1', '2', '3', '4'].map((id) => film(id));
/** Viewers: 1 has 4, 2 has 2, 3 has 1; together 1 and 2: 2, 1 and 3: 1, 2 and 3: 0. */
const data = trainingData(films, [
  ...['a', 'b', 'c', 'd'].map((user): Watch => [user, '1']),
  ['a', '2'],
  ['b', '2'],
  ['c', '3'],
]);

test('the similarity is the shrunken cosine of the viewers', async () => {
  const ask = await fitted(neighbours, data, { shrinkage: '2', userExponent: '0' });
  const scored = await ask(question(['1']));
  expect(scored?.items).toEqual(['2', '3']);
  expect(scored?.scores[0]).toBeCloseTo(2 / (Math.sqrt(8) + 2), 6);
  expect(scored?.scores[1]).toBeCloseTo(1 / (Math.sqrt(4) + 2), 6);
  expect(scored).toMatchObject({ floor: null, because: [0, 0], labels: ['Film 1'], reason: 'because you watched {}' });
});

test('who watched more says less of each pair when told to', async () => {
  const ask = await fitted(neighbours, data, { shrinkage: '0', userExponent: '1' });
  // The four watched 7 / 4 films on average; a and b two each, so each says 7 / 8.
  expect((await ask(question(['2'])))?.scores[0]).toBeCloseTo((2 * 7) / 8 / Math.sqrt(8), 6);
});

test('only so many neighbours speak for a film', async () => {
  const ask = await fitted(neighbours, data, { shrinkage: '0', links: '1', userExponent: '0' });
  expect((await ask(question(['2'])))?.scores[0]).toBeCloseTo(2 / Math.sqrt(8), 6);
  // 1 listens to 2 alone, so 3 has no voice.
  expect((await ask(question(['3'])))?.items).toEqual([]);
});

test('newer watches speak louder when told to', async () => {
  const ask = await fitted(neighbours, data, { shrinkage: '0', halfLifeItems: '1', userExponent: '0' });
  const scored = await ask(question(['2', '3'], { candidates: ['1'] }));
  expect(scored?.scores[0]).toBeCloseTo(2 / Math.sqrt(8) + 0.5 / Math.sqrt(4), 6);
});

test('it abstains for a film nobody watched', async () => {
  const ask = await fitted(neighbours, data);
  expect(await ask(question(['4']))).toBeNull();
});
