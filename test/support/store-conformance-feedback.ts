import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { eventWeight, feedbackTypeSchema } from '../../src/contract/item.ts';
import type { History, StoredEvent } from '../../src/store/port.ts';
import type { OpenedStore } from './store-conformance.ts';
import { film, watch } from './store-fixtures.ts';

/** The sum makes a plain zero of minus zero, which no database keeps. */
const weightOf = (event: StoredEvent) => eventWeight({ type: event.type, value: event.value ?? undefined }) + 0;
const bytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** What a history must be, computed the plain way. */
const expectedHistory = (events: readonly StoredEvent[], user: string): History => {
  const newestFirst = events
    .filter((event) => event.user === user && event.type !== 'impression')
    .sort((a, b) => b.atMs - a.atMs || bytes(b.id, a.id));
  const latest = newestFirst.filter((event, at) => newestFirst.findIndex((one) => one.item === event.item) === at);
  latest.sort((a, b) => b.atMs - a.atMs || bytes(a.item, b.item));
  return {
    items: latest.map((event) => event.item),
    weights: latest.map(weightOf),
    atMs: latest.map((event) => event.atMs),
  };
};

/** Few users, items and moments, so that all kinds of ties and repetitions occur; ids whose bytes order unlike UTF-16. */
const someEvents = fc.uniqueArray(
  fc.record({
    id: fc.oneof(fc.string({ minLength: 1, maxLength: 3, unit: 'grapheme' }), fc.constantFrom('🎬', '\uffee', 'é')),
    user: fc.constantFrom('1', '2', 'ü'),
    item: fc.constantFrom('a', 'B', '10', '9', '🎬', '\uffee'),
    type: fc.constantFrom(...feedbackTypeSchema.options),
    value: fc.option(fc.integer({ min: 0, max: 10 }).map((halves) => halves / 2)),
    atMs: fc.integer({ min: 0, max: 4 }).map((step) => 1_600_000_000_000 + step * 0.5),
  }),
  { selector: (event) => event.id, maxLength: 30 },
);

