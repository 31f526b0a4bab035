import { stat } from 'node:fs/promises';
import { InvalidInputError } from '../contract/errors.ts';
import { catalogueModel } from '../criteria/catalogue.ts';
import { isPostgresUrl } from '../store/postgres-address.ts';
import type { TrainedModel, TrainingReport } from '../trainer/train.ts';
import { type Context, train, trainingOrder } from './keep-trained.ts';
import { grouped, renderTable } from './render-table.ts';

/** `medley train`: fits what the Scorers need, once, and shows what came of it. */

const mebibytes = (bytes: number): string => (bytes / 1_048_576).toFixed(1);

const rowOf = (one: TrainedModel): string[] => {
  if (one.outcome === 'failed') return [one.model, one.outcome, one.detail, '', ''];
  const seconds = one.outcome === 'fresh' ? '' : one.fitSeconds.toFixed(1);
  return [one.model, one.outcome, one.version, seconds, mebibytes(one.bytes)];
};

/** The most memory the whole process held, where a fit told it. */
const peakText = (models: readonly TrainedModel[]): string => {
  const peaks = models.map((one) => ('peakRssBytes' in one ? (one.peakRssBytes ?? 0) : 0));
  const peak = Math.max(0, ...peaks);
  return peak === 0 ? '' : `, at most ${grouped(Math.round(peak / 1_048_576))} MiB held`;
};

/** One model a line: what became of it, its version, how long it took and how large it is. */
export const renderTraining = ({ models, items, events, totalSeconds }: TrainingReport): string => {
  const table = renderTable([['model', 'outcome', 'version', 'seconds', 'MiB'], ...models.map(rowOf)], new Set([3, 4]));
  return `${table}\n\n${grouped(items)} items and ${grouped(events)} events in ${totalSeconds.toFixed(1)} s${peakText(models)}`;
};

/** A store is never made by the way: training an empty one would only hide a mistyped path. */
export const refuseMissingStore = async (path: string): Promise<void> => {
  if (isPostgresUrl(path)) return;
  const found = await stat(path).catch(() => null);
  if (found?.isFile()) return;
  throw new InvalidInputError('--store', [
    `there is no store at ${path}; medley import or medley up makes one, --store names another`,
  ]);
};

/** @throws InvalidInputError where a model that is asked for is none of these Scorers' */
const refuseUnknown = (only: readonly string[], known: readonly string[]): void => {
  const unknown = only.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new InvalidInputError(
    '--only',
    unknown.map((name) => `${name} is none of ${known.join(', ')}`),
  );
};

/** Trains once. False: at least one fit failed; what it had published before stays in force. */
export const trainModels = async (context: Context, only: readonly string[]): Promise<boolean> => {
  refuseUnknown(only, [catalogueModel, ...Object.keys(trainingOrder(context.scorers))]);
  const report = await train(context, only.length === 0 ? {} : { only });
  context.terminal.say(renderTraining(report));
  return report.models.every((one) => one.outcome !== 'failed');
};
