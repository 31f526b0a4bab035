import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { plotOf } from './plot.ts';
import type { Run } from './second-by-second.ts';

/** Writes a run's plot and its figures, second by second, under the name of its mode. */
export const writeRun = (folder: string, run: Run): void => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${run.mode}.svg`), plotOf(run));
  writeFileSync(join(folder, `${run.mode}.json`), `${JSON.stringify(run)}\n`);
};
