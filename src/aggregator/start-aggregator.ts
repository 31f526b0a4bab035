import type { Consumer, Handler } from '../broker/port.ts';
import type { Clock } from '../contract/clock.ts';
import type { Plan } from '../contract/plan.ts';
import { aggregatorTopology, coreTopology } from '../contract/topology.ts';
import { createDemandLedger } from '../scatter/demand-ledger.ts';
import { startDemandReporter } from '../scatter/demand-reporter.ts';
import type { PlanBook } from '../scatter/plan-book.ts';
import { startAnnouncer } from './announcer.ts';
import { createCatalogueCache } from './catalogue-cache.ts';
import { startControl } from './control.ts';
import { createLanes, type Lanes } from './lanes.ts';
import type { AggregatorOptions } from './options.ts';
import { createSetAside } from './set-aside.ts';
import { type AggregatorSettings, defaultSettings } from './settings.ts';

export interface RunningAggregator {
  /** Requests being gathered, on both lanes. */
  openGroups(): number;
  /** Plans are known, and it does not leave. */
  ready(): boolean;
  /** Says that it leaves, ends what is open, hands over what can't end in time, and leaves no queue of its own behind. Never rejects. */
  stop(): Promise<void>;
}

/** Own requests, their copies and up to 30 partials of each, twice where they are refined. */
const resultMessagesPerRequest = 64;
const deadPrefetch = 16;
/** Gateways that have not heard yet that this one leaves still send for so long, ms. */
const lastRequestsMs = 300;
/** Beyond the longest deadline, ms. */
const slackMs = 500;

/** How many groups fit: each holds its own message and one of each criterion, where it is refined two. */
const capacityOf = ({ maxOpenGroups, interactivePrefetch }: AggregatorSettings, plans: PlanBook): number => {
  const partialsOf = ({ criteria, refine }: Plan): number => criteria.length * (refine ? 2 : 1);
  const partials = plans.all().reduce((most, plan) => Math.max(most, partialsOf(plan)), 1);
  return Math.max(1, Math.min(maxOpenGroups, Math.floor(interactivePrefetch / (1 + partials))));
};

const longestDeadlineMs = (plans: PlanBook): number =>
  plans.all().reduce((longest, { deadlineMs }) => Math.max(longest, deadlineMs), 0);

interface Consumers {
  interactive: Consumer;
  durable: Consumer;
  intake: readonly Consumer[];
}

const startConsumers = async (
  { broker, names, ordinal }: AggregatorOptions,
  settings: AggregatorSettings,
  lanes: Lanes,
): Promise<Consumers> => {
  const consume = (queue: string, prefetch: number, handle: Handler): Promise<Consumer> =>
    broker.consume({ queue, prefetch }, handle);
  const { interactivePrefetch, durablePrefetch } = settings;
  const resultsPrefetch = durablePrefetch * resultMessagesPerRequest;
  return {
    interactive: await consume(names.results(ordinal, 'interactive'), interactivePrefetch, lanes.interactive.handle),
    durable: await consume(names.results(ordinal, 'durable'), resultsPrefetch, lanes.durable.handle),
    intake: [
      await consume(names.intake, durablePrefetch, lanes.intake.handle),
      await consume(names.dead.intake, deadPrefetch, lanes.dead.intake),
      await consume(names.dead.scoring, deadPrefetch, lanes.dead.scoring),
    ],
  };
};

/** Resolves when it has ended or the time is over. */
const within = (clock: Clock, ms: number, ended: Promise<void>): Promise<void> =>
  new Promise((resolve) => {
    const cancel = clock.setTimer(ms, resolve);
    void ended.then(() => {
      cancel();
      resolve();
    });
  });

/** Ends the interactive lane: what still comes is answered, until no deadline is left. */
const drainInteractive = async (options: AggregatorOptions, lanes: Lanes, consumer: Consumer): Promise<void> => {
  const { clock, plans } = options;
  const { interactive } = lanes;
  await new Promise<void>((resolve) => void clock.setTimer(lastRequestsMs, resolve));
  await within(clock, longestDeadlineMs(plans) + slackMs, interactive.idle());
  const stopped = consumer.stop();
  interactive.closeAll();
  await stopped;
};

/** Ends the durable lane: nothing new is taken, what is under way gets `drainMs`, the rest goes back to the broker. */
const drainDurable = async (
  options: AggregatorOptions,
  drainMs: number,
  from: { lanes: Lanes; consumers: Consumers },
): Promise<void> => {
  const { lanes, consumers } = from;
  const cancel = options.clock.setTimer(drainMs, () => {
    lanes.giveUp();
    lanes.intake.abandon();
  });
  await Promise.all(consumers.intake.map((consumer) => consumer.stop()));
  cancel();
  lanes.intake.abandon();
  const stopped = consumers.durable.stop();
  lanes.durable.closeAll();
  await stopped;
};

/**
 * Starts an aggregator: it gathers what scorers say, answers gateways, and brings accepted work to its end.
 *
 * @throws what the broker's `declare` throws
 */
export const startAggregator = async (options: AggregatorOptions): Promise<RunningAggregator> => {
  const { broker, names, ordinal, process, plans, store, clock, log, metrics } = options;
  const settings: AggregatorSettings = { ...defaultSettings, ...options.settings };
  if (options.declare ?? true) await broker.declare(coreTopology(names));
  await broker.declare(aggregatorTopology(names, ordinal));
  const publisher = await broker.createPublisher();
  const setAside = createSetAside({ publisher, names, log, metrics });
  const catalogue = await createCatalogueCache({ items: store.items, ...settings.catalogue, clock, log, metrics });
  const demand = createDemandLedger();
  const lanes = createLanes({ ...options, settings }, { publisher, catalogue, setAside, demand });
  const control = await startControl({ broker, publisher, names, process, plans, forget: lanes.forget, setAside, log });
  const consumers = await startConsumers(options, settings, lanes);
  const openGroups = (): number => lanes.interactive.openGroups() + lanes.durable.openGroups();
  const announcer = await startAnnouncer({
    publisher,
    names,
    process,
    ordinal,
    everyMs: settings.announceMs,
    hears: () => consumers.interactive.active(),
    state: () => ({
      openGroups: lanes.interactive.openGroups(),
      capacity: capacityOf(settings, plans),
      plans: { ...plans.versions() },
    }),
    clock,
    log,
  });
  const reporter = startDemandReporter({ publisher, ledger: demand, names, process, role: 'aggregator', clock });
  let stopping: Promise<void> | null = null;

  const stop = async (): Promise<void> => {
    await announcer.leave();
    log.info({ event: 'leaving', openGroups: openGroups() }, 'ends what is open');
    await Promise.all([
      drainInteractive(options, lanes, consumers.interactive),
      drainDurable(options, settings.drainMs, { lanes, consumers }),
    ]);
    announcer.stop();
    await reporter.leave();
    catalogue.stop();
    await control.stop();
    await broker.deleteQueues([names.control('aggregator', process)]).catch((error: unknown) => {
      log.debug({ event: 'queue-left', err: error }, 'the control queue goes by itself');
    });
  };
  return {
    openGroups,
    ready: () => stopping === null && plans.known(),
    stop() {
      stopping ??= stop();
      return stopping;
    },
  };
};
