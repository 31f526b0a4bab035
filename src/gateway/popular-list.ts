import type { Clock } from '../contract/clock.ts';
import type { Item } from '../contract/item.ts';
import type { Log } from '../runtime/log.ts';

/** What many watch, kept in memory with the attributes that filters ask for: the fallback that needs no user. */
export interface PopularList {
  /** Best first; scores relative to the first. Items nobody watched yet come last, so that a new catalogue has a list. */
  ranked(): readonly { item: Item; score: number }[];
  get(id: string): Item | undefined;
  /** An item that left the catalogue leaves at once; the next look would see to it, but later. */
  drop(id: string): void;
  /** Looks again where catalogue or feedback changed. Never rejects: the old list stays, and the log says why. */
  refresh(): Promise<void>;
}

/** What it needs of the store. */
export interface PopularStore {
  items: {
    get(ids: readonly string[]): Promise<readonly Item[]>;
    list(page: { limit: number }): Promise<readonly Item[]>;
    version(): Promise<number>;
  };
  feedback: {
    count(): Promise<number>;
    popular(options: {
      limit: number;
      halfLifeMs: number;
      nowMs: number;
    }): Promise<readonly { item: string; score: number }[]>;
  };
}

export interface PopularOptions {
  store: PopularStore;
  clock: Clock;
  log: Log;
  /** How many items are held. */
  limit: number;
  halfLifeMs: number;
}

export const createPopularList = (options: PopularOptions): PopularList => {
  const { store, clock, log, limit, halfLifeMs } = options;
  let list: readonly { item: Item; score: number }[] = [];
  let byId = new Map<string, Item>();
  let state = '';

  const load = async (): Promise<void> => {
    const now = `${await store.items.version()} ${await store.feedback.count()}`;
    if (now === state) return;
    const scores = await store.feedback.popular({ limit, halfLifeMs, nowMs: clock.nowMs() });
    const scoreOf = new Map(scores.map((one) => [one.item, one.score]));
    const best = Math.max(Number.MIN_VALUE, scores[0]?.score ?? 0);
    const known = await store.items.get([...scoreOf.keys()]);
    const unseen = known.length < limit ? await store.items.list({ limit }) : [];
    const items = new Map([...known, ...unseen].map((item) => [item.id, item]));
    byId = items;
    list = [...items.values()].slice(0, limit).map((item) => ({ item, score: (scoreOf.get(item.id) ?? 0) / best }));
    state = now;
  };

  return {
    ranked: () => list,
    get: (id) => byId.get(id),
    drop(id) {
      if (byId.delete(id)) list = list.filter((one) => one.item.id !== id);
    },
    async refresh() {
      try {
        await load();
      } catch (error) {
        log.warn({ event: 'popular-list-not-refreshed', err: error }, 'the list of popular items stays as it was');
      }
    },
  };
};
