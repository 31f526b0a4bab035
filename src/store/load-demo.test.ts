import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { createFolder } from '../../test/support/folder-of-files.ts';
import { loadDemo } from './load-demo.ts';
import type { Store } from './port.ts';
import { createSqliteStore } from './sqlite-store.ts';

const clock = createFakeClock();
const films = 'examples/webflix/films.csv';
let store: Store;
beforeEach(async () => {
  store = await createSqliteStore({ path: ':memory:', clock, log: { info() {}, warn() {} } });
});
afterEach(() => store.close());

describe('the demo', () => {
  it('fills an empty store with the films that are shipped and viewers numbered from 1', async () => {
    const loaded = await loadDemo({ store, clock, films, viewers: 20 });
    expect(loaded).toMatchObject({ loaded: true, users: 20, items: await store.items.count() });
    expect(loaded.events).toBe(await store.feedback.count());
    expect(await store.users.count()).toBe(20);
    expect((await store.items.get(['4']))[0]).toEqual({
      id: '4',
      title: 'Nosferatu',
      year: 1922,
      genres: ['Fantasy', 'Horror'],
      maturity: '12',
      regions: [],
    });
    const history = await store.feedback.history('1', 1_000);
    expect(history.items.length).toBeGreaterThanOrEqual(5);
    expect(Math.max(...history.atMs)).toBeLessThanOrEqual(clock.nowMs());
    expect(Math.max(...history.weights)).toBeLessThanOrEqual(5 / 3);
    expect(await store.items.get(history.items)).toHaveLength(history.items.length);
  });

  it('is loaded once, and never into a store that has events of its own', async () => {
    await loadDemo({ store, clock, films, viewers: 3 });
    const before = await store.feedback.count();
    expect(await loadDemo({ store, clock, films, viewers: 30 })).toMatchObject({ loaded: false });
    expect(await store.feedback.count()).toBe(before);
  });

  it('tells a file of films that is not as it was shipped', async () => {
    const folder = createFolder({ 'films.csv': 'id,title,year,genres,minutes,maturity,region\n1,Heat,95,Crime,,,\n' });
    const load = loadDemo({ store, clock, films: `${folder.path}/films.csv` });
    await expect(load).rejects.toThrow(`${folder.path}/films.csv:2: needs an id, a title and a year`);
    expect(await store.items.count()).toBe(0);
    folder.remove();
  });
});
