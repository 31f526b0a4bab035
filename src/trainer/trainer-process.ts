import { systemClock } from '../runtime/clock.ts';
import { createLog } from '../runtime/log.ts';
import { noMetrics } from '../runtime/metrics.ts';
import { run } from '../runtime/run.ts';
import { openStore } from '../store/open-store.ts';
import { readScorersFile } from './scorers-file.ts';
import { trainAll } from './train.ts';
import type { TrainerEnv } from './trainer-env.ts';
import type { RefitBounds } from './training-record.ts';

/** A model is fitted again when a hundredth of its events changed, or a day went by. */
const refit: RefitBounds = { share: 0.01, maxAgeMs: 24 * 3_600_000 };

/** Fits once what is wanted and not fresh, publishes it and exits: 1 where a fit failed. A signal ends it. */
export const runTrainerProcess = async (env: TrainerEnv, name: string): Promise<void> => {
  const log = createLog({ level: env.logLevel, role: 'trainer', process: name });
  await run({ log }, async (scope) => {
    const clock = systemClock;
    const orders = await readScorersFile(env.scorersPath);
    const store = await openStore({ address: env.storeAddress, clock, log });
    scope.defer('store', store.close);
    const report = await trainAll({
      ...{ store, clock, log, metrics: noMetrics, orders, refit, signal: scope.stopping },
      ...(env.threads === null ? {} : { threads: env.threads }),
    });
    const { items, events, models, totalSeconds } = report;
    log.info({ event: 'trained', items, events, totalSeconds, models }, 'trained');
    const failed = models.some(({ outcome }) => outcome === 'failed');
    scope.stop(failed ? 'a model could not be fitted' : 'done', failed ? 1 : 0);
  });
};
