import { basename } from 'node:path';
import type { Clock } from '../contract/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { ImportProgress, ImportReport } from '../store/import/import-all.ts';
import { importFiles } from '../store/import/import-files.ts';
import { importMovieLens } from '../store/import/import-movielens.ts';
import type { Store } from '../store/port.ts';
import { grouped } from './render-table.ts';
import type { Terminal } from './terminal.ts';

/** `medley import`: what is to be read. */
export type ImportChoice =
  | { kind: 'movielens'; dir: string; strict: boolean }
  | { kind: 'files'; items: string | undefined; events: string | undefined; strict: boolean };

export interface ImportContext {
  store: Store;
  clock: Clock;
  log: Log;
  terminal: Pick<Terminal, 'say' | 'progress'>;
}

/** `importing ratings.csv  63 %  64,000 rows` */
export const describeProgress = ({ file, rows, bad, done }: ImportProgress): string => {
  const faults = bad === 0 ? '' : `  ${grouped(bad)} bad`;
  return `importing ${basename(file)}  ${Math.round(done * 100)} %  ${grouped(rows)} rows${faults}`;
};

/** What became of an import, the bad lines below it. */
export const describeImport = (report: ImportReport): string => {
  const { items, users, events, bad, faults, tookMs } = report;
  const counts = [
    ...(items > 0 ? [`${grouped(items)} items`] : []),
    ...(users > 0 ? [`${grouped(users)} users`] : []),
    `${grouped(events.added)} new events`,
    ...(events.duplicates > 0 ? [`${grouped(events.duplicates)} known before`] : []),
  ];
  const summary = `imported in ${(tookMs / 1_000).toFixed(1)} s: ${counts.join(', ')}`;
  if (bad === 0) return summary;
  return [`${summary}; ${grouped(bad)} bad lines left out:`, ...faults.map((fault) => `  ${fault}`)].join('\n');
};

/**
 * Imports with a line of progress, and says what there is now.
 *
 * @throws InvalidInputError where files are missing, too many lines are bad, or any where `strict`
 */
export const importData = async (choice: ImportChoice, context: ImportContext): Promise<ImportReport> => {
  const { store, clock, log, terminal } = context;
  const onProgress = (progress: ImportProgress): void => terminal.progress(describeProgress(progress));
  const options = { store, clock, log, onProgress, strict: choice.strict };
  try {
    return choice.kind === 'movielens'
      ? await importMovieLens({ ...options, dir: choice.dir })
      : await importFiles({ ...options, items: choice.items, events: choice.events });
  } finally {
    terminal.progress(null);
  }
};

/** `9,742 items, 610 users, 100,836 events` */
export const describeStore = async (store: Store): Promise<string> => {
  const [items, users, events] = await Promise.all([store.items.count(), store.users.count(), store.feedback.count()]);
  return `${grouped(items)} items, ${grouped(users)} users, ${grouped(events)} events`;
};
