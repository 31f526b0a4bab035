import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fusionSchema } from '../contract/plan.ts';
import { type Fused, fuse, scoreOf } from './fuse.ts';
import type { RankedList } from './fuse-scale.ts';

const list = (criterion: string, scores: Readonly<Record<string, number>>, rest: Partial<RankedList> = {}) => ({
  criterion,
  weight: 1,
  items: Object.keys(scores),
  scores: Object.values(scores),
  floor: null,
  ...rest,
});

const scoresOf = (fused: Fused): Record<string, number | null> =>
  Object.fromEntries(fused.ids.map((id, slot) => [id, scoreOf(fused, slot)]));

const history = list('history', { a: 10, b: 5 });
const genres = list('genres', { b: 0.4, c: 0.2 });

describe('a weighted sum', () => {
  test('makes lists comparable by their maximum, and counts an unlisted item 0', () => {
    const fused = fuse([history, genres], fusionSchema.parse({}));
    expect(scoresOf(fused)).toEqual({ a: 0.5, b: 0.75, c: 0.25 });
  });

  test('renormalises weights over the lists there are: only their ratio counts', () => {
    const heavy = fuse([{ ...history, weight: 300 }], fusionSchema.parse({}));
    expect(scoresOf(heavy)).toEqual({ a: 1, b: 0.5 });
    const both = fuse(
      [
        { ...history, weight: 30 },
        { ...genres, weight: 10 },
      ],
      fusionSchema.parse({}),
    );
    expect(scoresOf(both)).toEqual({ a: 0.75, b: 0.625, c: 0.125 });
  });

  test.each([
    ['min-max', { a: 1, b: 0.5, c: 0 }],
    ['max', { a: 1, b: 0.75, c: 0.5 }],
    ['none', { a: 8, b: 6, c: 4 }],
  ] as const)('normalised by %s gives %j', (normalise, expected) => {
    const fused = fuse([list('history', { a: 8, b: 6, c: 4 })], fusionSchema.parse({ normalise }));
    expect(scoresOf(fused)).toEqual(expected);
  });

  test('normalised by z-score counts an unlisted item as the floor of the list', () => {
    const fused = fuse([list('history', { a: 3, b: 1 }, { floor: 0 }), list('genres', { c: 3, a: 1 })], {
      kind: 'weighted-sum',
      normalise: 'z-score',
    });
    expect(scoresOf(fused)).toEqual({ a: (1 - 1) / 2, b: (-1 - 1) / 2, c: (-2 + 1) / 2 });
  });

  test.each([
    ['max', { a: -1, b: -3 }, { a: 1, b: 0 }],
    ['max', { a: 2, b: -3 }, { a: 1, b: 0 }],
    ['min-max', { a: 5, b: 5 }, { a: 1, b: 1 }],
    ['z-score', { a: 5, b: 5 }, { a: 0, b: 0 }],
    ['max', { a: 0, b: 0 }, { a: 1, b: 1 }],
  ] as const)('by %s survives the list %j', (normalise, scores, expected) => {
    expect(scoresOf(fuse([list('history', scores)], { kind: 'weighted-sum', normalise }))).toEqual(expected);
  });

  test('takes the first of an id that stands twice in one list', () => {
    const twice = { ...history, items: ['a', 'a', 'b'], scores: [10, 9, 5] };
    expect(scoresOf(fuse([twice], fusionSchema.parse({})))).toEqual({ a: 1, b: 0.5 });
  });

  test('of no list, or of empty ones, has no item', () => {
    expect(fuse([], fusionSchema.parse({})).ids).toEqual([]);
    expect(fuse([list('history', {})], fusionSchema.parse({ normalise: 'z-score' })).ids).toEqual([]);
  });
});

test('reciprocal rank adds 1 / (60 + rank), weighted', () => {
  const fused = fuse([{ ...history, weight: 3 }, genres], fusionSchema.parse({ kind: 'reciprocal-rank' }));
  expect(scoresOf(fused)).toEqual({ a: 0.75 / 61, b: 0.75 / 62 + 0.25 / 61, c: 0.25 / 62 });
});

