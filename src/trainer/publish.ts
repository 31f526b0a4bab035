import { createHash } from 'node:crypto';
import type { Clock } from '../contract/clock.ts';
import type { Item } from '../contract/item.ts';
import { catalogueModel, encodeCatalogue } from '../criteria/catalogue.ts';
import type { Log } from '../runtime/log.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Store } from '../store/port.ts';

export interface PublishContext {
  store: Pick<Store, 'items' | 'feedback' | 'models'>;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

/** What became of one model. */
export interface PublishedModel {
  model: string;
  /** `unchanged`: the newest version has the very same bytes, so nothing was published. */
  outcome: 'published' | 'unchanged';
  version: string;
  sha256: string;
  bytes: number;
}

const itemsPerPage = 5_000;

export const readAllItems = async (store: Pick<Store, 'items'>): Promise<Item[]> => {
  const items: Item[] = [];
  for (;;) {
    const last = items.at(-1)?.id;
    const page = await store.items.list({ limit: itemsPerPage, ...(last === undefined ? {} : { after: last }) });
    for (const item of page) items.push(item);
    if (page.length < itemsPerPage) return items;
  }
};

/** `20260304T050607Z-1a2b3c4d`: when, and the first digits of the SHA-256. */
const versionOf = (nowMs: number, sha256: string): string =>
  `${new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '')}-${sha256.slice(0, 8)}`;

/** Publishes a new version unless the newest one is the same. */
export const publishModel = async (
  { store, clock, log, metrics }: PublishContext,
  { model, bytes, sha256 }: { model: string; bytes: Uint8Array; sha256: string },
): Promise<PublishedModel> => {
  const newest = await store.models.latestVersion(model);
  metrics.gauge('medley_trainer_model_bytes', { model }, bytes.byteLength);
  if (newest?.sha256 === sha256) {
    log.debug({ model, version: newest.version }, 'model unchanged');
    return { model, outcome: 'unchanged', version: newest.version, sha256, bytes: bytes.byteLength };
  }
  const version = versionOf(clock.nowMs(), sha256);
  await store.models.publish({ name: model, version, sha256, bytes });
  log.info({ model, version, bytes: bytes.byteLength }, 'model published');
  return { model, outcome: 'published', version, sha256, bytes: bytes.byteLength };
};

/** Publishes the catalogue as every scorer needs it: after each change of the items, without fitting anything. */
export const publishCatalogue = async (context: PublishContext, items?: readonly Item[]): Promise<PublishedModel> => {
  const bytes = encodeCatalogue(items ?? (await readAllItems(context.store)));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return publishModel(context, { model: catalogueModel, bytes, sha256 });
};
