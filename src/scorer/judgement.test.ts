import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { partialSchema } from '../contract/partial-batch.ts';
import type { Question } from '../contract/scoring.ts';
import { failed, judge, render } from './judgement.ts';

const question = (more: Partial<Question> = {}): Question => ({
  subject: { kind: 'user', id: '1' },
  profile: { items: [], weights: [], atMs: [] },
  drop: new Set(),
  filters: undefined,
  candidates: undefined,
  topN: 3,
  explain: true,
  context: {},
  nowMs: 0,
  ...more,
});

describe('what a scorer returned', () => {
  test('is listed as it is when nothing is wrong with it', () => {
    const listing = {
      items: ['a', 'b'],
      scores: [2, 1],
      floor: 0.5,
      because: [0, -1],
      labels: ['Alien'],
      reason: 'like {}',
    };
    expect(judge(listing, question())).toEqual({ outcome: 'scored', ...listing });
  });

  test('is an abstention when it is null', () => {
    expect(judge(null, question())).toEqual({ outcome: 'abstained', items: [], scores: [], floor: null });
  });

  test('is put in order, reasons along, ties as they came', () => {
    const listing = { items: ['a', 'b', 'c'], scores: [1, 2, 1], floor: null, because: [0, 1, -1], labels: ['x', 'y'] };
    expect(judge(listing, question())).toMatchObject({
      items: ['b', 'a', 'c'],
      scores: [2, 1, 1],
      because: [1, 0, -1],
    });
  });

  test('loses what must not be listed, before it is cut', () => {
    const listing = { items: ['a', 'b', 'c', 'd'], scores: [4, 3, 2, 1], floor: null };
    expect(judge(listing, question({ topN: 2, drop: new Set(['a', 'c']) }))).toMatchObject({
      items: ['b', 'd'],
      floor: null,
    });
  });

  test('names an item once, with its best score', () => {
    const listing = { items: ['a', 'b', 'a'], scores: [1, 2, 3], floor: null };
    expect(judge(listing, question())).toMatchObject({ items: ['a', 'b'], scores: [3, 2] });
  });

  test.each([
    ['the best score cut off', null, 2],
    ['the best score cut off, when the scorer claims less', 0.1, 2],
    ['the claim of the scorer, when that is more', 2.5, 2.5],
  ])('has for its floor %s', (_, floor, expected) => {
    const listing = { items: ['a', 'b', 'c', 'd'], scores: [4, 3, 2, 1], floor };
    expect(judge(listing, question({ topN: 2 }))).toMatchObject({ items: ['a', 'b'], floor: expected });
  });

  test('lists every candidate and nothing else when candidates were named', () => {
    const listing = { items: ['a', 'b', 'c', 'd'], scores: [4, 3, 2, 1], floor: null };
    const asked = question({ topN: 1, candidates: ['b', 'd', 'z'] });
    expect(judge(listing, asked)).toMatchObject({ items: ['b', 'd'], scores: [3, 1], floor: null });
  });

  test('says no reasons when none are wanted', () => {
    const listing = { items: ['a'], scores: [1], floor: null, because: [0], labels: ['x'], reason: 'like {}' };
    expect(judge(listing, question({ explain: false }))).toEqual({
      outcome: 'scored',
      items: ['a'],
      scores: [1],
      floor: null,
    });
  });

  test('may hold scores in a typed array', () => {
    expect(judge({ items: ['a', 'b'], scores: new Float32Array([1, 0.5]), floor: null }, question())).toMatchObject({
      scores: [1, 0.5],
    });
  });

  const good = { items: ['a', 'b'], scores: [2, 1], floor: null };
  test.each([
    ['undefined', undefined, 'the scorer returned undefined, not a list or null'],
    ['a number', 7, 'the scorer returned number, not a list or null'],
    ['no items', { scores: [] }, 'items is not a list'],
    ['no scores', { items: [] }, 'scores is not a list of numbers'],
    ['more items than scores', { ...good, scores: [1] }, '2 items came with 1 scores'],
    ['a score that is NaN', { ...good, scores: [1, Number.NaN] }, 'the score of item 1 is not a finite number'],
    ['a score that is text', { ...good, scores: ['1', 1] }, 'the score of item 0 is not a finite number'],
    ['an infinite floor', { ...good, floor: Number.NEGATIVE_INFINITY }, 'floor is not a finite number'],
    ['a numeric id', { ...good, items: [1, 'b'] }, 'item 0 is not an id of 1 to 128 characters'],
    ['an empty id', { ...good, items: ['a', ''] }, 'item 1 is not an id of 1 to 128 characters'],
    ['short because', { ...good, because: [0], labels: ['x'] }, 'because is not as long as items'],
    ['because without labels', { ...good, because: [0, -1] }, 'because of item 0 names no label'],
    ['because beyond the labels', { ...good, because: [0, 1], labels: ['x'] }, 'because of item 1 names no label'],
    ['an empty label', { ...good, labels: [''] }, 'label 0 is not 1 to 512 characters'],
    ['a long reason', { ...good, reason: 'x'.repeat(201) }, 'reason is not 1 to 200 characters'],
  ])('has failed when it is %s', (_, result, detail) => {
    expect(judge(result, question())).toEqual({ outcome: 'failed', items: [], scores: [], floor: null, detail });
  });

  test.each([
    [new Error('x'.repeat(600)), 'x'.repeat(500)],
    ['no genres', 'no genres'],
    [new Error(''), 'failed without a message'],
  ])('has failed with a message that a partial may carry', (cause, detail) => {
    expect(failed(cause).detail).toBe(detail);
  });

  test('always makes a partial that the contract takes, whatever it is', () => {
    const result = fc.oneof(
      fc.anything(),
      fc.record({
        items: fc.array(fc.string()),
        scores: fc.array(fc.double()),
        floor: fc.option(fc.double()),
        because: fc.option(fc.array(fc.integer({ min: -1, max: 2 })), { nil: undefined }),
        labels: fc.option(fc.array(fc.string()), { nil: undefined }),
      }),
    );
    fc.assert(
      fc.property(result, (one) => {
        const known = { id: '0'.repeat(32), round: 0, subject: 'user:1', deadlineAtMs: 0, waitMs: 0, serviceMs: 0 };
        const partial = { ...known, ...JSON.parse(render(judge(one, question())).json) };
        expect(partialSchema.safeParse(partial).error).toBeUndefined();
      }),
    );
  });
});
