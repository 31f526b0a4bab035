import type { Clock } from '../contract/clock.ts';
import { InvalidInputError } from '../contract/errors.ts';
import { criterionOf, type ScorerResource } from '../contract/resources.ts';
import { findCriterion } from '../criteria/registry.ts';
import type { Log } from '../runtime/log.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Store } from '../store/port.ts';
import { publishCatalogue } from '../trainer/publish.ts';
import { TrainingOrderError, type TrainingReport, trainAll } from '../trainer/train.ts';

/** Trains what the Scorers need, then keeps it up to date: the catalogue within seconds, the models every hour. */
export interface Context {
  store: Store;
  scorers: readonly ScorerResource[];
  clock: Clock;
  log: Log;
  metrics: Metrics;
  say(line: string): void;
}

const catalogueEveryMs = 2_000;
const modelsEveryMs = 3_600_000;

/** The shipped criterion a Scorer runs where it runs none of its own. */
export const implementationOf = (scorer: ScorerResource): string => scorer.spec.implementation ?? criterionOf(scorer);

/** Settings by shipped criterion; Scorers that run a command of their own need no model of ours. */
export const trainingOrder = (scorers: readonly ScorerResource[]): Readonly<Record<string, Record<string, string>>> =>
  Object.fromEntries(
    scorers
      .filter((scorer) => scorer.spec.command === undefined && findCriterion(implementationOf(scorer)) !== null)
      .map((scorer) => [implementationOf(scorer), scorer.spec.settings]),
  );

const mebibytes = (bytes: number): string => `${(bytes / 1_048_576).toFixed(1)} MiB`;

/** `history 0.9 s 3.1 MiB, genres …`: one line for a person. */
export const describeTraining = (report: TrainingReport): string => {
  const models = report.models.map((one) =>
    one.outcome === 'failed'
      ? `${one.model} failed: ${one.detail}`
      : `${one.model} ${one.fitSeconds.toFixed(1)} s ${mebibytes(one.bytes)}`,
  );
  return `trained on ${report.events} events in ${report.totalSeconds.toFixed(1)} s: ${models.join(', ')}`;
};

const explain = (error: unknown): never => {
  if (error instanceof TrainingOrderError)
    throw new InvalidInputError('The Scorers', [error.message], { cause: error });
  throw error;
};

/** @throws InvalidInputError where a Scorer's settings can't be used */
export const train = (context: Context): Promise<TrainingReport> =>
  trainAll({ ...context, criteria: trainingOrder(context.scorers) }).catch(explain);

/** Resolves once every model is there; failures of later rounds are logged, the models in force stay. */
export const keepTrained = async (context: Context): Promise<{ stop(): Promise<void> }> => {
  const { store, clock, log, say } = context;
  if (Object.keys(trainingOrder(context.scorers)).length === 0) return { stop: async () => undefined };
  say(describeTraining(await train(context)));
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
    if (count !== events) await train(context);
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
