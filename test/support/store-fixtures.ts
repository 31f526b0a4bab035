import type { Answer } from '../../src/contract/answer.ts';
import type { Item } from '../../src/contract/item.ts';
import type { StoredEvent } from '../../src/store/port.ts';

/** Small made-up data for tests of the store. */

export const film = (id: string, more: Partial<Item> = {}): Item => ({
  id,
  title: `Film ${id}`,
  genres: ['Drama'],
  regions: [],
  ...more,
});

export const watch = (user: string, item: string, atMs: number, more: Partial<StoredEvent> = {}): StoredEvent => ({
  id: `${user}/${item}/${atMs}/${more.type ?? 'watch'}`,
  user,
  item,
  type: 'watch',
  value: null,
  atMs,
  ...more,
});

export const answerFor = (requestId: string, user: string): Answer => ({
  requestId,
  recommender: 'home',
  plan: { version: 3 },
  subject: { kind: 'user', id: user },
  source: 'fresh',
  complete: true,
  exact: true,
  items: [{ id: '17', score: 0.75, shares: { history: 1 } }],
  coverage: { weight: 1, criteria: [] },
  timings: { totalMs: 200, deadlineMs: 600_000, slowestMs: 20, slowest: 'history', sumMs: 35 },
});
