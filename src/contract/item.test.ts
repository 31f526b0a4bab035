import { describe, expect, test } from '@jest/globals';
import { eventWeight, feedbackEventSchema, feedbackTypeSchema, feedbackWeights, itemSchema } from './item.ts';

describe('how much an event says', () => {
  const cases = [
    { event: { type: 'watch' }, weight: 1 },
    { event: { type: 'watch', value: 0.5 }, weight: 0.5 },
    { event: { type: 'like' }, weight: 1.5 },
    { event: { type: 'like', value: 2 }, weight: 3 },
    { event: { type: 'dislike' }, weight: -1 },
    { event: { type: 'dislike', value: 2 }, weight: -2 },
    { event: { type: 'save' }, weight: 0.7 },
    { event: { type: 'click' }, weight: 0.2 },
    { event: { type: 'impression' }, weight: 0 },
    { event: { type: 'rate' }, weight: 1 },
    { event: { type: 'rate', value: 3 }, weight: 1 },
    { event: { type: 'rate', value: 5 }, weight: 5 / 3 },
    { event: { type: 'rate', value: 0.5 }, weight: 1 / 6 },
    { event: { type: 'watch', value: 0 }, weight: 0 },
  ] as const;

  test.each(cases)('$event → $weight', ({ event, weight }) => {
    expect(eventWeight(event)).toBeCloseTo(weight, 12);
  });

  test('an impression says nothing, however strong', () => {
    expect(eventWeight({ type: 'impression', value: 100 })).toBe(0);
  });

  test('every type has a weight, and every weight a type', () => {
    expect(Object.keys(feedbackWeights).sort()).toEqual([...feedbackTypeSchema.options].sort());
  });
});

describe('items and events', () => {
  test('an item needs an id and a title; lists are empty where left out', () => {
    expect(itemSchema.parse({ id: '1', title: 'Alien' })).toEqual({ id: '1', title: 'Alien', genres: [], regions: [] });
  });

  const badItems = [
    { name: 'no title', item: { id: '1' } },
    { name: 'an empty title', item: { id: '1', title: '' } },
    { name: 'an empty id', item: { id: '', title: 'Alien' } },
    { name: 'an id of 129 characters', item: { id: 'a'.repeat(129), title: 'Alien' } },
    { name: 'a year of two digits', item: { id: '1', title: 'Alien', year: 79 } },
    { name: 'a genre that is no text', item: { id: '1', title: 'Alien', genres: [7] } },
    { name: 'an unknown field', item: { id: '1', title: 'Alien', director: 'Scott' } },
  ];
  test.each(badItems)('an item with $name is refused', ({ item }) => {
    expect(itemSchema.safeParse(item).success).toBe(false);
  });

  const badEvents = [
    { name: 'an unknown type', event: { user: '1', item: '2', type: 'skip' } },
    { name: 'a negative value', event: { user: '1', item: '2', type: 'watch', value: -1 } },
    { name: 'a value over 100', event: { user: '1', item: '2', type: 'watch', value: 101 } },
    { name: 'no item', event: { user: '1', type: 'watch' } },
    { name: 'a moment before 1970', event: { user: '1', item: '2', type: 'watch', atMs: -1 } },
  ];
  test.each(badEvents)('an event with $name is refused', ({ event }) => {
    expect(feedbackEventSchema.safeParse(event).success).toBe(false);
  });
});
