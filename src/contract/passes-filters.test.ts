import { expect, test } from '@jest/globals';
import type { Item } from './item.ts';
import { passesFilters } from './passes-filters.ts';
import type { Filters } from './request-batch.ts';

const film: Item = {
  id: '1',
  title: 'Alien',
  genres: ['Horror', 'Sci-Fi'],
  regions: ['DE'],
  year: 1979,
  maturity: '16',
};
const bare: Item = { id: '2', title: 'Untold', genres: [], regions: [] };

test.each<[string, Item, Filters | undefined, boolean]>([
  ['no filters', film, undefined, true],
  ['one of the genres', film, { genres: ['Drama', 'Horror'] }, true],
  ['none of the genres', film, { genres: ['Drama'] }, false],
  ['an unwanted genre', film, { withoutGenres: ['Sci-Fi'] }, false],
  ['no unwanted genre', film, { withoutGenres: ['Drama'] }, true],
  ['the first and last year themselves', film, { yearFrom: 1979, yearTo: 1979 }, true],
  ['too old', film, { yearFrom: 1980 }, false],
  ['too new', film, { yearTo: 1978 }, false],
  ['a year is asked for and none is known', bare, { yearFrom: 1900 }, false],
  ['a maturity that may be shown', film, { maturity: ['12', '16'] }, true],
  ['a maturity that may not', film, { maturity: ['12'] }, false],
  ['a maturity is asked for and none is known', bare, { maturity: ['12'] }, false],
  ['licensed in the region', film, { region: 'DE' }, true],
  ['not licensed in the region', film, { region: 'FR' }, false],
  ['licensed everywhere', bare, { region: 'FR' }, true],
  ['one condition of two fails', film, { genres: ['Horror'], region: 'FR' }, false],
])('%s', (_, item, filters, passes) => {
  expect(passesFilters(item, filters, 1_000)).toBe(passes);
});

test('the licence window counts from its first moment to before its last, at the moment asked for', () => {
  const licensed: Item = { ...bare, availableFromMs: 100, availableUntilMs: 200 };
  expect([99, 100, 199, 200].map((nowMs) => passesFilters(licensed, undefined, nowMs))).toEqual([
    false,
    true,
    true,
    false,
  ]);
  expect(passesFilters(licensed, { availableAtMs: 150 }, 5_000)).toBe(true);
});
