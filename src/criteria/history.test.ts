import { expect, test } from '@jest/globals';
import { film, fitted, question, trainingData, type Watch } from '../../test/support/criteria-data.ts';
import { decodeArtefact } from './artefact.ts';
import { encodeCatalogue } from './catalogue.ts';
import { visitEaseColumns } from './ease.ts';
import { history } from './history.ts';
import { collectInteractions } from './interactions.ts';
import { readLinks } from './links.ts';

const films = ['1', '2', '3', '4', '5', '6'].map((id) => film(id));
/** Two tastes: 1, 2, 3 and 4, 5. Nobody watched 6. */
const data = trainingData(films, [
  ...['a', 'b', 'c', 'd'].flatMap((user) => ['1', '2', '3'].map((id): Watch => [user, id])),
  ...['e', 'f', 'g'].flatMap((user) => ['4', '5'].map((id): Watch => [user, id])),
  ['h', '1'],
  ['h', '4'],
]);

test('films of the same taste come first, because of the film that says most', async () => {
  const ask = await fitted(history, data, { lambda: '1' });
  const scored = await ask(question(['1', '4', '2']));
  expect(scored?.items).toEqual(['3', '5']);
  expect(scored?.reason).toBe('because you watched {}');
  expect(scored?.because?.map((at) => scored.labels?.[at])).toEqual(['Film 2', 'Film 4']);
});

/** As Steck (2019) has it. */
const plain = { userExponent: '0', popularityExponent: '0' };

test.each([
  ['by its users', { links: '1' }],
  ['by links for all', { links: '1000', wholeUsers: '0' }],
])('kept %s, the score is that of the whole matrix', async (_, kept) => {
  const interactions = collectInteractions(data);
  const values = new Float64Array(interactions.item.length).fill(1);
  const expected: number[] = [];
  visitEaseColumns({ interactions, values, lambda: 3 }, (target, column) => {
    expected[target] = (column[0] as number) + (column[3] as number);
  });
  const ask = await fitted(history, data, { lambda: '3', ...plain, ...kept });
  const scored = await ask(question(['4', '1'], { candidates: ['2', '3', '5', '6'] }));
  for (const [position, id] of (scored?.items ?? []).entries()) {
    expect(scored?.scores[position]).toBeCloseTo(expected[interactions.ids.indexOf(id)] as number, 6);
  }
  expect(scored?.items.toSorted()).toEqual(['2', '3', '5']);
});

test.each(['0', '100'])(
  'the more like a film, the less its score is when told to: wholeUsers %s',
  async (wholeUsers) => {
    const asked = question(['1'], { candidates: ['2', '4'] });
    const scoresAt = async (popularityExponent: string) => {
      const ask = await fitted(history, data, { lambda: '1', wholeUsers, popularityExponent });
      return (await ask(asked))?.scores as number[];
    };
    const [second, fourth] = await scoresAt('0');
    // Film 2 has four viewers, film 4 has four, too; a square root halves both.
    expect(await scoresAt('0.5')).toEqual([second, fourth].map((score) => expect.closeTo((score as number) / 2, 6)));
  },
);

test.each(['0', '100'])('who watched more says less of each film when told to: wholeUsers %s', async (wholeUsers) => {
  const watches: Watch[] = [
    ['a', '1'],
    ['a', '2'],
    ['b', '1'],
    ['b', '3'],
    ['b', '4'],
    ['b', '5'],
  ];
  const scoresAt = async (userExponent: string) => {
    const settings = { lambda: '1', popularityExponent: '0', wholeUsers, userExponent };
    const ask = await fitted(history, trainingData(films, watches), settings);
    return (await ask(question(['1'], { candidates: ['2', '3'] })))?.scores ?? [];
  };
  // a watched two films, b four: what a says, film 2 after film 1, gains on what b says, film 3 after film 1.
  const even = await scoresAt('0');
  const weighed = await scoresAt('1');
  expect(weighed[0] as number).toBeGreaterThan(even[0] as number);
  expect(weighed[1] as number).toBeLessThan(even[1] as number);
});

