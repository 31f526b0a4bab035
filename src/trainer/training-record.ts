import { createHash } from 'node:crypto';
import { ArtefactError, decodeArtefact, encodeArtefact } from '../criteria/artefact.ts';
import { findCriterion } from '../criteria/registry.ts';
import { parseSettings } from '../criteria/settings.ts';
import type { Store } from '../store/port.ts';
import type { ModelOrder } from './model-order.ts';

/** What a model was last fitted on. */
export interface TrainingRecord {
  /** Of criterion and settings: others make another model. */
  order: string;
  events: number;
  fittedAtMs: number;
}

/** When a model is left as it is. */
export interface RefitBounds {
  /** Share of the events it was fitted on that may come or go before it is fitted again; 0: it always is. */
  share: number;
  /** It is fitted again when the last fit is older, ms. */
  maxAgeMs: number;
}

const recordModel = 'training-record';

/** With the defaults of what is not set: a release with another default makes another model. @throws SettingsError */
export const orderKey = ({ criterion, settings }: ModelOrder): string =>
  JSON.stringify([criterion, parseSettings(criterion, findCriterion(criterion)?.settings ?? {}, settings)]);

/** By model; empty where none was written, or by another release. */
export const readRecords = async (models: Pick<Store['models'], 'latest'>): Promise<Map<string, TrainingRecord>> => {
  const stored = await models.latest(recordModel);
  if (stored === null) return new Map();
  try {
    const artefact = decodeArtefact(stored.bytes, recordModel);
    const orders = artefact.texts('orders');
    const events = artefact.column('events', 'float64');
    const fittedAtMs = artefact.column('fittedAtMs', 'float64');
    return new Map(
      artefact
        .texts('models')
        .map((model, at) => [
          model,
          { order: orders[at] as string, events: events[at] as number, fittedAtMs: fittedAtMs[at] as number },
        ]),
    );
  } catch (cause) {
    if (cause instanceof ArtefactError) return new Map();
    throw cause;
  }
};

/** Keeps the records in the store beside the models, as one small model of their own. */
export const writeRecords = async (
  models: Pick<Store['models'], 'publish'>,
  records: ReadonlyMap<string, TrainingRecord>,
): Promise<void> => {
  const bytes = encodeArtefact(recordModel, {
    columns: {
      models: [...records.keys()],
      orders: Array.from(records.values(), (one) => one.order),
      events: Float64Array.from(records.values(), (one) => one.events),
      fittedAtMs: Float64Array.from(records.values(), (one) => one.fittedAtMs),
    },
  });
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await models.publish({ name: recordModel, version: sha256.slice(0, 16), sha256, bytes }, 1);
};

/** Whether too little happened since the last fit to do it again. */
export const isFresh = (
  record: TrainingRecord | undefined,
  now: { order: string; events: number; nowMs: number },
  bounds: RefitBounds,
): boolean => {
  if (record === undefined || record.order !== now.order) return false;
  if (now.nowMs - record.fittedAtMs > bounds.maxAgeMs) return false;
  return Math.abs(now.events - record.events) < bounds.share * record.events;
};
