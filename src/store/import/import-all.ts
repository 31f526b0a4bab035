import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../contract/clock.ts';
import { InvalidInputError } from '../../contract/errors.ts';
import type { StoreLog } from '../database.ts';
import type { Store } from '../port.ts';
import type { RowsOf } from './read-rows.ts';
import type { Saved } from './savers.ts';

/** How far an import is; told after every batch. */
export interface ImportProgress {
  file: string;
  /** Rows read so far, good and bad. */
  rows: number;
  bad: number;
  /** How much of the file is read, 0 to 1. */
  done: number;
}

/** What became of the files of one import. */
export interface ImportReport extends Saved {
  /** Bad lines in all; `faults` lists the first 20 of them. */
  bad: number;
  /** `file:line: what is wrong; how to mend it` */
  faults: readonly string[];
  tookMs: number;
}

/** Collects what is wrong: counts all, keeps the first few. */
interface Faults {
  add(fault: string): void;
  shown(): readonly string[];
  count(): number;
}

const createFaults = (cap = 20): Faults => {
  const kept: string[] = [];
  let count = 0;
  return {
    add(fault) {
      count += 1;
      if (kept.length < cap) kept.push(fault);
    },
    shown: () => kept,
    count: () => count,
  };
};

/**
 * Rows of one transaction, some 100 ms: longer ones write fewer pages where users come in any order, and make other
 * processes wait longer for their turn to write.
 */
const batchRows = 10_000;

export interface FileImport<T> {
  file: string;
  rows: RowsOf<T>;
  save(batch: readonly T[]): Promise<void>;
}

/** What all files of one import share. */
export interface ImportOptions {
  store: Store;
  clock: Pick<Clock, 'nowMs' | 'monotonicMs'>;
  log: StoreLog;
  onProgress?: ((progress: ImportProgress) => void) | undefined;
  /** One bad line anywhere, and nothing is imported. Every file is then read twice. */
  strict?: boolean | undefined;
}

/** Reads one file and saves its good rows, batch by batch. */
const importFile = async <T>(
  { file, rows, save }: FileImport<T>,
  faults: Faults,
  onProgress: (progress: ImportProgress) => void,
): Promise<{ rows: number; bad: number }> => {
  const counted = { rows: 0, bad: 0 };
  let batch: T[] = [];
  const flush = async (done: number) => {
    if (batch.length > 0) await save(batch);
    batch = [];
    onProgress({ file, ...counted, done });
    await nextTurn();
  };
  for await (const { readings, done } of rows(file)) {
    counted.rows += readings.length;
    for (const reading of readings) {
      if ('value' in reading) {
        batch.push(reading.value);
        continue;
      }
      counted.bad += 1;
      faults.add(`${file}:${reading.line}: ${reading.fault}`);
    }
    if (batch.length >= batchRows) await flush(done);
  }
  await flush(1);
  return counted;
};

/** The faults kept, and how many more there are. */
const listed = (faults: Faults): string[] => {
  const more = faults.count() - faults.shown().length;
  return [...faults.shown(), ...(more > 0 ? [`and ${more} more`] : [])];
};

const refuseAnyFault = async (files: readonly FileImport<unknown>[]): Promise<void> => {
  const faults = createFaults();
  for (const file of files) await importFile({ ...file, save: async () => {} }, faults, () => {});
  if (faults.count() === 0) return;
  throw new InvalidInputError(`Nothing was imported: ${faults.count()} lines are bad`, listed(faults));
};

/**
 * Imports files one after the other.
 *
 * @param saved what the files' `save` counts into
 * @throws InvalidInputError where more than half of a file's lines are bad (its good ones are kept), or any in strict
 */
export const importAll = async (
  files: readonly FileImport<unknown>[],
  saved: Saved,
  { clock, log, onProgress = () => {}, strict = false }: ImportOptions,
): Promise<ImportReport> => {
  const startedMs = clock.monotonicMs();
  const faults = createFaults();
  if (strict) await refuseAnyFault(files);
  for (const one of files) {
    const { rows, bad } = await importFile(one, faults, onProgress);
    log.info({ file: one.file, rows, bad }, 'file imported');
    if (bad * 2 <= rows) continue;
    const what = `${one.file} was given up: ${bad} of ${rows} lines are bad (the good ones are kept)`;
    throw new InvalidInputError(what, listed(faults));
  }
  return { ...saved, bad: faults.count(), faults: listed(faults), tookMs: clock.monotonicMs() - startedMs };
};
