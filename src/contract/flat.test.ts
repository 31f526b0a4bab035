import { describe, expect, test } from '@jest/globals';
import type { z } from 'zod';
import { flatIntegers, flatNumbers, flatStrings } from './flat.ts';
import { entityIdSchema } from './primitives.ts';

const cases: readonly { schema: z.ZodType; name: string; good: readonly unknown[]; bad: readonly unknown[] }[] = [
  {
    name: 'numbers are finite and at most as many as told',
    schema: flatNumbers(2),
    good: [[], [1, -0.5]],
    bad: [[1, 2, 3], [Number.NaN], [Number.POSITIVE_INFINITY], ['1'], [null], { 0: 1, length: 1 }, 1, null, undefined],
  },
  {
    name: 'integers are whole',
    schema: flatIntegers(2),
    good: [[], [-1, 7]],
    bad: [[0.5], [Number.NaN], [1, 2, 3], ['1'], 'ab'],
  },
  {
    name: 'strings are not empty and not too long',
    schema: flatStrings(2, 3),
    good: [[], ['a', 'abc']],
    bad: [[''], ['abcd'], ['a', 'b', 'c'], [1], [null], 'abc'],
  },
];

describe('flat arrays', () => {
  test.each(cases)('$name', ({ schema, good, bad }) => {
    expect(good.map((value) => schema.safeParse(value).success)).toEqual(good.map(() => true));
    expect(bad.map((value) => schema.safeParse(value).success)).toEqual(bad.map(() => false));
  });

  test.each(['🎬', 'e\u0301', 'a'])(
    'an id that is allowed alone is allowed in a list, whatever it is made of: %s',
    (one) => {
      for (const length of [1, 63, 64, 65, 127, 128, 129, 256, 257]) {
        const id = one.repeat(length);
        expect(flatStrings(1, 128).safeParse([id]).success).toBe(entityIdSchema.safeParse(id).success);
      }
    },
  );
});
