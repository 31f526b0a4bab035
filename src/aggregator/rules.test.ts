import { describe, expect, test } from '@jest/globals';
import { sampleRequest } from '../../test/support/gathering-samples.ts';
import { type Item, itemSchema } from '../contract/item.ts';
import { fusionSchema, type Rules, rulesSchema } from '../contract/plan.ts';
import type { ScoringRequest } from '../contract/request-batch.ts';
import { fuse } from './fuse.ts';
import { applyRules } from './rules.ts';

const scores = { a: 10, b: 9, c: 8, d: 7, e: 6, f: 5 };
const genres: Readonly<Record<string, readonly string[]>> = {
  a: ['Drama'],
  b: ['Drama'],
  c: ['Drama', 'Crime'],
  d: ['Comedy'],
  e: ['Horror'],
  f: ['Comedy', 'Crime'],
};
const items = new Map<string, Item>(
  Object.entries(genres).map(([id, of]) => [id, itemSchema.parse({ id, title: id, genres: of, year: 1990 })]),
);

const chosenBy = (
  request: Partial<ScoringRequest>,
  rules: Partial<Rules> = {},
  catalogue: ReadonlyMap<string, Item> = items,
) => {
  const ranked = { criterion: 'history', weight: 1, items: Object.keys(scores), scores: Object.values(scores) };
  const fused = fuse([{ ...ranked, floor: null }], fusionSchema.parse({ normalise: 'none' }));
  return applyRules({
    fused,
    request: sampleRequest({ k: 3, ...request }),
    rules: rulesSchema.parse(rules),
    itemOf: (id) => catalogue.get(id),
    nowMs: 1_700_000_000_000,
  }).chosen;
};
const idsBy = (...given: Parameters<typeof chosenBy>): string =>
  chosenBy(...given)
    .map(({ id }) => id)
    .join('');

const watched = (...ids: string[]) => ({
  profile: { items: ids, weights: ids.map(() => 1), atMs: ids.map(() => 0) },
});

describe('what may be in the list', () => {
  test.each<[string, string, Partial<ScoringRequest>, Partial<Rules>]>([
    ['the best k', 'abc', {}, {}],
    ['nothing from the profile', 'bde', watched('a', 'c'), {}],
    ['the profile where the recommender does not exclude it', 'abc', { ...watched('a'), dropProfile: false }, {}],
    ['nothing seen or excluded', 'acd', { seen: ['b'] }, {}],
    ['only candidates', 'ce', { candidates: ['e', 'c', 'x'] }, {}],
    ['no seen candidate', 'e', { candidates: ['e', 'c'], seen: ['c'] }, {}],
    ['what passes the filters of the request', 'df', { filters: { genres: ['Comedy'] } }, {}],
    ['what passes the filters of the recommender', 'de', { k: 2 }, { filters: { withoutGenres: ['Drama'] } }],
    ['an included id in place of the last, though seen', 'abf', { include: ['f'], seen: ['f'] }, {}],
    ['an included id though filtered', 'acf', { include: ['a'], filters: { genres: ['Crime'] } }, {}],
    ['an included id that nothing scored, at the end', 'abx', { include: ['x'] }, {}],
    ['no more than k, however many are included', 'abc', { include: ['a', 'b', 'c', 'd'] }, {}],
    ['fewer than k where no more may be there', 'f', { seen: ['a', 'b', 'c', 'd', 'e'] }, {}],
  ])('holds %s: %s', (_, expected, request, rules) => {
    expect(idsBy(request, rules)).toBe(expected);
  });

  test('an item the catalogue does not know passes only where no attribute is asked for', () => {
    expect(idsBy({}, {}, new Map())).toBe('abc');
    expect(idsBy({ filters: { yearFrom: 1900 } }, {}, new Map())).toBe('');
  });

  test('a deleted item is out, though a model still lists it or the caller includes it', () => {
    const fused = fuse(
      [{ criterion: 'x', weight: 1, items: ['a', 'b'], scores: [2, 1], floor: null }],
      fusionSchema.parse({}),
    );
    const { chosen } = applyRules({
      fused,
      request: sampleRequest({ include: ['a'] }),
      rules: rulesSchema.parse({ pin: ['a'] }),
      itemOf: (id) => (id === 'a' ? null : undefined),
      nowMs: 0,
    });
    expect(chosen.map(({ id }) => id)).toEqual(['b']);
  });

  test('an item whose licence has ended is out, with or without filters', () => {
    const ended = itemSchema.parse({ id: 'a', title: 'a', availableUntilMs: 1_600_000_000_000 });
    expect(idsBy({}, {}, new Map([...items, ['a', ended]]))).toBe('bcd');
  });

  test('an included id that nothing scored has score 0', () => {
    expect(chosenBy({ include: ['x'] }).at(-1)).toEqual({ id: 'x', slot: -1, score: 0 });
  });
});

