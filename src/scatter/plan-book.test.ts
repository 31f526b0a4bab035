import { expect, test } from '@jest/globals';
import { type Plan, planSchema } from '../contract/plan.ts';
import { createPlanBook } from './plan-book.ts';

const plan = (recommender: string, version: number): Plan =>
  planSchema.parse({
    recommender,
    version,
    deadlineMs: 300,
    criteria: [{ criterion: 'history', weight: 1, required: false, topN: 10, generation: 0 }],
    minimumCoverage: 0,
    fusion: {},
    rules: {},
    refine: false,
    k: { default: 10, max: 10 },
    variants: [],
    fallback: [],
    lateHalfLifeMs: 1,
  });

test('the highest version of each plan wins, whatever order they arrive in', () => {
  const book = createPlanBook([plan('home', 2)]);
  expect(book.take([plan('home', 1), plan('trending', 1)])).toBe(true);
  expect(book.versions()).toEqual({ home: 2, trending: 1 });
  expect(book.take([plan('home', 2)])).toBe(false);
  expect(book.take([plan('home', 3)])).toBe(true);
  expect(book.get('home')?.version).toBe(3);
  expect(book.all()).toHaveLength(2);
});
