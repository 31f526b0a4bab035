import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Fusion, fusionSchema } from '../contract/plan.ts';
import { type Evidence, explainItems } from './explain.ts';
import { fuse } from './fuse.ts';
import type { RankedList } from './fuse-scale.ts';

const list = (criterion: string, scores: Readonly<Record<string, number>>, weight = 1): RankedList => ({
  criterion,
  weight,
  items: Object.keys(scores),
  scores: Object.values(scores),
  floor: null,
});

const explain = (
  lists: readonly RankedList[],
  id: string,
  told: { fusion?: Partial<Fusion>; evidence?: readonly Evidence[] } = {},
) => {
  const fused = fuse(lists, fusionSchema.parse(told.fusion ?? {}));
  const slot = fused.slotOf.get(id) ?? -1;
  return explainItems(fused, [{ id, slot, score: 0 }], told.evidence ?? lists.map(() => ({ partial: {} })))[0];
};

const history = list('history', { a: 10, b: 5 }, 3);
const genres = list('genres', { b: 4, c: 2 });

describe('shares', () => {
  test.each<[string, string, Partial<Fusion>, Record<string, number>]>([
    ['of a weighted sum are fractions of its parts', 'b', {}, { history: 0.6, genres: 0.4 }],
    ['name only the criteria that listed the item', 'c', {}, { genres: 1 }],
    ['of a maximum belong to the part that won', 'b', { kind: 'max' }, { history: 1, genres: 0 }],
    ['of an absolute sum are its parts', 'b', { kind: 'sum' }, { history: 5, genres: 4 }],
    [
      'of z-scores are counted from what an unlisted item has',
      'b',
      { normalise: 'z-score' },
      { history: 0, genres: 1 },
    ],
    [
      'where every part is 0 go by weight',
      'b',
      { kind: 'weighted-sum', normalise: 'min-max' },
      { genres: 1, history: 0 },
    ],
  ])('%s', (_, id, fusion, expected) => {
    expect(explain([history, genres], id, { fusion })?.shares).toEqual(expected);
  });

  test('of items whose parts are all 0 go by weight', () => {
    const lists = [list('history', { a: 2, b: 1 }, 3), list('genres', { a: 2, b: 1 }, 1)];
    expect(explain(lists, 'b', { fusion: { normalise: 'min-max' } })?.shares).toEqual({ history: 0.75, genres: 0.25 });
  });

  test('stand best first', () => {
    expect(Object.keys(explain([genres, history], 'b')?.shares ?? {})).toEqual(['history', 'genres']);
  });

  test('of an item that nothing scored are empty', () => {
    expect(explain([history], 'x')).toEqual({ shares: {}, reasons: [] });
  });

  test('always add up to 1', () => {
    const scores = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(scores, fc.constantFrom('weighted-sum', 'reciprocal-rank', 'max'), (values, kind) => {
        const lists = values.map((value, at) => list(`c${at}`, { top: 1e6, x: value }, at + 1));
        const shares = Object.values(explain(lists, 'x', { fusion: { kind } })?.shares ?? {});
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 10);
      }),
    );
  });
});

describe('reasons', () => {
  const because: Evidence = {
    partial: { reason: 'because you watched {}', labels: ['Alien', '$& Heat'], because: [0, 1] },
  };

  test('fill in the label of the item, best share first', () => {
    const evidence = [because, { partial: { reason: 'one of your genres' } }];
    expect(explain([history, genres], 'b', { evidence })?.reasons).toEqual([
      { criterion: 'history', text: 'because you watched $& Heat' },
      { criterion: 'genres', text: 'one of your genres' },
    ]);
  });

  test('leave out a sentence whose label is missing', () => {
    const evidence = [
      { partial: { ...because.partial, because: [-1, -1] } },
      { partial: { reason: 'of your genres' } },
    ];
    expect(explain([history, genres], 'b', { evidence })?.reasons).toEqual([
      { criterion: 'genres', text: 'of your genres' },
    ]);
  });

  test('say at least which criterion chose the item', () => {
    expect(explain([history, genres], 'b')?.reasons).toEqual([{ criterion: 'history', text: 'chosen by history' }]);
  });

  test('of a late partial carry its age', () => {
    const evidence = [{ ...because, lateAgeMs: 1_234.5 }];
    expect(explain([history], 'a', { evidence })?.reasons).toEqual([
      { criterion: 'history', text: 'because you watched Alien', lateAgeMs: 1_235 },
    ]);
  });

  test('of a criterion that added nothing are not given', () => {
    const lists = [list('history', { a: 2, b: 1 }), list('genres', { b: 2, a: 1 })];
    const evidence = [{ partial: { reason: 'by history' } }, { partial: { reason: 'by genres' } }];
    const told = explain(lists, 'b', { fusion: { normalise: 'min-max' }, evidence });
    expect(told?.reasons).toEqual([{ criterion: 'genres', text: 'by genres' }]);
  });
});
