import { catalogueModel } from '../criteria/catalogue.ts';
import type { Criterion } from '../criteria/criterion.ts';
import { findCriterion } from '../criteria/registry.ts';
import { parseSettings, SettingsError } from '../criteria/settings.ts';
import { type FitOrder, type FitResult, fitInThread } from './fit-thread.ts';
import { type PublishContext, type PublishedModel, publishCatalogue, publishModel, readAllItems } from './publish.ts';

export interface TrainOptions extends PublishContext {
  /** Settings by the name of the criterion; those that need no fitting are only checked. */
  criteria: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Only these models, `catalogue` among them; absent: all. */
  only?: readonly string[];
  signal?: AbortSignal;
}

export type TrainedModel =
  | (PublishedModel & {
      fitSeconds: number;
      /** The most memory the whole process had held when this fit ended; null: not measured. */
      peakRssBytes: number | null;
    })
  | { model: string; outcome: 'failed'; detail: string };

export interface TrainingReport {
  items: number;
  events: number;
  /** In the order they were fitted. One that failed leaves its last version in force. */
  models: readonly TrainedModel[];
  totalSeconds: number;
}

/** What the trainer is told to fit and cannot; every fault, one sentence each. Blast radius: this run, before it began. */
export class TrainingOrderError extends Error {
  override readonly name = 'TrainingOrderError';
}

const faultOf = (name: string, criterion: Criterion | null, settings: Readonly<Record<string, string>>) => {
  if (criterion === null) return `No criterion ${name} is shipped.`;
  try {
    parseSettings(name, criterion.settings, settings);
    return null;
  } catch (cause) {
    if (cause instanceof SettingsError) return cause.message;
    throw cause;
  }
};

/** The criteria to fit, checked, smallest surprise first: by name. */
const planJobs = ({ criteria, only }: TrainOptions): FitOrder['jobs'] => {
  const isWanted = (model: string): boolean => only === undefined || only.includes(model);
  const faults: string[] = [];
  const jobs: FitOrder['jobs'][number][] = [];
  for (const [name, settings] of Object.entries(criteria).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const criterion = findCriterion(name);
    const fault = faultOf(name, criterion, settings);
    if (fault !== null) faults.push(fault);
    else if (criterion?.fit && isWanted(name)) jobs.push({ name, settings });
  }
  for (const model of only ?? []) {
    if (model !== catalogueModel && !Object.hasOwn(criteria, model)) faults.push(`No criterion ${model} is in use.`);
  }
  if (faults.length > 0) throw new TrainingOrderError(faults.join(' '));
  return jobs;
};

/**
 * Reads what is known, fits every criterion in a thread of its own and publishes what changed.
 *
 * The catalogue goes first, so that no scorer waits for it. One failed fit does not keep the others from being
 * published.
 *
 * @throws TrainingOrderError before anything is read, when a criterion or setting does not exist
 */
export const trainAll = async (options: TrainOptions): Promise<TrainingReport> => {
  const { store, clock, log, metrics, only, signal } = options;
  const jobs = planJobs(options);
  const startedMs = clock.monotonicMs();
  const secondsSince = (sinceMs: number): number => (clock.monotonicMs() - sinceMs) / 1_000;
  const models: TrainedModel[] = [];

  const items = await readAllItems(store);
  if (only === undefined || only.includes(catalogueModel)) {
    const published = await publishCatalogue(options, items);
    models.push({ ...published, fitSeconds: secondsSince(startedMs), peakRssBytes: null });
  }

  const take = async (result: FitResult): Promise<void> => {
    if (!result.ok) {
      log.error({ model: result.model, detail: result.detail }, 'model not fitted');
      models.push({ model: result.model, outcome: 'failed', detail: result.detail });
      return;
    }
    const { fitSeconds, peakRssBytes } = result;
    metrics.observe('medley_trainer_fit_seconds', { model: result.model }, fitSeconds);
    models.push({ ...(await publishModel(options, result)), fitSeconds, peakRssBytes });
  };

  const events = jobs.length === 0 ? null : await store.feedback.columns();
  if (events !== null) await fitInThread({ data: { items, events, nowMs: clock.nowMs() }, jobs }, take, signal);
  return { items: items.length, events: events?.user.length ?? 0, models, totalSeconds: secondsSince(startedMs) };
};
