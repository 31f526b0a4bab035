import { expect, test } from '@jest/globals';
import { samplePlan } from '../../test/support/gathering-samples.ts';
import { createPlanBook } from '../scatter/plan-book.ts';
import { createPlanMemory } from './plan-memory.ts';

const version = (number: number) => ({ ...samplePlan(), version: number });
const asked = (planVersion: number) => ({ recommender: 'home', planVersion });

test('a request keeps the plan it was scattered by, for a few versions', () => {
  const book = createPlanBook([version(1)]);
  const memory = createPlanMemory(book);
  expect(memory.planFor(asked(1))?.version).toBe(1);
  book.take({ plans: [version(2)], setVersion: 0 });
  expect(memory.planFor(asked(1))?.version).toBe(1);
  expect(memory.planFor(asked(2))?.version).toBe(2);
  for (const number of [3, 4]) {
    book.take({ plans: [version(number)], setVersion: 0 });
    memory.planFor(asked(number));
  }
  expect(memory.planFor(asked(1))?.version).toBe(4);
  expect(memory.planFor(asked(3))?.version).toBe(3);
});

test('a request under way when its recommender is deleted keeps its plan; a new one gets none', () => {
  const book = createPlanBook([version(1)]);
  const memory = createPlanMemory(book);
  memory.planFor(asked(1));
  book.take({ plans: [], setVersion: 2 });
  expect(memory.planFor(asked(1))?.version).toBe(1);
  expect(memory.planFor(asked(2))).toBeUndefined();
});

test('a version never seen here is answered by the plan in force; a recommender never seen by none', () => {
  const memory = createPlanMemory(createPlanBook([version(5)]));
  expect(memory.planFor(asked(9))?.version).toBe(5);
  expect(memory.planFor({ recommender: 'elsewhere', planVersion: 1 })).toBeUndefined();
});
