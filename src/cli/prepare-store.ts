import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Clock } from '../contract/clock.ts';
import { InvalidInputError } from '../contract/errors.ts';
import type { Log } from '../runtime/log.ts';
import { importMovieLens } from '../store/import/import-movielens.ts';
import { loadDemo } from '../store/load-demo.ts';
import type { Store } from '../store/port.ts';

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

/** What is there to recommend, in one sentence. */
export const prepareStore = async (
  store: Store,
  choice: DataChoice,
  context: { clock: Clock; log: Log; say: (line: string) => void },
): Promise<string> => {
  const { clock, log, say } = context;
  if (choice.data === undefined) {
    if (choice.demo) await loadDemo({ store, clock, films: choice.films });
  } else {
    const found = await stat(choice.data).catch(() => null);
    if (found === null || !found.isDirectory()) {
      throw new InvalidInputError('--data', [`${choice.data} is not a folder; give the unpacked MovieLens folder`]);
    }
    const begunMs = clock.monotonicMs();
    // What is there already adds nothing, and an import that was cut short is completed.
    const report = await importMovieLens({ dir: choice.data, store, clock, log });
    const seconds = ((clock.monotonicMs() - begunMs) / 1_000).toFixed(1);
    const bad = report.bad === 0 ? '' : `; ${report.bad} bad lines left out, such as ${report.faults[0] ?? ''}`;
    say(`imported ${choice.data} (${report.format}) in ${seconds} s: ${report.events.added} new events${bad}`);
  }
  const [items, users, events] = await Promise.all([store.items.count(), store.users.count(), store.feedback.count()]);
  return `${items} films, ${users} viewers, ${events} events`;
};
