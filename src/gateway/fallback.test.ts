import { expect, test } from '@jest/globals';
import { samplePlan } from '../../test/support/gathering-samples.ts';
import type { Item } from '../contract/item.ts';
import type { Plan } from '../contract/plan.ts';
import { type FallbackQuestion, findFallback, type Lists, slotOf } from './fallback.ts';

const films: Item[] = [
  { id: '1', title: 'Alien', genres: ['Horror'], regions: [], year: 1979 },
  { id: '2', title: 'Brazil', genres: ['Comedy'], regions: [], year: 1985 },
  { id: '3', title: 'Carrie', genres: ['Horror'], regions: [], year: 1976 },
  { id: '4', title: 'Dune', genres: ['Sci-Fi'], regions: [], year: 2021 },
];

const listsOf = (remembered: readonly string[] = []): Lists => ({
  lastGood: {
    recall: (subjectKey, slot) =>
      subjectKey === 'user:17' && slot === 'home' ? remembered.map((id) => ({ id, score: 0.5 })) : [],
  },
  popular: {
    ranked: () => films.map((item, index) => ({ item, score: 1 - index / 10 })),
    get: (id) => films.find((item) => item.id === id),
  },
});

const question = (overrides: Partial<FallbackQuestion> = {}, plan: Partial<Plan> = {}): FallbackQuestion => ({
  plan: samplePlan(undefined, plan),
  subjectKey: 'user:17',
  slot: 'home',
  k: 3,
  drop: new Set(),
  include: [],
  filters: undefined,
  candidates: undefined,
  nowMs: 0,
  ...overrides,
});

const row = (asked: FallbackQuestion, remembered: readonly string[] = []): string => {
  const { source, items } = findFallback(asked, listsOf(remembered));
  return `${source}: ${items.map((one) => one.id).join(' ')}`.trim();
};

const rules = (overrides: object) => ({ rules: { ...samplePlan().rules, ...overrides } });

test.each<[string, FallbackQuestion, readonly string[], string]>([
  ['the last good answer goes first', question(), ['9', '8'], 'last-good: 9 8'],
  ['without one, popular items', question(), [], 'popular: 1 2 3'],
  ['another question has no last good answer', question({ slot: 'home {}' }), ['9'], 'popular: 1 2 3'],
  ['in the order of the plan', question({}, { fallback: ['popular', 'last-good'] }), ['9'], 'popular: 1 2 3'],
  ['only what the plan allows', question({}, { fallback: ['last-good'] }), [], 'none:'],
  ['nothing where the plan allows nothing', question({}, { fallback: [] }), ['9'], 'none:'],
  ['no total is ever invented', question({}, { fusion: { kind: 'sum', normalise: 'none' } }), ['9'], 'none:'],
  ['as many as asked for', question({ k: 1 }), ['9', '8'], 'last-good: 9'],
  ['what was seen since is dropped', question({ drop: new Set(['9', '1']) }), ['9', '8'], 'last-good: 8'],
  ['all of it seen: the next fallback', question({ drop: new Set(['9', '1']) }), ['9'], 'popular: 2 3 4'],
  ['all seen', question({ drop: new Set(['1', '2', '3', '4']) }), [], 'none:'],
  ['the caller’s filters', question({ filters: { genres: ['Horror'] } }), [], 'popular: 1 3'],
  ['the plan’s filters', question({}, rules({ filters: { yearFrom: 1980 } })), [], 'popular: 2 4'],
  [
    'both kinds of filters on a last good answer',
    question({}, rules({ filters: { yearFrom: 1980 } })),
    ['1', '2'],
    'last-good: 2',
  ],
  ['only the candidates', question({ candidates: new Set(['4', '1']) }), [], 'popular: 1 4'],
  [
    'what must be in it comes first, seen or not',
    question({ include: ['4'], drop: new Set(['4', '1']) }),
    [],
    'popular: 4 2 3',
  ],
  ['includes alone are no answer', question({ include: ['4'], drop: new Set(['1', '2', '3', '4']) }), [], 'none:'],
  ['includes that fill the row are one', question({ include: ['4', '9'], k: 2 }), [], 'popular: 4 9'],
  ['pins come before the list', question({}, rules({ pin: ['3'] })), [], 'popular: 3 1 2'],
  ['a pin that was seen stays away', question({ drop: new Set(['3']) }, rules({ pin: ['3'] })), [], 'popular: 1 2 4'],
  ['what is buried comes last', question({ k: 4 }, rules({ bury: ['1'] })), [], 'popular: 2 3 4 1'],
])('%s', (_, asked, remembered, expected) => {
  expect(row(asked, remembered)).toBe(expected);
});

test('popular items carry their titles and years', () => {
  expect(findFallback(question({ k: 1 }), listsOf()).items).toEqual([
    { id: '1', title: 'Alien', year: 1979, score: 1 },
  ]);
});

test('a slot is the recommender and the filters', () => {
  expect(slotOf('home', undefined)).toBe('home');
  expect(slotOf('home', { genres: ['Horror'] })).toBe('home {"genres":["Horror"]}');
});
