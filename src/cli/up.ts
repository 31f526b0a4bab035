import { fileURLToPath } from 'node:url';
import type { Clock } from '../contract/clock.ts';
import type { Plan } from '../contract/plan.ts';
import type { Log } from '../runtime/log.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Scope } from '../runtime/run.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/port.ts';
import { askForUser, firstWholeAnswer } from './ask-gateway.ts';
import { checkBroker, checkPort } from './check-surroundings.ts';
import { keepTrained, trainingOrder } from './keep-trained.ts';
import { defaultStorePath, prepareStore } from './prepare-store.ts';
import { type Resources, readResources } from './read-resources.ts';
import { renderAnswer } from './render-answer.ts';
import { resolvePlans } from './resolve-plans.ts';
import type { Terminal } from './terminal.ts';
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
  terminal: Terminal;
}

const warmUpAnswers = 20;

const atRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The catalogue of the demo. */
export const demoFilms = atRoot('examples/webflix/films.csv');

/** The resources a command works by: those named, else Webflix. */
export const readResourcesOrWebflix = (paths: readonly string[]): Promise<Resources> =>
  readResources(paths.length > 0 ? paths : [atRoot('k8s/samples/webflix')]);

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
  const { say } = context.terminal;
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

/** Everything that may be wrong outside is looked at before the work begins: data and models take a while. */
const checkSurroundings = async ({ host, port, broker }: UpOptions, context: UpContext): Promise<void> => {
  if (port !== 0) await checkPort(host, port);
  if (broker !== undefined) await checkBroker(broker, context);
};

/** The first answer that is worth showing: scorers may still be loading their models, and the first ones find everything cold. */
const showAnswer = async (base: string, options: UpOptions, { scope, terminal }: UpContext): Promise<void> => {
  const ask = () => askForUser(base, options);
  const isOver = (): boolean => scope.stopping.aborted;
  terminal.progress('waiting for the scorers …');
  await firstWholeAnswer(ask, { tries: 100, pauseMs: 100, isOver });
  for (let n = 0; n < warmUpAnswers && !isOver(); n += 1) await ask();
  if (isOver()) return;
  const answer = await ask();
  terminal.say(`\n${renderAnswer(answer, terminal)}\n`);
};

/** Starts all, prints the first answer, and leaves it serving until the scope ends. */
export const up = async (options: UpOptions, context: UpContext): Promise<void> => {
  const { scope, clock, log, terminal } = context;
  await checkSurroundings(options, context);
  const resources = await readResourcesOrWebflix(options.resources);
  const plans = resolvePlans(resources, Math.floor(clock.nowMs() / 1_000));
  const choice = { data: options.data, demo: Object.keys(trainingOrder(resources.scorers)).length > 0 };
  const storeAddress = options.store || defaultStorePath(choice, '.medley');
  const store = await openStore({ address: storeAddress, clock, log });
  scope.defer('store', () => store.close());
  terminal.say(await prepareStore({ ...choice, films: demoFilms }, { ...context, store }));
  const { scorers } = resources;
  const trained = await keepTrained({ ...context, store, scorers, signal: scope.stopping });
  scope.defer('training', () => trained.stop());

  const { port } = await startRoles(options, context, { resources, plans, store, storeAddress });
  const base = `http://${options.host}:${port}`;
  if (plans.some((plan) => plan.recommender === options.recommender)) await showAnswer(base, options, context);
  if (scope.stopping.aborted) return;
  terminal.say(`serving on ${base} · API at ${base}/docs · Ctrl-C drains and stops`);
};
