import { describe, expect, test } from '@jest/globals';
import { samplePartial, sampleRequest } from '../../test/support/gathering-samples.ts';
import { createLatePartials, lateDiscount, maxLateAgeMs } from './late.ts';

const partial = samplePartial(sampleRequest());
const age = (nowMs: number) => ({ nowMs, maxAgeMs: 1_000 });
const create = (bounds: Partial<{ maxUsers: number; maxBytes: number }> = {}) =>
  createLatePartials({ maxUsers: 10, maxBytes: 1_000_000, ...bounds });

describe('a late partial', () => {
  test('is found for its user and criterion, with its age', () => {
    const late = create();
    late.keep('17', 'history', partial, 100);
    expect(late.find('17', 'history', age(400))).toEqual({ partial, ageMs: 300 });
    expect(late.find('18', 'history', age(400))).toBeUndefined();
    expect(late.find('17', 'genres', age(400))).toBeUndefined();
  });

  test('is replaced by a later one', () => {
    const late = create();
    late.keep('17', 'history', partial, 100);
    late.keep('17', 'history', { ...partial, scores: [5] }, 200);
    expect(late.find('17', 'history', age(200))).toEqual({ partial: { ...partial, scores: [5] }, ageMs: 0 });
  });

  test('is let go when too old, and when its criterion answers in time', () => {
    const late = create();
    late.keep('17', 'history', partial, 0);
    late.keep('17', 'genres', partial, 0);
    expect(late.find('17', 'history', age(1_000))).toBeDefined();
    expect(late.find('17', 'history', age(1_001))).toBeUndefined();
    late.drop('17', 'genres');
    expect(late.users()).toBe(0);
  });
});

test('a deleted user is forgotten, and what is still under way for him is not kept', () => {
  const late = create();
  late.keep('17', 'history', partial, 0);
  late.keep('18', 'history', partial, 0);
  late.forget('17', 100);
  late.keep('17', 'genres', partial, 200);
  expect(late.find('17', 'history', age(200))).toBeUndefined();
  expect(late.find('17', 'genres', age(200))).toBeUndefined();
  expect(late.find('18', 'history', age(200))).toBeDefined();
  late.keep('17', 'genres', partial, 600_000);
  expect(late.find('17', 'genres', age(600_000))).toBeDefined();
});

test('the users kept are bounded: the one not heard of for longest goes', () => {
  const late = create({ maxUsers: 2 });
  for (const user of ['1', '2', '3']) late.keep(user, 'history', partial, 0);
  expect(late.users()).toBe(2);
  expect(late.find('1', 'history', age(0))).toBeUndefined();
});

test('the bytes kept are bounded', () => {
  const items = Array.from({ length: 100 }, (_, at) => `film-${at}`);
  const long = { ...partial, items, scores: items.map(() => 1) };
  const late = create({ maxBytes: 10_000 });
  for (const user of ['1', '2', '3', '4']) late.keep(user, 'history', long, 0);
  expect(late.users()).toBe(2);
});

test('the weight halves with each half-life, and ten of them end it', () => {
  expect([0, 60, 120].map((ageMs) => lateDiscount(ageMs, 60))).toEqual([1, 0.5, 0.25]);
  expect(maxLateAgeMs(60)).toBe(600);
});
