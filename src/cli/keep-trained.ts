import type { Clock } from '../contract/clock.ts';
import { InvalidInputError } from '../contract/errors.ts';
import { criterionOf, type ScorerResource } from '../contract/resources.ts';
import { findCriterion } from '../criteria/registry.ts';
import type { Log } from '../runtime/log.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Store } from '../store/port.ts';
import { type ModelOrder, TrainingOrderError } from '../trainer/model-order.ts';
import { publishCatalogue } from '../trainer/publish.ts';
import { type TrainingReport, trainAll } from '../trainer/train.ts';
import type { RefitBounds } from '../trainer/training-record.ts';
import { grouped } from './render-table.ts';
import type { Terminal } from './terminal.ts';

/** Trains what the Scorers need, then keeps it up to date: the catalogue within seconds, the models every hour. */
export interface Context {
  store: Store;
  scorers: readonly ScorerResource[];
  clock: Clock;
  log: Log;
  metrics: Metrics;
  terminal: Pick<Terminal, 'say' | 'progress'>;
  /** Ends fits that run. */
  signal?: AbortSignal;
}

const catalogueEveryMs = 2_000;
const modelsEveryMs = 3_600_000;
/** A model is fitted again when a hundredth of its events changed, or a day went by. */
const refit: RefitBounds = { share: 0.01, maxAgeMs: 24 * 3_600_000 };

/** The shipped criterion a Scorer runs where it runs none of its own. */
export const implementationOf = (scorer: ScorerResource): string => scorer.spec.implementation ?? criterionOf(scorer);

/** Why none of what is shipped does a Scorer's judging here; null: something does, or a command of its own. */
export const unshippedFault = (scorer: ScorerResource): string | null => {
  const { metadata, spec } = scorer;
  if (spec.command !== undefined) return null;
  if (spec.image !== undefined) {
    return `Scorer ${metadata.name} runs an image, which takes a cluster; set spec.command to what runs here`;
  }
  const implementation = implementationOf(scorer);
  if (findCriterion(implementation) !== null) return null;
  return `Scorer ${metadata.name}: no criterion ${implementation} is shipped; set spec.implementation or spec.command`;
};

/** A model for each Scorer, named like its criterion; Scorers that run a command of their own need no model of ours. */
export const trainingOrder = (scorers: readonly ScorerResource[]): Readonly<Record<string, ModelOrder>> =>
  Object.fromEntries(
    scorers
      .filter((scorer) => scorer.spec.command === undefined && unshippedFault(scorer) === null)
      .map((scorer) => [criterionOf(scorer), { criterion: implementationOf(scorer), settings: scorer.spec.settings }]),
  );

/** `trained catalogue, genres, history on 8,476 events in 0.9 s`, and what could not be: one line for a person. */
export const describeTraining = ({ models, events, totalSeconds }: TrainingReport): string => {
  const trained = models.filter((one) => one.outcome !== 'failed').map((one) => one.model);
  const failed = models.flatMap((one) => (one.outcome === 'failed' ? [`; ${one.model} failed: ${one.detail}`] : []));
  return `trained ${trained.join(', ')} on ${grouped(events)} events in ${totalSeconds.toFixed(1)} s${failed.join('')}`;
};

const explain = (error: unknown): never => {
  if (error instanceof TrainingOrderError)
    throw new InvalidInputError('The Scorers', [error.message], { cause: error });
  throw error;
};

/**
 * Trains once.
 *
 * @throws InvalidInputError where a Scorer's settings can't be used
 */
export const train = async (
  context: Context,
  choice: { only?: readonly string[]; refit?: RefitBounds } = {},
): Promise<TrainingReport> => {
  context.terminal.progress('training …');
  try {
    return await trainAll({ ...context, ...choice, orders: trainingOrder(context.scorers) }).catch(explain);
  } finally {
    context.terminal.progress(null);
  }
};

/** Resolves once every model is there; failures of later rounds are logged, the models in force stay. */
export const keepTrained = async (context: Context): Promise<{ stop(): Promise<void> }> => {
  const { store, clock, log, terminal } = context;
  if (Object.keys(trainingOrder(context.scorers)).length === 0) return { stop: async () => undefined };
  terminal.say(describeTraining(await train(context)));
  let catalogue = await store.items.version();
  let events = await store.feedback.count();
  let trainedAtMs = clock.monotonicMs();
  let cancel = (): void => undefined;
  let running = Promise.resolve();

  const look = async (): Promise<void> => {
    const version = await store.items.version();
    if (version !== catalogue) await publishCatalogue(context);
    catalogue = version;
    if (clock.monotonicMs() - trainedAtMs < modelsEveryMs) return;
    trainedAtMs = clock.monotonicMs();
    const count = await store.feedback.count();
    if (count !== events) await train(context, { refit });
    events = count;
  };
  const schedule = (): void => {
    cancel = clock.setTimer(catalogueEveryMs, () => {
      running = look()
        .catch((error: unknown) => log.error({ err: error }, 'training failed; the models in force stay'))
        .finally(schedule);
    });
  };
  schedule();
  return {
    async stop() {
      cancel();
      await running;
      cancel();
    },
  };
};
