import type { Clock } from '../contract/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { ModelStore } from '../store/port.ts';

const everyMs = 30_000;

/**
 * Exports when the newest version of each model was published: a trainer that has ended, or fails at every fit, is seen by it.
 *
 * Looks at once and every 30 s; where the store does not answer, what is exported stays.
 */
export const startModelAges = (options: {
  models: Pick<ModelStore, 'list'>;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}): { stop(): void } => {
  const { models, clock, log, metrics } = options;
  let cancel = (): void => {};
  let stopped = false;

  const look = async (): Promise<void> => {
    try {
      // In the order of publishing: of several versions the newest comes last and stays.
      for (const { name, createdAtMs } of await models.list()) {
        metrics.gauge('medley_gateway_model_published_timestamp_seconds', { model: name }, createdAtMs / 1_000);
      }
    } catch (error) {
      log.debug({ event: 'models-not-listed', err: error }, 'the ages of models stay as they were');
    }
    if (!stopped) cancel = clock.setTimer(everyMs, () => void look());
  };
  void look();

  return {
    stop() {
      stopped = true;
      cancel();
    },
  };
};
