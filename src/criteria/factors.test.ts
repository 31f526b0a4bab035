import { expect, test } from '@jest/globals';
import { film, fitted, question, trainingData, type Watch } from '../../test/support/criteria-data.ts';
import { encodeCatalogue } from './catalogue.ts';
import { factors } from './factors.ts';

const films = ['1', '2', '3', '4', '5', '6'].map((id) => film(id));
/** Two tastes: 1, 2, 3 and 4, 5. Nobody watched 6. */
const data = trainingData(films, [
  ...['a', 'b', 'c', 'd'].flatMap((user) => ['1', '2', '3'].map((id): Watch => [user, id])),
  ...['e', 'f', 'g'].flatMap((user) => ['4', '5'].map((id): Watch => [user, id])),
  ['h', '1'],
  ['h', '4'],
]);
const settings = { dims: '4', epochs: '20', lambda: '0.02', unobserved: '0.1' };

test('films of the same taste come first, because of the film that says most', async () => {
  const ask = await fitted(factors, data, settings);
  const scored = await ask(question(['1', '2', '5']));
  expect(scored?.items.slice(0, 2)).toEqual(['3', '4']);
  expect(scored?.reason).toBe('because you watched {}');
  const reasons = scored?.because?.map((at) => scored.labels?.[at]) ?? [];
  expect(['Film 1', 'Film 2']).toContain(reasons[0]);
  expect(reasons[1]).toBe('Film 5');
});

test('a watch of a longer profile counts less when told to, both of the fit and of the one who asks', async () => {
  const scoreAt = async (userExponent: string, watched: string[]) => {
    const ask = await fitted(factors, data, { ...settings, userExponent });
    return (await ask(question(watched, { candidates: ['3'] })))?.scores[0] as number;
  };
  // Twenty watches of eight users: two films are less than the average of 2.5, so that each counts more.
  expect(await scoreAt('1', ['1', '2'])).toBeGreaterThan(await scoreAt('0', ['1', '2']));
  expect(await scoreAt('1', ['1', '2', '4', '5'])).toBeLessThan(await scoreAt('0', ['1', '2', '4', '5']));
});

test('a dislike takes away from what is like it', async () => {
  const ask = await fitted(factors, data, settings);
  const scoreOf = async (watched: Parameters<typeof question>[0]) =>
    (await ask(question(watched, { candidates: ['2'] })))?.scores[0] as number;
  expect(await scoreOf(['4', ['1', -1]])).toBeLessThan(await scoreOf(['4']));
});

test('it abstains when it knows no liked film of the profile', async () => {
  const ask = await fitted(factors, data, settings);
  expect(await ask(question([]))).toBeNull();
  expect(await ask(question(['6', 'unknown']))).toBeNull();
  expect(await ask(question([['1', -1]]))).toBeNull();
});

test('a film as subject is answered with films like it', async () => {
  const ask = await fitted(factors, data, settings);
  const scored = await ask(question([], { subject: { kind: 'item', id: '5' }, drop: new Set(['5']) }));
  expect(scored?.items[0]).toBe('4');
  expect(scored?.labels?.[0]).toBe('Film 5');
});

test('a film that left the catalogue is neither listed nor named as the reason', async () => {
  const model = factors.fit?.(data, settings) as Uint8Array;
  const left = films.filter(({ id }) => id !== '1' && id !== '3');
  const loaded = await factors.definition.load({ catalogue: encodeCatalogue(left), factors: model }, {});
  const scored = await factors.definition.score(question(['1']), loaded, new AbortController().signal);
  expect(scored?.items).toContain('2');
  expect(scored?.items).not.toContain('3');
  expect(scored?.because?.[0]).toBe(-1);
});

test('another seed begins elsewhere and ends with the same order of the films', async () => {
  const one = await fitted(factors, data, settings);
  const other = await fitted(factors, data, { ...settings, seed: '77' });
  const asked = question(['1', '2', '5']);
  expect((await other(asked))?.items.slice(0, 2)).toEqual((await one(asked))?.items.slice(0, 2));
});