test.each(['0', '100'])(
  'a dislike takes away and never recommends, neither the like nor the unlike: wholeUsers %s',
  async (wholeUsers) => {
    const ask = await fitted(history, data, { lambda: '1', wholeUsers });
    const scores = async (watched: Parameters<typeof question>[0]) => {
      const scored = await ask(question(watched, { candidates: ['2', '3', '5'] }));
      return Object.fromEntries((scored?.items ?? []).map((id, position) => [id, scored?.scores[position] as number]));
    };
    const liked = await scores(['4']);
    const mixed = await scores(['4', ['1', -1]]);
    expect(mixed['2']).toBeLessThan(liked['2'] as number);
    expect(mixed['5']).toBeLessThanOrEqual(liked['5'] as number);
  },
);

test('it abstains when it knows no liked film of the profile', async () => {
  const ask = await fitted(history, data);
  expect(await ask(question([]))).toBeNull();
  expect(await ask(question(['6', 'unknown']))).toBeNull();
  expect(await ask(question([['1', -1]]))).toBeNull();
});

test('a film as subject is answered with films like it', async () => {
  const ask = await fitted(history, data, { lambda: '1' });
  const scored = await ask(question([], { subject: { kind: 'item', id: '5' }, drop: new Set(['5']) }));
  expect(scored?.items[0]).toBe('4');
  expect(scored?.labels?.[0]).toBe('Film 5');
});

test('where neither users nor items fit into memory, only the most watched items are modelled', () => {
  const users = 700;
  const many: Watch[] = Array.from({ length: users }, (_, u): Watch[] => [
    [`u${u}`, String(u)],
    [`u${u}`, String((u + 1) % 300)],
  ]).flat();
  const world = trainingData(
    Array.from({ length: users }, (_, i) => film(String(i))),
    many,
  );
  const model = history.fit?.(world, { memoryMiB: '1' }) as Uint8Array;
  const most = Math.floor(Math.sqrt(2 ** 20 / 8));
  const ids = decodeArtefact(model, 'history').texts('ids');
  expect(ids).toHaveLength(most);
  expect(ids.slice(0, 300)).toEqual(Array.from({ length: 300 }, (_, i) => String(i)));
});

test('stars weigh in the fit when told to', () => {
  const rated = trainingData(films, [
    ['a', '1', 1.5],
    ['a', '2', 0.5],
    ['b', '1', 1],
    ['b', '2', 1],
  ]);
  const strengths = (settings: Record<string, string>) => [
    ...readLinks(decodeArtefact(history.fit?.(rated, settings) as Uint8Array, 'history')).strength,
  ];
  // XᵀX: without stars [[2, 2], [2, 2]], with [[3.25, 1.75], [1.75, 1.25]]; λ = 1: B₁₂ = 2 / 3 and 1.75 / 4.25.
  expect(strengths({ ...plain, lambda: '1', fitStarWeight: '0' })[0]).toBeCloseTo(2 / 3, 6);
  expect(strengths({ ...plain, lambda: '1', fitStarWeight: '1' })[0]).toBeCloseTo(1.75 / 4.25, 6);
});

test('a film that left the catalogue is neither listed nor named as the reason', async () => {
  const model = history.fit?.(data, { lambda: '1' }) as Uint8Array;
  const left = films.filter(({ id }) => id !== '1' && id !== '3');
  const loaded = await history.definition.load({ catalogue: encodeCatalogue(left), history: model }, {});
  const scored = await history.definition.score(question(['1']), loaded, new AbortController().signal);
  expect(scored?.items).toContain('2');
  expect(scored?.items).not.toContain('3');
  expect(scored?.because?.[0]).toBe(-1);
});

test('it is served from shared memory', async () => {
  const share = (bytes: Uint8Array) => {
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.byteLength));
    shared.set(bytes);
    return shared;
  };
  const artefacts = { catalogue: share(encodeCatalogue(films)), history: share(history.fit?.(data, {}) as Uint8Array) };
  const loaded = await history.definition.load(artefacts, {});
  const scored = await history.definition.score(question(['1']), loaded, new AbortController().signal);
  expect(scored?.items.slice(0, 2).toSorted()).toEqual(['2', '3']);
});
