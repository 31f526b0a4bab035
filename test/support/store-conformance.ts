import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Store, StoreUnavailableError } from '../../src/store/port.ts';
import type { FakeClock } from './fake-clock.ts';
import { describeFeedback } from './store-conformance-feedback.ts';
import { answerFor, film, watch } from './store-fixtures.ts';

/** One opened, empty store. */
export interface OpenedStore {
  store: Store;
  clock: FakeClock;
  /** Opens the same data a second time, as another process would; absent where the data can't be shared. */
  another?: () => Promise<Store>;
  dispose: () => Promise<void>;
}

const requestId = (n: number): string => n.toString(16).padStart(32, '0');

/**
 * The one suite every implementation of the store passes.
 *
 * @example describeStore('SQLite in memory', openInMemory);
 */
export const describeStore = (name: string, open: () => Promise<OpenedStore>): void => {
  describe(`the store: ${name}`, () => {
    let opened: OpenedStore;
    let store: Store;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.dispose());

    describeFeedback(() => opened);

    describe('items', () => {
      it('returns items in the order of the ids asked for and leaves unknown ones out', async () => {
        await store.items.put([film('1'), film('2'), film('3')]);
        const got = await store.items.get(['3', 'nowhere', '1', '3']);
        expect(got.map((item) => item.id)).toEqual(['3', '1', '3']);
        expect(await store.items.get([])).toEqual([]);
      });

      it('gives every field back as it was put', async () => {
        const whole = film('ü/1 "quoted"', {
          title: 'Amélie 🎬',
          genres: ['Comedy', "L'amour"],
          year: 2001,
          maturity: '12',
          regions: ['FR', 'DE'],
          availableFromMs: 1.5,
          availableUntilMs: 8.64e15,
          addedAtMs: 0,
        });
        await store.items.put([whole]);
        expect(await store.items.get([whole.id])).toEqual([whole]);
      });

      it('replaces an item that is there, the last of one call winning', async () => {
        await store.items.put([film('1', { title: 'first' })]);
        await store.items.put([film('1', { title: 'second' }), film('1', { title: 'third' })]);
        expect(await store.items.get(['1'])).toEqual([film('1', { title: 'third' })]);
        expect(await store.items.count()).toBe(1);
      });

      it('lists in byte order of the ids, page by page', async () => {
        await store.items.put(['b', 'a', '10', '9', 'B', 'é', '🎬', '\uffee'].map((id) => film(id)));
        const first = await store.items.list({ limit: 5 });
        const second = await store.items.list({ after: first.at(-1)?.id ?? '', limit: 5 });
        expect([...first, ...second].map((item) => item.id)).toEqual(['10', '9', 'B', 'a', 'b', 'é', '\uffee', '🎬']);
      });

      it('takes more items at once than one statement holds', async () => {
        const many = Array.from({ length: 2_345 }, (_, n) => film(`many-${n}`));
        await store.items.put(many);
        expect(await store.items.count()).toBe(many.length);
        expect(await store.items.get(many.map((item) => item.id))).toEqual(many);
      });

      it('moves its version with every change and with nothing else', async () => {
        const versions = [await store.items.version()];
        const note = async (change: Promise<unknown>) => {
          await change;
          versions.push(await store.items.version());
        };
        await note(store.items.put([film('1')]));
        await note(store.items.put([film('1')]));
        await note(store.items.delete('1'));
        expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
        const before = await store.items.version();
        expect(await store.items.delete('1')).toBe(false);
        await store.items.put([]);
        await store.feedback.add([watch('u', '1', 5)]);
        expect(await store.items.version()).toBe(before);
      });
    });

    describe('users', () => {
      it('keeps attributes, replaces them, and lists in id order', async () => {
        await store.users.put([
          { id: '2', attributes: {} },
          { id: '1', attributes: { plan: 'basic' } },
        ]);
        await store.users.put([{ id: '1', attributes: { plan: 'family' } }]);
        expect(await store.users.get('1')).toEqual({ id: '1', attributes: { plan: 'family' } });
        expect(await store.users.get('3')).toBeNull();
        expect((await store.users.list({ limit: 10 })).map((user) => user.id)).toEqual(['1', '2']);
        expect((await store.users.list({ after: '1', limit: 10 })).map((user) => user.id)).toEqual(['2']);
        expect(await store.users.count()).toBe(2);
      });

      it('deletes a user with his feedback and answers, and nobody else', async () => {
        await store.feedback.add([watch('gone', 'a', 1), watch('stays', 'a', 2)]);
        const pending = { bodyHash: 'h', acceptedAtMs: 1, deadlineAtMs: 2e12 };
        await store.answers.accept({ id: requestId(1), user: 'gone', ...pending });
        await store.answers.accept({ id: requestId(2), user: 'stays', ...pending });
        await store.answers.complete(requestId(3), answerFor(requestId(3), 'gone'));
        expect(await store.users.delete('gone')).toBe(true);
        expect(await store.users.get('gone')).toBeNull();
        expect((await store.feedback.history('gone', 9)).items).toEqual([]);
        expect((await store.feedback.columns()).users).toEqual(['stays']);
        expect(await store.answers.get(requestId(1), 3)).toBeNull();
        expect(await store.answers.get(requestId(3), 3)).toBeNull();
        expect((await store.answers.get(requestId(2), 3))?.state).toBe('pending');
        expect((await store.feedback.history('stays', 9)).items).toEqual(['a']);
        expect(await store.users.delete('gone')).toBe(false);
      });

      it('lets no answer that was under way bring a deleted user back, though his key may be used anew', async () => {
        const pending = { id: requestId(1), user: 'gone', bodyHash: 'h', acceptedAtMs: 1, deadlineAtMs: 2e12 };
        await store.answers.accept(pending);
        await store.users.delete('gone');
        expect(await store.answers.complete(pending.id, answerFor(pending.id, 'gone'))).toBe(false);
        expect(await store.answers.fail(pending.id, 'no')).toBe(false);
        expect(await store.answers.get(pending.id, 3)).toBeNull();
        expect((await store.answers.accept(pending)).known).toBe(false);
        expect((await store.answers.get(pending.id, 3))?.state).toBe('pending');
      });
    });

    describe('models', () => {
      const artefact = (version: string, bytes = Uint8Array.from([0, 255, 13, 10])) => ({
        name: 'history',
        version,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        bytes,
      });

      it('gives back the newest as it was published, byte for byte', async () => {
        expect(await store.models.latest('history')).toBeNull();
        expect(await store.models.latestVersion('history')).toBeNull();
        await store.models.publish(artefact('v10'));
        await store.models.publish(artefact('v9', new Uint8Array(100_000).fill(7)));
        const latest = await store.models.latest('history');
        expect({ ...latest, bytes: [...(latest?.bytes ?? [])] }).toEqual({
          ...artefact('v9'),
          sha256: artefact('v9', new Uint8Array(100_000).fill(7)).sha256,
          bytes: new Array(100_000).fill(7),
        });
        expect(await store.models.latestVersion('history')).toMatchObject({ version: 'v9', bytes: 100_000 });
      });

      it('keeps as many versions as told, each name by itself, and makes a version published again the newest', async () => {
        for (const version of ['a', 'b', 'c', 'a']) {
          await store.models.publish(artefact(version), 2);
          opened.clock.advance(1_000);
        }
        await store.models.publish({ ...artefact('x'), name: 'genres' }, 1);
        const kept = await store.models.list();
        expect(kept.map((model) => `${model.name} ${model.version}`)).toEqual(['genres x', 'history c', 'history a']);
        expect(kept.map((model) => model.createdAtMs)).toEqual([1.7e12 + 4_000, 1.7e12 + 2_000, 1.7e12 + 3_000]);
      });
    });

    describe('answers', () => {
      const pending = { id: requestId(1), user: '7', bodyHash: 'one', acceptedAtMs: 1_000, deadlineAtMs: 61_000 };
      const answer = answerFor(pending.id, '7');

      it('accepts once and says of a second time whether the body is the same', async () => {
        const first = await store.answers.accept(pending);
        expect(first).toEqual({
          known: false,
          sameBody: true,
          status: { id: pending.id, state: 'pending', acceptedAtMs: 1_000, deadlineAtMs: 61_000 },
        });
        const again = await store.answers.accept({ ...pending, acceptedAtMs: 5_000, deadlineAtMs: 65_000 });
        expect(again).toEqual({ ...first, known: true });
        expect(await store.answers.accept({ ...pending, bodyHash: 'two' })).toEqual({ ...again, sameBody: false });
      });

      it('keeps the first end and refuses every later one', async () => {
        await store.answers.accept(pending);
        expect(await store.answers.complete(pending.id, answer)).toBe(true);
        expect(await store.answers.complete(pending.id, { ...answer, items: [] })).toBe(false);
        expect(await store.answers.fail(pending.id, 'too late to fail')).toBe(false);
        expect(await store.answers.get(pending.id, 1e15)).toEqual({
          id: pending.id,
          state: 'answered',
          acceptedAtMs: 1_000,
          deadlineAtMs: 61_000,
          answer,
        });
      });

      it('keeps a failure and refuses an answer after it', async () => {
        await store.answers.accept(pending);
        expect(await store.answers.fail(pending.id, 'delivered 20 times')).toBe(true);
        expect(await store.answers.complete(pending.id, answer)).toBe(false);
        expect(await store.answers.get(pending.id, 2_000)).toMatchObject({
          state: 'failed',
          failure: 'delivered 20 times',
        });
      });

      it('lets exactly one of many that complete at once win', async () => {
        const stores = [store, (await opened.another?.()) ?? store];
        const wins = await Promise.all(
          Array.from({ length: 20 }, (_, n) => stores[n % 2]?.answers.complete(pending.id, answer)),
        );
        expect(wins.filter((won) => won === true)).toHaveLength(1);
      });

      it('takes an answer or a failure for an id that was never accepted', async () => {
        expect(await store.answers.complete(pending.id, answer)).toBe(true);
        expect(await store.answers.fail(requestId(2), 'dead-lettered')).toBe(true);
        expect(await store.answers.get(pending.id, 1)).toMatchObject({ state: 'answered', answer });
        expect(await store.answers.get(requestId(2), 1)).toMatchObject({ state: 'failed', failure: 'dead-lettered' });
        expect(await store.answers.accept(pending)).toMatchObject({ known: true, sameBody: true });
      });

      it('reads a pending one past its deadline as failed, and never takes that back', async () => {
        await store.answers.accept(pending);
        expect(await store.answers.get(pending.id, 61_000)).toMatchObject({ state: 'pending' });
        const failed = await store.answers.get(pending.id, 61_001);
        expect(failed).toMatchObject({
          state: 'failed',
          failure: 'the deadline, 1970-01-01T00:01:01.000Z, passed before there was an answer',
        });
        expect(await store.answers.complete(pending.id, answer)).toBe(false);
        expect(await store.answers.get(pending.id, 1_000)).toEqual(failed);
      });

      it('sweeps what ended before the instant and keeps what is open', async () => {
        await store.answers.accept(pending);
        await store.answers.accept({ ...pending, id: requestId(2), deadlineAtMs: 9e12 });
        await store.answers.complete(requestId(3), answerFor(requestId(3), '8'));
        opened.clock.advance(10_000);
        await store.answers.complete(requestId(4), answerFor(requestId(4), '8'));
        expect(await store.answers.sweep(opened.clock.nowMs())).toBe(2);
        const left = await Promise.all([1, 2, 3, 4].map((n) => store.answers.get(requestId(n), 0)));
        expect(left.map((status) => status?.state)).toEqual([undefined, 'pending', undefined, 'answered']);
      });
    });

    describe('as a whole', () => {
      it('refuses every call after it was closed as unavailable', async () => {
        await store.close();
        const calls = [
          () => store.items.get(['1']),
          () => store.users.put([{ id: '1', attributes: {} }]),
          () => store.feedback.add([watch('u', 'i', 1)]),
          () => store.feedback.history('u', 5),
          () => store.models.latest('history'),
          () => store.answers.sweep(5),
        ];
        for (const call of calls) await expect(call()).rejects.toThrow(StoreUnavailableError);
      });

      it('shows every acknowledged write to another process on the same data', async () => {
        const other = await opened.another?.();
        if (other === undefined) return;
        await store.items.put([film('1')]);
        expect(await other.items.get(['1'])).toEqual([film('1')]);
        await other.feedback.add([watch('u', '1', 10)]);
        expect((await store.feedback.history('u', 5)).items).toEqual(['1']);
        const batches = [store, other].flatMap((each, s) =>
          Array.from({ length: 10 }, (_, b) =>
            each.feedback.add(Array.from({ length: 50 }, (_, n) => watch(`u${s}`, `${b}-${n}`, n))),
          ),
        );
        expect(await Promise.all(batches)).toEqual(new Array(20).fill({ added: 50, duplicates: 0 }));
        expect(await other.feedback.count()).toBe(1_001);
      });
    });
  });
};
