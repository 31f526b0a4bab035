import type { Item, User } from '../../contract/item.ts';
import type { Store, StoredEvent } from '../port.ts';

/** What an import has put into the store so far. */
export interface Saved {
  items: number;
  users: number;
  events: { added: number; duplicates: number };
}

/** Puts batches into the store and counts them. */
export const createSavers = (store: Store) => {
  const saved: Saved = { items: 0, users: 0, events: { added: 0, duplicates: 0 } };
  return {
    saved,
    async items(batch: readonly Item[]) {
      await store.items.put(batch);
      saved.items += batch.length;
    },
    async users(batch: readonly User[]) {
      await store.users.put(batch);
      saved.users += batch.length;
    },
    async events(batch: readonly StoredEvent[]) {
      const { added, duplicates } = await store.feedback.add(batch);
      saved.events.added += added;
      saved.events.duplicates += duplicates;
    },
  };
};
