import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { TopSelection } from './top-selection.ts';

test('it keeps what sorting the whole would put first, in that order, whatever the order of the offers', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 60 }),
      fc.integer({ min: 0, max: 20 }),
      fc.boolean(),
      (keys, capacity, backwards) => {
        const selection = new TopSelection(20);
        selection.reset(capacity);
        const order = [...keys.keys()];
        for (const index of backwards ? order.toReversed() : order) selection.offer(index, keys[index] as number);
        const worst = selection.finish();
        const expected = order.sort((a, b) => (keys[b] as number) - (keys[a] as number) || a - b).slice(0, capacity);
        expect([...selection.indices.subarray(0, selection.size)]).toEqual(expected);
        if (expected.length > 0) expect(worst).toBe(keys[expected.at(-1) as number]);
      },
    ),
  );
});

test('the bar is what an offer must beat once it is full', () => {
  const selection = new TopSelection(2);
  selection.reset(2);
  selection.offer(0, 5);
  expect(selection.bar).toBe(Number.NEGATIVE_INFINITY);
  selection.offer(1, 7);
  expect(selection.bar).toBe(5);
});
