import { expect, test } from '@jest/globals';
import { film } from '../../test/support/criteria-data.ts';
import type { Filters } from '../contract/request-batch.ts';
import { compareIds, decodeCatalogue, encodeCatalogue } from './catalogue.ts';

const nowMs = 1_000;
const catalogue = decodeCatalogue(
  encodeCatalogue([
    film('10', { genres: ['Drama'], year: 1999, maturity: '12', regions: ['DE', 'AT'], addedAtMs: 5 }),
    film('9', { genres: ['Drama', 'War', 'War'], year: 1979, maturity: '16' }),
    film('x', { regions: ['US'], availableFromMs: 900, availableUntilMs: 2_000 }),
    film('2', { genres: ['Comedy'], availableFromMs: 1_500 }),
  ]),
);

test('items stand in the order of their ids, whole numbers by value', () => {
  expect(catalogue.ids).toEqual(['2', '9', '10', 'x']);
  expect(['b', '10', 'a', '9', '9', '007'].sort(compareIds)).toEqual(['9', '9', '10', '007', 'a', 'b']);
});

test('attributes are kept, what is unknown is marked so', () => {
  expect(catalogue.indexOf('10')).toBe(2);
  expect(catalogue.indexOf('404')).toBe(-1);
  expect(catalogue.titles[3]).toBe('Film x');
  expect([...catalogue.year]).toEqual([0, 1979, 1999, 0]);
  expect([...catalogue.addedAtMs]).toEqual([Number.NaN, Number.NaN, 5, Number.NaN]);
  const [start, end] = [catalogue.genreStart[1], catalogue.genreStart[2]];
  expect([...catalogue.genre.subarray(start, end)].map((one) => catalogue.genreNames[one])).toEqual(['Drama', 'War']);
});

test.each<[string, Filters | undefined, string[]]>([
  ['no filter: the licence window alone, at the moment of the request', undefined, ['9', '10', 'x']],
  ['a window that is open at another moment', { availableAtMs: 1_999 }, ['2', '9', '10', 'x']],
  ['a window that closes at its last instant', { availableAtMs: 2_000 }, ['2', '9', '10']],
  ['one of the genres', { genres: ['War', 'Comedy'] }, ['9']],
  ['a genre nobody has', { genres: ['Opera'] }, []],
  ['none of the genres', { withoutGenres: ['War'] }, ['10', 'x']],
  ['from a year; an item without one fails', { yearFrom: 1980 }, ['10']],
  ['to a year; an item without one fails', { yearTo: 1980 }, ['9']],
  ['maturity; an item without one fails', { maturity: ['12', '6'] }, ['10']],
  ['a region; an item without regions is licensed everywhere', { region: 'AT' }, ['9', '10']],
  ['every condition must hold', { genres: ['Drama'], region: 'US' }, ['9']],
])('filters: %s', (_, filters, expected) => {
  const allows = catalogue.allows(filters, nowMs);
  expect(catalogue.ids.filter((_id, index) => allows(index))).toEqual(expected);
});

test('an empty catalogue is a catalogue', () => {
  expect(decodeCatalogue(encodeCatalogue([])).size).toBe(0);
});
