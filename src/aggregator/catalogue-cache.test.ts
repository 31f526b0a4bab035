import { describe, expect, test } from '@jest/globals';
import { turns } from '../../test/support/aggregator-scene.ts';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { type Item, itemSchema } from '../contract/item.ts';
import { silentLog } from '../runtime/log.ts';
import { noMetrics } from '../runtime/metrics.ts';
import { createCatalogueCache } from './catalogue-cache.ts';

const item = (id: string, title = `Film ${id}`): Item => itemSchema.parse({ id, title });

const createShelf = (count: number) => {
  const shelf = {
    items: Array.from({ length: count }, (_, at) => item(`${at}`.padStart(5, '0'))),
    version: 1,
    isDown: false,
    lists: 0,
    reach() {
      if (shelf.isDown) throw new Error('down');
    },
  };
  const store = {
    async version() {
      shelf.reach();
      return shelf.version;
    },
    count: async () => shelf.items.length,
    get: async (ids: readonly string[]) => shelf.items.filter(({ id }) => ids.includes(id)),
    async list({ after = '', limit }: { after?: string; limit: number }) {
      shelf.lists += 1;
      return shelf.items.filter(({ id }) => id > after).slice(0, limit);
    },
  };
  return { shelf, store };
};

const create = async (count: number, maxItems = 100_000, prepare = (_: { isDown: boolean }): void => {}) => {
  const { shelf, store } = createShelf(count);
  prepare(shelf);
  const clock = createFakeClock();
  const options = { items: store, maxItems, refreshMs: 2_000, clock, log: silentLog, metrics: noMetrics };
  const cache = await createCatalogueCache(options);
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await turns();
  };
  return { shelf, clock, cache, pass };
};

describe('the catalogue', () => {
  test('is there as a whole before the first answer, page by page', async () => {
    const { cache, shelf } = await create(2_500);
    expect([cache.get('00000')?.title, cache.get('02499')?.title, cache.get('x')]).toEqual([
      'Film 00000',
      'Film 02499',
      undefined,
    ]);
    expect(shelf.lists).toBe(3);
  });

  test('is loaded again in the background when its version has moved, and only then', async () => {
    const { cache, shelf, pass } = await create(3);
    for (let look = 0; look < 5; look += 1) await pass(2_000);
    expect(shelf.lists).toBe(1);
    shelf.items = [item('00000', 'Renamed'), item('new')];
    shelf.version = 2;
    await pass(2_000);
    expect([cache.get('00000')?.title, cache.get('new')?.title, cache.get('00001')]).toEqual([
      'Renamed',
      'Film new',
      null,
    ]);
  });

  test('tells a deleted item from one it never knew, until it is back', async () => {
    const { cache, shelf, pass } = await create(3);
    const [kept, gone] = [shelf.items.slice(0, 2), shelf.items.slice(2)];
    shelf.items = kept;
    shelf.version = 2;
    await pass(2_000);
    expect([cache.get('00002'), cache.get('never')]).toEqual([null, undefined]);
    shelf.items = [...kept, ...gone];
    shelf.version = 3;
    await pass(2_000);
    expect(cache.get('00002')?.title).toBe('Film 00002');
  });

  test('stays in use while the store does not answer', async () => {
    const { cache, shelf, pass } = await create(3);
    shelf.isDown = true;
    shelf.version = 2;
    await pass(2_000);
    expect(cache.get('00001')?.title).toBe('Film 00001');
    shelf.isDown = false;
    shelf.items = [item('back')];
    await pass(2_000);
    expect(cache.get('back')?.title).toBe('Film back');
  });

  test('of a store that does not answer at start is empty, and comes later', async () => {
    const { cache, shelf, pass } = await create(3, 10, (one) => {
      one.isDown = true;
    });
    expect(cache.get('00001')).toBeUndefined();
    shelf.isDown = false;
    await pass(2_000);
    expect(cache.get('00001')).toBeDefined();
  });

  test('larger than fits is held in part; what was asked for is there the next time', async () => {
    const { cache, pass } = await create(2_500, 1_000);
    expect(cache.get('02499')).toBeUndefined();
    await pass(2_000);
    expect(cache.get('02499')?.title).toBe('Film 02499');
  });

  test('is looked at no more once stopped', async () => {
    const { cache, clock } = await create(3);
    cache.stop();
    expect(clock.pendingTimers()).toBe(0);
  });
});
