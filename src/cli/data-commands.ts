import { type Command, Option } from 'commander';
import { systemClock } from '../runtime/clock.ts';
import { createLog } from '../runtime/log.ts';
import { noMetrics } from '../runtime/metrics.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/port.ts';
import { describeImport, describeStore, type ImportChoice, importData } from './import-data.ts';
import { repeatable } from './option-parsers.ts';
import { defaultStorePath, prepareStore } from './prepare-store.ts';
import type { CommandContext } from './program.ts';
import type { Terminal } from './terminal.ts';
import { refuseMissingStore, trainModels } from './train-models.ts';
import { demoFilms, readResourcesOrWebflix } from './up.ts';

const folder = '.medley';

const storeOption = (where: string): Option =>
  new Option('--store <address>', `the store: a SQLite file or a postgres:// URL (default: ${where})`).env(
    'MEDLEY_STORE',
  );

const strictOption = (): Option =>
  new Option('--strict', 'one bad line anywhere, and nothing is imported').default(false);

const quietLog = () => createLog({ level: 'warn', role: 'medley', process: `medley-${process.pid}` });

/** Opens a store for one piece of work and closes it whatever comes. */
const withStore = async <T>(address: string, work: (store: Store) => Promise<T>): Promise<T> => {
  const store = await openStore({ address, clock: systemClock, log: quietLog() });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
};

const runImport = (choice: ImportChoice, address: string, terminal: Terminal): Promise<void> =>
  withStore(address, async (store) => {
    const report = await importData(choice, { store, clock: systemClock, log: quietLog(), terminal });
    terminal.say(describeImport(report));
    terminal.say(`in the store now: ${await describeStore(store)}`);
  });

/** `medley import movielens`, `medley import demo`, `medley import files` */
export const addImport = (program: Command, { terminal }: CommandContext): void => {
  const group = program.command('import').description('read a catalogue and what users did with it into a store');
  group
    .command('movielens')
    .description('read a MovieLens folder: latest or small (csv), 100K (u.data), 1M or 10M (.dat)')
    .argument('<dir>', 'the unpacked folder')
    .addOption(storeOption(`${folder}/NAME-OF-THE-FOLDER.sqlite, as medley up --data has it`))
    .addOption(strictOption())
    .action(async (dir: string, { store, strict }: { store?: string; strict: boolean }) => {
      const address = store || defaultStorePath({ data: dir, demo: false }, folder);
      await runImport({ kind: 'movielens', dir, strict }, address, terminal);
      if (!store) terminal.say(`start with: medley up --data ${dir}`);
    });
  group
    .command('demo')
    .description('fill an empty store with the films of Webflix and generated viewers; any other is left as it is')
    .addOption(storeOption(`${folder}/webflix.sqlite`))
    .action(async (options: { store?: string }) => {
      const choice = { data: undefined, demo: true, films: demoFilms };
      const address = options.store || defaultStorePath(choice, folder);
      const work = (store: Store) => prepareStore(choice, { store, clock: systemClock, log: quietLog(), terminal });
      terminal.say(await withStore(address, work));
    });
  group
    .command('files')
    .description("read one's own csv (a header of the contract's field names) or jsonl (one object a line)")
    .option('--items <file>', 'the catalogue: id, title, genres, year …')
    .option('--events <file>', 'what users did: user, item, type, value, atMs …')
    .addOption(storeOption(`${folder}/medley.sqlite`))
    .addOption(strictOption())
    .action(async (options: { items?: string; events?: string; store?: string; strict: boolean }) => {
      const { items, events, store, strict } = options;
      const address = store || defaultStorePath({ data: undefined, demo: false }, folder);
      await runImport({ kind: 'files', items, events, strict }, address, terminal);
      if (!store) terminal.say(`start with: medley up --store ${address}`);
    });
};

/** `medley train` */
export const addTrain = (program: Command, { terminal, exitWith }: CommandContext): void => {
  program
    .command('train')
    .description(
      'fit the models of the scorers once and publish new versions; running scorers take them up by themselves',
    )
    .addOption(storeOption(`${folder}/webflix.sqlite`))
    .addOption(repeatable('--resources <path>', 'YAML file or folder of Scorers', 'Webflix'))
    .addOption(repeatable('--only <name>', 'fit this model alone', 'all'))
    .action(async (options: { store?: string; resources: readonly string[]; only: readonly string[] }) => {
      const address = options.store || defaultStorePath({ data: undefined, demo: true }, folder);
      const { scorers } = await readResourcesOrWebflix(options.resources);
      await refuseMissingStore(address);
      const whole = await withStore(address, (store) => {
        const context = { store, scorers, clock: systemClock, log: quietLog(), metrics: noMetrics, terminal };
        return trainModels(context, options.only);
      });
      if (!whole) exitWith(1);
    });
};
