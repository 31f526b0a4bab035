import { expect, test } from '@jest/globals';
import { film, question } from '../../test/support/criteria-data.ts';
import { decodeCatalogue, encodeCatalogue } from './catalogue.ts';
import { createSpace } from './item-space.ts';
import { createRanker, toScored } from './rank.ts';

const catalogue = decodeCatalogue(
  encodeCatalogue(['1', '2', '3', '4', '5'].map((id) => film(id, { genres: [id === '3' ? 'War' : 'Drama'] }))),
);
const space = createSpace(['1', '2', '3', '4', '5', 'left'], catalogue);
const ranker = createRanker(space);
const scores = Float64Array.of(0.5, 0.9, 0.5, 0, 0.7, 9);
const listed = (asked: Parameters<typeof question>[1], above = 0, of = scores) => {
  const { items, floor } = ranker.rank(question([], asked), of, above);
  return { items: Array.from(items, (index) => space.ids[index]), floor };
};

test('best first, ties in catalogue order; what left the catalogue is never listed', () => {
  expect(listed({}).items).toEqual(['2', '5', '1', '3']);
});

test('the floor is the score of the N-th when something was left out', () => {
  expect(listed({ topN: 2 })).toEqual({ items: ['2', '5'], floor: 0.7 });
  expect(listed({ topN: 3 })).toEqual({ items: ['2', '5', '1'], floor: 0.5 });
});

test('the floor is null when everything that scores is listed', () => {
  expect(listed({ topN: 4 })).toEqual({ items: ['2', '5', '1', '3'], floor: null });
  expect(listed({ topN: 5 }, -1)).toEqual({ items: ['2', '5', '1', '3', '4'], floor: null });
  expect(listed({ topN: 4 }, -1).floor).toBe(0.5);
});

test('dropped ids go before the cut', () => {
  expect(listed({ topN: 2, drop: new Set(['2', '5', 'unknown']) })).toEqual({ items: ['1', '3'], floor: null });
});

test('filters go before the cut', () => {
  expect(listed({ topN: 1, filters: { genres: ['War'] } })).toEqual({ items: ['3'], floor: null });
});

test('candidates are listed whole, whatever their score and N, without floor, each once', () => {
  const candidates = ['4', '3', '3', 'unknown', 'left', '5', '1'];
  expect(listed({ candidates, topN: 1, drop: new Set(['1']) })).toEqual({ items: ['5', '3', '4'], floor: null });
});

test('scores that are not finite are never listed', () => {
  const broken = Float64Array.of(Number.NaN, Number.POSITIVE_INFINITY, 1, Number.NEGATIVE_INFINITY, 2, 0);
  expect(listed({}, 0, broken).items).toEqual(['5', '3']);
  expect(listed({ candidates: ['1', '2', '3', '4'] }, 0, broken).items).toEqual(['3']);
});

test('a reason is given once per label, -1 where there is none, and only where asked for', () => {
  const ranking = ranker.rank(question([]), scores, 0);
  const labelOf = (index: number) => (index === 1 ? null : ['Alien', '', 'Heat', '', 'Alien'][index] || null);
  expect(toScored(ranking, scores, space, { reason: 'as {}', labelOf })).toEqual({
    items: ['2', '5', '1', '3'],
    scores: [0.9, 0.7, 0.5, 0.5],
    floor: null,
    because: [-1, 0, 0, 1],
    labels: ['Alien', 'Heat'],
    reason: 'as {}',
  });
  expect(toScored(ranking, scores, space, null)).not.toHaveProperty('because');
});