describe('where it is in the list', () => {
  test.each<[string, string, Partial<ScoringRequest>, Partial<Rules>]>([
    ['pins come first, in their order', 'eca', {}, { pin: ['e', 'c'] }],
    ['a pin that was seen is left out', 'eab', { seen: ['c'] }, { pin: ['e', 'c'] }],
    ['a pin that fails the filters is left out', 'df', { filters: { genres: ['Comedy'] } }, { pin: ['a'] }],
    ['a pin that nothing scored is there', 'xab', {}, { pin: ['x'] }],
    ['a boosted item rises', 'cab', {}, { boost: ['c'], boostFactor: 1.5 }],
    ['a buried item comes after everything else', 'bcdefa', { k: 6 }, { bury: ['a'] }],
    ['a buried item is not there where others fill the list', 'bcd', {}, { bury: ['a'] }],
    ['a buried item that is included is there, at the end', 'bca', { include: ['a'] }, { bury: ['a'] }],
  ])('%s: %s', (_, expected, request, rules) => {
    expect(idsBy(request, rules)).toBe(expected);
  });

  test('a boost shows in the score', () => {
    expect(chosenBy({}, { boost: ['c'], boostFactor: 1.5 })[0]).toMatchObject({ id: 'c', score: 12 });
  });
});

describe('diversity', () => {
  test.each<[string, string, number, Rules['diversity']]>([
    ['without it neighbours may be alike', 'abc', 3, { mmrLambda: 1 }],
    ['each next item is unlike those before', 'ade', 3, { mmrLambda: 0.3 }],
    ['no genre has more than its cap', 'ade', 3, { mmrLambda: 1, maxPerGenre: 1 }],
    ['a cap leaves places empty rather than be broken', 'ade', 6, { mmrLambda: 1, maxPerGenre: 1 }],
    ['a cap of two', 'abde', 4, { mmrLambda: 1, maxPerGenre: 2 }],
  ])('%s: %s', (_, expected, k, diversity) => {
    expect(idsBy({ k }, { diversity })).toBe(expected);
  });

  test('an included id is there whatever the cap says', () => {
    const chosen = idsBy({ include: ['b'] }, { diversity: { mmrLambda: 1, maxPerGenre: 1 } });
    expect([...chosen].sort().join('')).toBe('abd');
  });

  test('reaches beyond its pool where the cap has used the pool up', () => {
    const many = Array.from({ length: 300 }, (_, at) => `drama-${at}`);
    const fused = fuse(
      [
        {
          criterion: 'x',
          weight: 1,
          items: [...many, 'last'],
          scores: [...many, 'last'].map((_, at) => 400 - at),
          floor: null,
        },
      ],
      fusionSchema.parse({}),
    );
    const { chosen } = applyRules({
      fused,
      request: sampleRequest({ k: 2 }),
      rules: rulesSchema.parse({ diversity: { maxPerGenre: 1 } }),
      itemOf: (id) => itemSchema.parse({ id, title: id, genres: [id === 'last' ? 'Comedy' : 'Drama'] }),
      nowMs: 0,
    });
    expect(chosen.map(({ id }) => id)).toEqual(['drama-0', 'last']);
  });
});

describe('an absolute sum', () => {
  const fusion = fusionSchema.parse({ kind: 'sum', normalise: 'none' });
  const ranked = (scored: Readonly<Record<string, number>>) => ({
    criterion: 'any',
    weight: 1,
    items: Object.keys(scored),
    scores: Object.values(scored),
    floor: null,
  });
  const fused = fuse([ranked({ x: 5, y: 3, z: 1 }), ranked({ y: 1, z: 1 })], fusion);
  const choose = (rules: Partial<Rules>) =>
    applyRules({ fused, request: sampleRequest(), rules: rulesSchema.parse(rules), itemOf: () => undefined, nowMs: 0 });

  test('lists what has a total before what has none, and says null', () => {
    expect(choose({}).chosen.map(({ id, score }) => [id, score])).toEqual([
      ['y', 4],
      ['z', 2],
      ['x', null],
    ]);
  });

  test('is ranked by a boost and keeps its total', () => {
    const [first] = choose({ boost: ['z'], boostFactor: 3 }).chosen;
    expect(first).toMatchObject({ id: 'z', score: 2 });
  });
});

test('the list is exact when nothing was cut off, and not when an unlisted item may beat it', () => {
  const whole = { criterion: 'x', weight: 1, items: ['a', 'b', 'c'], scores: [3, 2, 1], floor: null };
  const choose = (floor: number | null) =>
    applyRules({
      fused: fuse([{ ...whole, floor }], fusionSchema.parse({})),
      request: sampleRequest({ k: 2, seen: ['a'] }),
      rules: rulesSchema.parse({}),
      itemOf: () => undefined,
      nowMs: 0,
    }).exact;
  expect([choose(null), choose(1), choose(1.5)]).toEqual([true, true, false]);
});

test.each<[string, Partial<ScoringRequest>, Partial<Rules>]>([
  ['no rule', {}, {}],
  ['seen items', watched('a', 'c'), {}],
  ['candidates', { candidates: ['e', 'c'] }, {}],
  ['filters', { filters: { genres: ['Comedy'] } }, {}],
  ['boosts', {}, { boost: ['f'], boostFactor: 10 }],
])('with %s the short way gives what the long way gives', (_, request, rules) => {
  expect(chosenBy(request, rules)).toEqual(chosenBy(request, { ...rules, bury: ['nowhere'] }));
});