/** The feedback part of the suite. */
export const describeFeedback = (opened: () => OpenedStore): void => {
  const feedback = () => opened().store.feedback;

  describe('feedback', () => {
    it('adds an event once, whether it comes again in the same batch or later', async () => {
      const event = watch('u', 'i', 5);
      expect(await feedback().add([event, event])).toEqual({ added: 1, duplicates: 1 });
      expect(await feedback().add([{ ...event, item: 'other' }])).toEqual({ added: 0, duplicates: 1 });
      expect(await feedback().add([])).toEqual({ added: 0, duplicates: 0 });
      expect(await feedback().count()).toBe(1);
      expect((await feedback().history('u', 5)).items).toEqual(['i']);
    });

    it('creates users it did not know and leaves those it knew as they are', async () => {
      const { users } = opened().store;
      await users.put([{ id: 'known', attributes: { plan: 'basic' } }]);
      await feedback().add([watch('known', 'i', 1), watch('new', 'i', 1)]);
      expect(await users.get('known')).toEqual({ id: 'known', attributes: { plan: 'basic' } });
      expect(await users.get('new')).toEqual({ id: 'new', attributes: {} });
    });

    it('puts the latest event of each item first, also when an older one comes later', async () => {
      await feedback().add([watch('u', 'a', 30), watch('u', 'b', 20)]);
      await feedback().add([
        watch('u', 'a', 10, { type: 'dislike' }),
        watch('u', 'c', 25, { type: 'rate', value: 4.5 }),
      ]);
      expect(await feedback().history('u', 10)).toEqual({
        items: ['a', 'c', 'b'],
        weights: [1, 1.5, 1],
        atMs: [30, 25, 20],
      });
      expect((await feedback().history('u', 2)).items).toEqual(['a', 'c']);
      expect(await feedback().history('nobody', 2)).toEqual({ items: [], weights: [], atMs: [] });
    });

    it('keeps impressions out of the history and in the columns, without weight', async () => {
      await feedback().add([watch('u', 'a', 10), watch('u', 'a', 20, { type: 'impression', value: 3 })]);
      expect(await feedback().history('u', 5)).toEqual({ items: ['a'], weights: [1], atMs: [10] });
      expect([...(await feedback().columns()).weight].sort()).toEqual([0, 1]);
    });

    it('gives for any events, in any batches, the history computed the plain way, and nothing twice', async () => {
      let run = 0;
      const property = fc.asyncProperty(someEvents, fc.integer({ min: 1, max: 30 }), async (plain, batch) => {
        run += 1;
        const events = plain.map((event) => ({ ...event, id: `${run}:${event.id}`, user: `${run}:${event.user}` }));
        for (let at = 0; at < events.length; at += batch) await feedback().add(events.slice(at, at + batch));
        const again = await feedback().add([...events].reverse());
        expect(again).toEqual({ added: 0, duplicates: events.length });
        for (const user of ['1', '2', 'ü'].map((one) => `${run}:${one}`)) {
          expect(await feedback().history(user, 100)).toEqual(expectedHistory(events, user));
        }
      });
      await fc.assert(property, { numRuns: 60 });
    });

    it('hands out all events as columns over tables of distinct ids', async () => {
      const property = fc.asyncProperty(someEvents, async (events) => {
        await Promise.all(['1', '2', 'ü'].map((user) => opened().store.users.delete(user)));
        await feedback().add(events);
        const columns = await feedback().columns();
        expect(new Set(columns.users).size).toBe(columns.users.length);
        expect(new Set(columns.items).size).toBe(columns.items.length);
        const rows = Array.from(columns.user, (user, n) =>
          [columns.users[user], columns.items[columns.item[n] ?? -1], columns.weight[n], columns.atMs[n]].join(' '),
        );
        const expected = events.map((event) =>
          [event.user, event.item, Math.fround(weightOf(event)), event.atMs].join(' '),
        );
        expect(rows.sort()).toEqual(expected.sort());
        expect(columns.weight).toHaveLength(events.length);
      });
      await fc.assert(property, { numRuns: 30 });
    });

    it('hands out more events than one page holds', async () => {
      const events = Array.from({ length: 12_345 }, (_, n) => watch(`u${n % 7}`, `i${n}`, n));
      expect(await feedback().add(events)).toEqual({ added: events.length, duplicates: 0 });
      const columns = await feedback().columns();
      expect(columns.atMs).toHaveLength(events.length);
      expect(columns.atMs.reduce((sum, atMs) => sum + atMs, 0)).toBe((12_345 * 12_344) / 2);
      expect(columns.users).toHaveLength(7);
    });

    it('shows a batch to readers whole or not at all, while other work goes on', async () => {
      const events = Array.from({ length: 5_000 }, (_, n) => watch('u', `i${n}`, n));
      const adding = feedback().add(events);
      const counts = new Set<number>();
      for (let turn = 0; turn < 20; turn += 1) {
        counts.add(await feedback().count());
        await nextTurn();
      }
      await adding;
      counts.add(await feedback().count());
      expect([...counts].filter((count) => count !== 0)).toEqual([5_000]);
    });

    it('hands out columns that hold each of the batches added meanwhile whole or not at all', async () => {
      const other = (await opened().another?.()) ?? opened().store;
      const batchOf = (n: number) => Array.from({ length: 400 }, (_, item) => watch(`u${n}`, `i${item}`, n));
      await feedback().add(Array.from({ length: 9_000 }, (_, n) => watch('first', `i${n}`, n)));
      const adding = Promise.all(Array.from({ length: 24 }, (_, n) => other.feedback.add(batchOf(n))));
      for (let look = 0; look < 6; look += 1) {
        const { users, user } = await feedback().columns();
        const counts = new Map<number, number>();
        for (const one of user) counts.set(one, (counts.get(one) ?? 0) + 1);
        const perUser = users.map((id, at) => `${id === 'first' ? id : 'batch'} ${counts.get(at)}`);
        expect([...new Set(perUser)].filter((one) => one !== 'batch 400')).toEqual(['first 9000']);
      }
      await adding;
    });

    it('ranks by counts that halve with age, over the catalogue alone', async () => {
      await opened().store.items.put(['a', 'b', 'c', 'd'].map((id) => film(id)));
      await feedback().add([
        ...[1, 2, 3].map((n) => watch(`u${n}`, 'a', 1_000)),
        ...[1, 2].map((n) => watch(`u${n}`, 'b', 3_000)),
        watch('u1', 'c', 9_000),
        ...[1, 2, 3, 4].map((n) => watch(`u${n}`, 'not-in-the-catalogue', 3_000)),
        ...[1, 2, 3, 4].map((n) => watch(`u${n}`, 'd', 3_000, { type: n % 2 === 0 ? 'dislike' : 'impression' })),
      ]);
      const popular = await feedback().popular({ limit: 10, halfLifeMs: 1_000, nowMs: 3_000 });
      expect(popular).toEqual([
        { item: 'b', score: 2 },
        { item: 'c', score: 1 },
        { item: 'a', score: 0.75 },
      ]);
      expect(await feedback().popular({ limit: 1, halfLifeMs: 1e9, nowMs: 3_000 })).toMatchObject([{ item: 'a' }]);
    });
  });
};
