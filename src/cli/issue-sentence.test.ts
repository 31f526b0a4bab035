import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { sentenceOf } from './issue-sentence.ts';

const cases: readonly [schema: z.ZodType, value: unknown, sentence: string][] = [
  [z.number().min(0), -1, 'should be greater than or equal to 0'],
  [z.int().max(5), 6, 'should be less than or equal to 5'],
  [z.array(z.int()).min(1), [], 'should have at least 1 items'],
  [z.array(z.int()).max(1), [1, 2], 'must have at most 1 items'],
  [z.string().min(1), '', 'should be at least 1 chars long'],
  [z.string().max(2), 'abc', 'may not be more than 2 bytes'],
  [z.enum(['a', 'b']), 'c', 'supported values: "a", "b"'],
  [z.number(), 'heavy', 'must be of type number'],
  [z.int(), 1.5, 'must be of type integer'],
  [z.record(z.string(), z.string()), 3, 'must be of type object'],
  [z.strictObject({}), undefined, 'Required value'],
  [z.number(), null, 'must be of type number'],
  [z.string().regex(/^a/, 'must begin with an a'), 'b', 'must begin with an a'],
];

test.each(cases)('%#: %j', (schema, value, sentence) => {
  const issues = schema.safeParse(value, { reportInput: true }).error?.issues ?? [];
  expect(issues.map(sentenceOf)).toEqual([sentence]);
});
