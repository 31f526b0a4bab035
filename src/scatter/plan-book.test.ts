import { describe, expect, test } from '@jest/globals';
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
  expect(book.take({ plans: [plan('home', 1), plan('trending', 1)], setVersion: 0 })).toBe(true);
  expect(book.versions()).toEqual({ home: 2, trending: 1 });
  expect(book.take({ plans: [plan('home', 2)], setVersion: 0 })).toBe(false);
  expect(book.take({ plans: [plan('home', 3)], setVersion: 0 })).toBe(true);
  expect(book.get('home')?.version).toBe(3);
  expect(book.all()).toHaveLength(2);
});

describe('a numbered set of plans', () => {
  const first = { plans: [plan('home', 10), plan('trending', 10)], setVersion: 10 };
  const without = { plans: [plan('home', 10)], setVersion: 11 };

  test('takes the place of what is held: what it does not name is gone', () => {
    const book = createPlanBook(first.plans, first.setVersion);
    expect(book.take(without)).toBe(true);
    expect(book.versions()).toEqual({ home: 10 });
    expect(book.get('trending')).toBeUndefined();
  });

  test('that comes late is left: it brings nothing back', () => {
    const book = createPlanBook();
    book.take(without);
    expect(book.take(first)).toBe(false);
    expect(book.versions()).toEqual({ home: 10 });
  });

  test('said again changes nothing', () => {
    const book = createPlanBook();
    book.take(without);
    expect(book.take(without)).toBe(false);
  });

  test('replaces what was known without a number, as of an earlier release', () => {
    const book = createPlanBook([plan('old', 99)]);
    book.take(first);
    expect(book.versions()).toEqual({ home: 10, trending: 10 });
  });

  test('may be empty, and is known then', () => {
    const book = createPlanBook();
    expect(book.known()).toBe(false);
    book.take({ plans: [], setVersion: 5 });
    expect([book.known(), book.all()]).toEqual([true, []]);
  });
});
