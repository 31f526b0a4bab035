import { expect, test } from '@jest/globals';
import { film, fitted, question, trainingData } from '../../test/support/criteria-data.ts';
import { sequence } from './sequence.ts';

const hour = 1 / 24;
const films = ['1', '2', '3', '4'].map((id) => film(id));
const data = trainingData(films, [
  ['a', '1', 1, 0],
  ['a', '2', 1, hour],
  ['a', '3', 1, 2 * hour],
  ['b', '3', 1, 0],
  ['b', '1', 1, hour],
  ['b', '2', 1, 40 * hour],
]);

test('a film d places later in one sitting counts 1/d, never the other way round', async () => {
  const ask = await fitted(sequence, data, { shrinkage: '0', nearness: '0' });
  // After 1: 2 once at once, 3 once two places later; b watched 2 in another sitting. Every film has two viewers.
  const scored = await ask(question(['1']));
  expect(scored?.items).toEqual(['2', '3']);
  expect(scored?.scores).toEqual([1 / 2, 1 / 4]);
  expect(scored).toMatchObject({ labels: ['Film 1'], reason: 'often watched after {}' });
  expect((await ask(question(['2'], { candidates: ['1'] })))?.scores).toEqual([0]);
});

test('a longer pause joins sittings, a shorter window looks less far', async () => {
  const patient = await fitted(sequence, data, { shrinkage: '0', nearness: '0', pauseHours: '100' });
  expect((await patient(question(['1'])))?.scores).toEqual([1, 1 / 4]);
  const near = await fitted(sequence, data, { shrinkage: '0', nearness: '0', window: '1' });
  expect((await near(question(['1'])))?.items).toEqual(['2']);
});

test('with nearness films some places before count nearly as much as the last one', async () => {
  const ask = await fitted(sequence, data, { shrinkage: '0', nearness: '10' });
  const scored = await ask(question(['1']));
  expect(scored?.scores).toEqual([1 / 22, 1 / 24].map((one) => expect.closeTo(one, 6)));
});

test('the last film watched counts most', async () => {
  const ask = await fitted(sequence, data, { shrinkage: '0', nearness: '0', halfLifeItems: '1' });
  // 3 after 2: ½ · 1; 1 after 3 and 2 after 3 came second: half of it.
  const scored = await ask(question(['2', '3'], { drop: new Set() }));
  expect(Object.fromEntries(scored?.items.map((id, at) => [id, scored.scores[at]]) ?? [])).toEqual({ 3: 0.5, 1: 0.25 });
});

test('it abstains when it knows no film of the profile', async () => {
  const ask = await fitted(sequence, data);
  expect(await ask(question(['4']))).toBeNull();
});
