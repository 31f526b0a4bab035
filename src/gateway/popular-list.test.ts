import { expect, test } from '@jest/globals';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import type { Item } from '../contract/item.ts';
import { silentLog } from '../runtime/log.ts';
import { createPopularList, type PopularStore } from './popular-list.ts';

const item = (id: string): Item => ({ id, title: `film ${id}`, genres: [], regions: [] });

const setUp = (limit = 10) => {
  const catalogue = ['1', '2', '3', '4'].map(item);
  const state = {
    version: 1,
    events: 5,
    scores: [
      { item: '3', score: 8 },
      { item: 'gone', score: 6 },
      { item: '1', score: 2 },
    ],
    looks: 0,
    down: false,
  };
  const store: PopularStore = {
    items: {
      get: async (ids) => ids.flatMap((id) => catalogue.find((one) => one.id === id) ?? []),
      list: async ({ limit: most }) => catalogue.slice(0, most),
      version: async () => state.version,
    },
    feedback: {
      async count() {
        if (state.down) throw new Error('down');
        return state.events;
      },
      async popular() {
        state.looks += 1;
        return state.scores;
      },
    },
  };
  const popular = createPopularList({ store, clock: createFakeClock(), log: silentLog, limit, halfLifeMs: 1_000 });
  const ids = () => popular.ranked().map((one) => one.item.id);
  return { popular, state, ids };
};

test('the most watched items of the catalogue come first, relative to the best, and unwatched ones fill up', async () => {
  const { popular } = setUp();
  await popular.refresh();
  expect(popular.ranked().map(({ item: { id, title }, score }) => [id, title, score])).toEqual([
    ['3', 'film 3', 1],
    ['1', 'film 1', 0.25],
    ['2', 'film 2', 0],
    ['4', 'film 4', 0],
  ]);
  expect(popular.get('2')?.title).toBe('film 2');
});

test('it holds no more than its limit', async () => {
  const { popular, ids } = setUp(2);
  await popular.refresh();
  expect(ids()).toEqual(['3', '1']);
});

test('it looks again only where catalogue or feedback changed', async () => {
  const { popular, state, ids } = setUp();
  await popular.refresh();
  await popular.refresh();
  expect(state.looks).toBe(1);
  state.events += 1;
  state.scores = [{ item: '4', score: 1 }];
  await popular.refresh();
  expect(state.looks).toBe(2);
  expect(ids()[0]).toBe('4');
});

test('when the store is down the old list stays', async () => {
  const { popular, state, ids } = setUp();
  await popular.refresh();
  state.down = true;
  await popular.refresh();
  expect(ids()[0]).toBe('3');
});

test('an item that was deleted is gone before the next look', async () => {
  const { popular, ids } = setUp();
  await popular.refresh();
  popular.drop('3');
  popular.drop('unknown');
  expect(ids()).toEqual(['1', '2', '4']);
  expect(popular.get('3')).toBeUndefined();
});
