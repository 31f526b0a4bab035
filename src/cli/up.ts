import { fileURLToPath } from 'node:url';
import type { Clock } from '../contract/clock.ts';
import type { Plan } from '../contract/plan.ts';
import type { Log } from '../runtime/log.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Scope } from '../runtime/run.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/port.ts';
import { askForUser, firstWholeAnswer } from './ask-gateway.ts';
import { keepTrained, trainingOrder } from './keep-trained.ts';
import { defaultStorePath, prepareStore } from './prepare-store.ts';
import { type Resources, readResources } from './read-resources.ts';
import { renderAnswer } from './render-answer.ts';
import { resolvePlans } from './resolve-plans.ts';
import { startEmbedded } from './up-embedded.ts';
import { startProcesses } from './up-processes.ts';

/** `medley up`: everything on one machine, from data to the first answer. */
export interface UpOptions {
  data: string | undefined;
  store: string | undefined;
  resources: readonly string[];
  broker: string | undefined;
  prefix: string;
  scorers: number;
  aggregators: number;
  host: string;
  port: number;
  internalPort: number;
  /** Whose recommendations are printed. */
  user: string;
  recommender: string;
  k: number;
  logLevel: string;
}

export interface UpContext {
  scope: Scope;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  say(line: string): void;
}

const warmUpAnswers = 20;

const atRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const startRoles = async (
  options: UpOptions,
  context: UpContext,
  parts: {
    resources: Resources;
    plans: readonly Plan[];
    store: Store;
    storeAddress: string;
  },
): Promise<{ port: number }> => {
  const { say } = context;
  if (options.broker === undefined) {
    say(
      'broker: in this process. Accepted durable requests end with it; on RabbitMQ (--broker amqp://…) they outlive it.',
    );
    return startEmbedded({ ...context, ...options, ...parts });
  }
  const { broker: brokerUrl, ...rest } = options;
  say(
    `broker: RabbitMQ; every role in processes of its own, ${options.scorers} of each scorer, ${options.aggregators} aggregators.`,
  );
  return startProcesses({ ...context, ...rest, ...parts, brokerUrl });
};

/** Starts all, prints the first answer, and leaves it serving until the scope ends. */
export const up = async (options: UpOptions, context: UpContext): Promise<void> => {
  const { scope, clock, log, say } = context;
  const resources = await readResources(
    options.resources.length > 0 ? options.resources : [atRoot('k8s/samples/webflix')],
  );
  const plans = resolvePlans(resources, Math.floor(clock.nowMs() / 1_000));
  const choice = { data: options.data, demo: Object.keys(trainingOrder(resources.scorers)).length > 0 };
  const storeAddress = options.store || defaultStorePath(choice, '.medley');
  const store = await openStore({ address: storeAddress, clock, log });
  scope.defer('store', () => store.close());
  say(await prepareStore(store, { ...choice, films: atRoot('examples/webflix/films.csv') }, context));
  const trained = await keepTrained({ store, scorers: resources.scorers, ...context });
  scope.defer('training', () => trained.stop());

  const { port } = await startRoles(options, context, { resources, plans, store, storeAddress });
  const base = `http://${options.host}:${port}`;
  const recommender = plans.some((plan) => plan.recommender === options.recommender) ? options.recommender : undefined;
  if (recommender === undefined) {
    say(`serving on ${base} · API at ${base}/docs · Ctrl-C drains and stops`);
    return;
  }
  const question = { user: options.user, recommender, k: options.k };
  // Scorers may still be loading their models, and the first answers find everything cold.
  await firstWholeAnswer(() => askForUser(base, question), { tries: 100, pauseMs: 100 });
  for (let n = 0; n < warmUpAnswers; n += 1) await askForUser(base, question);
  const answer = await askForUser(base, question);
  say(`\n${renderAnswer(answer)}\n\nserving on ${base} · API at ${base}/docs · Ctrl-C drains and stops`);
};