test('max takes the best weighted part of the lists that have the item', () => {
  const fused = fuse([history, { ...genres, weight: 0.8 }], fusionSchema.parse({ kind: 'max' }));
  expect(scoresOf(fused)).toEqual({ a: 1, b: 0.8, c: 0.4 });
});

describe('an absolute sum', () => {
  const fusion = fusionSchema.parse({ kind: 'sum', normalise: 'none' });

  test('adds the values as they are, whatever the weights', () => {
    const fused = fuse([list('screen', { x: 410 }, { weight: 7 }), list('body', { x: 890 })], fusion);
    expect(scoresOf(fused)).toEqual({ x: 1300 });
  });

  test('has no total for an item that one list lacks', () => {
    const fused = fuse([list('screen', { x: 410, y: 300 }), list('body', { x: 890 })], fusion);
    expect(scoresOf(fused)).toEqual({ x: 1300, y: null });
  });

  test('has no total at all where a criterion is missing', () => {
    const fused = fuse([list('screen', { x: 410 }), list('body', { x: 890 })], fusion, { expectedLists: 3 });
    expect(scoresOf(fused)).toEqual({ x: null });
    expect(fused.totals[0]).toBe(1300);
  });

  test('keeps a candidate that nobody listed, without a total', () => {
    const fused = fuse([list('screen', { x: 410 })], fusion, { universe: ['x', 'z'] });
    expect(scoresOf(fused)).toEqual({ x: 410, z: null });
  });
});

const scored = fc
  .uniqueArray(fc.record({ id: fc.integer({ min: 0, max: 20 }), score: fc.integer({ min: 0, max: 1000 }) }), {
    selector: ({ id }) => id,
    maxLength: 12,
  })
  .map((entries) => entries.toSorted((a, b) => b.score - a.score))
  .map((entries) => list('any', Object.fromEntries(entries.map(({ id, score }) => [`i${id}`, score]))));

test('the order of the lists changes no score', () => {
  const fusions = fc.record({
    kind: fc.constantFrom('weighted-sum' as const, 'reciprocal-rank' as const, 'max' as const, 'sum' as const),
    normalise: fc.constantFrom('max' as const, 'min-max' as const, 'z-score' as const, 'none' as const),
  });
  fc.assert(
    fc.property(fc.array(scored, { minLength: 1, maxLength: 4 }), fusions, (lists, fusion) => {
      const forward = scoresOf(fuse(lists, fusion));
      const backward = scoresOf(fuse(lists.toReversed(), fusion));
      for (const [id, score] of Object.entries(forward)) {
        if (score === null) expect(backward[id]).toBeNull();
        else expect(backward[id]).toBeCloseTo(score, 9);
      }
    }),
  );
});

describe('scores beyond all reason', () => {
  const kinds = ['max', 'min-max', 'z-score', 'none'] as const;
  const hostile = [
    list('foreign', { a: 1, x: -Number.MAX_VALUE, y: -Number.MAX_VALUE, z: -Number.MAX_VALUE }),
    list('foreign', { x: Number.MAX_VALUE, y: Number.MAX_VALUE, z: -Number.MAX_VALUE }, { floor: Number.MAX_VALUE }),
    list('foreign', { a: 1, b: 0.5 }, { floor: Number.MAX_VALUE }),
  ];
  test.each(kinds.flatMap((normalise) => hostile.map((foreign) => ({ normalise, foreign }))))(
    'by $normalise leave every total a number',
    ({ normalise, foreign }) => {
      const fused = fuse([history, genres, foreign], fusionSchema.parse({ normalise }));
      for (const score of Object.values(scoresOf(fused))) expect(Number.isFinite(score)).toBe(true);
    },
  );

  test('a floor above the list, which is a lie, lifts nothing that is not listed', () => {
    const fused = fuse(
      [history, list('foreign', { x: 2, y: 1 }, { floor: 100 })],
      fusionSchema.parse({ normalise: 'z-score' }),
    );
    const { a, x } = scoresOf(fused);
    expect(a as number).toBeLessThanOrEqual(x as number);
  });
});
