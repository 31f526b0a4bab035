import { LRUCache } from 'lru-cache';
import type { Clock } from '../contract/clock.ts';
import type { Item } from '../contract/item.ts';
import type { Log } from '../runtime/log.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { ItemStore } from '../store/port.ts';

/** Titles and attributes at hand, without ever waiting for the store. */
export interface CatalogueCache {
  /** Null: it was there and is deleted, though models may still list it. Undefined: nothing is known of it. */
  get(id: string): Item | null | undefined;
  stop(): void;
}

export interface CatalogueOptions {
  items: Pick<ItemStore, 'get' | 'list' | 'count' | 'version'>;
  maxItems: number;
  /** How often the store is asked for the catalogue's version, ms. */
  refreshMs: number;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

const pageItems = 1_000;
/** The next look comes after so many times what loading took, so that a busy catalogue takes a twentieth of the time at most. */
const restAfterLoading = 20;

/**
 * Holds the whole catalogue where it fits, loaded before the first answer, and again in the background when its version
 * has moved. A larger one is held in part: what is asked for and not there is fetched for the next time.
 *
 * The old items stay in use while new ones load, and while the store does not answer. Never rejects.
 */
export const createCatalogueCache = async (options: CatalogueOptions): Promise<CatalogueCache> => {
  const { items, maxItems, clock, log, metrics } = options;
  let cache = new LRUCache<string, Item>({ max: maxItems });
  let version = -1;
  let isWhole = false;
  let stopped = false;
  let cancel = (): void => {};
  const wanted = new Set<string>();
  const deleted = new LRUCache<string, true>({ max: maxItems });

  const fillFrom = async (target: LRUCache<string, Item>): Promise<void> => {
    let after: string | undefined;
    while (!stopped && target.size < maxItems) {
      const page = await items.list({ limit: pageItems, ...(after === undefined ? {} : { after }) });
      for (const item of page) target.set(item.id, item);
      after = page.at(-1)?.id;
      if (page.length < pageItems) return;
    }
  };
  const load = async (): Promise<void> => {
    const found = await items.version();
    if (found === version) return;
    const next = new LRUCache<string, Item>({ max: maxItems });
    const count = await items.count();
    await fillFrom(next);
    const isNextWhole = count <= maxItems;
    if (isWhole && isNextWhole) for (const id of cache.keys()) if (!next.has(id)) deleted.set(id, true);
    isWhole = isNextWhole;
    cache = next;
    version = found;
    metrics.gauge('medley_aggregator_catalogue_items', {}, cache.size);
  };
  const fetchWanted = async (): Promise<void> => {
    const ids = [...wanted];
    wanted.clear();
    for (let at = 0; at < ids.length; at += pageItems) {
      for (const item of await items.get(ids.slice(at, at + pageItems))) cache.set(item.id, item);
    }
  };
  const refresh = async (): Promise<void> => {
    const startedAtMs = clock.monotonicMs();
    try {
      await load();
      await fetchWanted();
    } catch (error) {
      log.warn({ event: 'catalogue-not-refreshed', err: error }, 'titles and attributes may be old');
    }
    if (stopped) return;
    const tookMs = clock.monotonicMs() - startedAtMs;
    cancel = clock.setTimer(Math.max(options.refreshMs, tookMs * restAfterLoading), () => void refresh());
  };

  await refresh();
  return {
    get(id) {
      const item = cache.get(id);
      if (item !== undefined) return item;
      if (!isWhole && wanted.size < pageItems) wanted.add(id);
      return deleted.size > 0 && deleted.has(id) ? null : undefined;
    },
    stop() {
      stopped = true;
      cancel();
    },
  };
};
