import { expect, test } from '@jest/globals';
import { film, fitted, question, trainingData } from '../../test/support/criteria-data.ts';
import { popularity } from './popularity.ts';

const films = ['1', '2', '3', '4'].map((id) => film(id));
const data = trainingData(films, [
  ['a', '1', 1, 0],
  ['b', '1', 1, 0],
  ['c', '1', 1, 0],
  ['a', '2', 1, 20],
  ['b', '2', 1, 10],
  ['a', '3', -1, 20],
]);

test('an event counts half after the half-life, the best item scores 1', async () => {
  const ask = await fitted(popularity, data, { halfLifeDays: '10' });
  // 1: 3 · ¼ = 0.75; 2: 1 + ½ = 1.5
  expect(await ask(question([]))).toEqual({
    items: ['2', '1', '3', '4'],
    scores: [1, 0.5, 0, 0],
    floor: null,
    because: [0, 0, -1, -1],
    labels: ['now'],
    reason: 'popular {}',
  });
});

test('without decay every event counts the same', async () => {
  const ask = await fitted(popularity, data, { halfLifeDays: '0' });
  expect((await ask(question([], { explain: false })))?.items.slice(0, 2)).toEqual(['1', '2']);
});

test('a catalogue that nobody watched is still listed, an empty one abstains', async () => {
  const unwatched = await fitted(popularity, trainingData(films, []));
  expect(await unwatched(question([]))).toMatchObject({
    items: ['1', '2', '3', '4'],
    scores: [0, 0, 0, 0],
    labels: [],
  });
  const empty = await fitted(popularity, trainingData([], []));
  expect(await empty(question([]))).toBeNull();
});

test('the model does not depend on when it is fitted', () => {
  expect(popularity.fit?.({ ...data, nowMs: 1e12 }, {})).toEqual(popularity.fit?.(data, {}));
});
