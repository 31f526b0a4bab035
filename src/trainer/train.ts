import { availableParallelism } from 'node:os';
import { catalogueModel } from '../criteria/catalogue.ts';
import { type FitResult, fitInThreads } from './fit-thread.ts';
import { type ModelOrder, planJobs } from './model-order.ts';
import { type PublishContext, type PublishedModel, publishCatalogue, publishModel, readAllItems } from './publish.ts';
import { isFresh, orderKey, type RefitBounds, readRecords, writeRecords } from './training-record.ts';

export interface TrainOptions extends PublishContext {
  /** How each model is made, by its name; those that need no fitting are only checked. */
  orders: Readonly<Record<string, ModelOrder>>;
  /** Only these models, `catalogue` among them; absent: all. */
  only?: readonly string[];
  /** Spares models on whose events little changed; absent: everything is fitted. */
  refit?: RefitBounds;
  /** Models fitted side by side; memory adds up. Absent: two, or one on a machine of one core. */
  threads?: number;
  /** A fit that takes longer is ended and counts as failed, ms; absent: six hours. */
  mostFitMs?: number;
  signal?: AbortSignal;
}

export type TrainedModel =
  | (PublishedModel & {
      fitSeconds: number;
      /** The most memory the whole process had held when this fit ended; null: not measured. */
      peakRssBytes: number | null;
    })
  /** `fresh`: too little had changed since its last fit. */
  | { model: string; outcome: 'fresh'; version: string; bytes: number }
  | { model: string; outcome: 'failed'; detail: string };

export interface TrainingReport {
  items: number;
  events: number;
  /** The catalogue first, then by name. One that failed leaves its last version in force. */
  models: readonly TrainedModel[];
  totalSeconds: number;
}

const sixHoursMs = 6 * 3_600_000;

/**
 * Reads what is known, fits every model in threads of their own and publishes what changed.
 *
 * The catalogue goes first, so that no scorer waits for it. One failed fit does not keep the others from being
 * published.
 *
 * @throws TrainingOrderError before anything is read, when a criterion or setting does not exist
 */
export const trainAll = async (options: TrainOptions): Promise<TrainingReport> => {
  const { store, clock, log, metrics, orders, only, signal } = options;
  const jobs = planJobs(orders, only);
  const startedMs = clock.monotonicMs();
  const secondsSince = (sinceMs: number): number => (clock.monotonicMs() - sinceMs) / 1_000;
  const models: TrainedModel[] = [];

  const items = await readAllItems(store);
  if (only === undefined || only.includes(catalogueModel)) {
    const published = await publishCatalogue(options, items);
    models.push({ ...published, fitSeconds: secondsSince(startedMs), peakRssBytes: null });
  }
  if (jobs.length === 0) return { items: items.length, events: 0, models, totalSeconds: secondsSince(startedMs) };

  const events = await store.feedback.columns();
  const records = await readRecords(store.models);
  const nowMs = clock.nowMs();
  const recordOf = (order: ModelOrder) => ({ order: orderKey(order), events: events.user.length, nowMs });

  const isSpared = async (model: string, order: ModelOrder): Promise<boolean> => {
    if (options.refit === undefined || !isFresh(records.get(model), recordOf(order), options.refit)) return false;
    const newest = await store.models.latestVersion(model);
    if (newest === null) return false;
    log.debug({ model, version: newest.version }, 'model fresh');
    models.push({ model, outcome: 'fresh', version: newest.version, bytes: newest.bytes });
    return true;
  };
  const stale: (typeof jobs)[number][] = [];
  for (const job of jobs) if (!(await isSpared(job.model, job))) stale.push(job);

  const take = async (result: FitResult): Promise<void> => {
    const { model } = result;
    if (!result.ok) {
      log.error({ model, detail: result.detail }, 'model not fitted');
      models.push({ model, outcome: 'failed', detail: result.detail });
      return;
    }
    const { fitSeconds, peakRssBytes } = result;
    metrics.observe('medley_trainer_fit_seconds', { model }, fitSeconds);
    models.push({ ...(await publishModel(options, result)), fitSeconds, peakRssBytes });
    const { order, events: count } = recordOf(orders[model] as ModelOrder);
    records.set(model, { order, events: count, fittedAtMs: nowMs });
    await writeRecords(store.models, records);
  };

  await fitInThreads({
    data: { items, events, nowMs },
    jobs: stale,
    earlierOf: async (model) => (await store.models.latest(model))?.bytes ?? null,
    onResult: take,
    threads: options.threads ?? Math.min(2, availableParallelism()),
    mostMs: options.mostFitMs ?? sixHoursMs,
    clock,
    signal,
  });
  const rank = ({ model }: TrainedModel): number => jobs.findIndex((job) => job.model === model);
  models.sort((a, b) => rank(a) - rank(b));
  return { items: items.length, events: events.user.length, models, totalSeconds: secondsSince(startedMs) };
};
