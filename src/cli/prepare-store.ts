import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { InvalidInputError } from '../contract/errors.ts';
import { loadDemo } from '../store/load-demo.ts';
import { describeImport, describeStore, type ImportContext, importData } from './import-data.ts';

/** Fills a store with something to recommend: the demo's films and viewers, or a MovieLens folder. */
export interface DataChoice {
  /** A MovieLens folder; absent: the demo. */
  data: string | undefined;
  /** Whether the demo is wanted where there is no `data`: not where all scorers are somebody's own. */
  demo: boolean;
  /** The demo's catalogue. */
  films: string;
}

/** Where the embedded store of this data lies unless told: one file per data set, so that they never mix. */
export const defaultStorePath = ({ data, demo }: Pick<DataChoice, 'data' | 'demo'>, folder: string): string => {
  if (data !== undefined) return join(folder, `${basename(resolve(data))}.sqlite`);
  return join(folder, demo ? 'webflix.sqlite' : 'medley.sqlite');
};

/** The demo goes into an empty store alone: films of somebody's own are never mixed with ours. */
const fillWithDemo = async ({ store, clock, terminal }: ImportContext, films: string): Promise<void> => {
  if ((await store.items.count()) > 0) return;
  terminal.progress('loading the films of Webflix …');
  await loadDemo({ store, clock, films });
  terminal.progress(null);
};

/**
 * What is there to recommend, in one sentence.
 *
 * @throws InvalidInputError where `data` is no MovieLens folder, or too many of its lines are bad
 */
export const prepareStore = async (choice: DataChoice, context: ImportContext): Promise<string> => {
  const { store, terminal } = context;
  const { data, demo, films } = choice;
  if (data === undefined) {
    if (demo) await fillWithDemo(context, films);
    return describeStore(store);
  }
  const found = await stat(data).catch(() => null);
  if (found === null || !found.isDirectory()) {
    throw new InvalidInputError('--data', [`${data} is not a folder; give the unpacked MovieLens folder`]);
  }
  // What is there already adds nothing, and an import that was cut short is completed.
  const report = await importData({ kind: 'movielens', dir: data, strict: false }, context);
  terminal.say(describeImport(report));
  return describeStore(store);
};
