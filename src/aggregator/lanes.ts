import type { Publisher } from '../broker/port.ts';
import type { Lane } from '../contract/primitives.ts';
import type { DemandLedger } from '../scatter/demand-ledger.ts';
import { createScatter, type ScatterOptions } from '../scatter/scatter.ts';
import { createServiceTimes } from '../scatter/service-times.ts';
import { StoreUnavailableError } from '../store/port.ts';
import { createAnswering } from './answering.ts';
import type { CatalogueCache } from './catalogue-cache.ts';
import { createDeadLetters, type DeadLetters } from './dead-letters.ts';
import { createDurableLane, type DurableLane } from './durable.ts';
import { createDurableRounds } from './durable-round.ts';
import { createGather } from './gather.ts';
import { createGatherTrace } from './gather-trace.ts';
import { createGathering, type Gathering, type GatheringOptions } from './gathering.ts';
import type { Hold } from './hold.ts';
import { createInteractiveLane } from './interactive.ts';
import { createLatePartials } from './late.ts';
import { createLeadTime } from './lead-time.ts';
import type { AggregatorOptions } from './options.ts';
import { createOutbox } from './outbox.ts';
import { createPartialCounter } from './partial-counter.ts';
import { createPersevere } from './persevere.ts';
import { createPlanMemory } from './plan-memory.ts';
import { createRefiner, type Refiner } from './refine.ts';
import { createRoundTimes } from './round-times.ts';
import type { SetAside } from './set-aside.ts';
import type { AggregatorSettings } from './settings.ts';

/** The two lanes of an aggregator, wired: one gathering each, the same answering for both. */
export interface Lanes {
  interactive: Gathering;
  /** Gathers what the durable lane scatters. */
  durable: Gathering;
  intake: DurableLane;
  dead: DeadLetters;
  /** A user was deleted: what is kept of him goes. */
  forget(user: string): void;
  /** No further attempt at a store that does not answer. */
  giveUp(): void;
}

export const createLanes = (
  options: AggregatorOptions & { settings: AggregatorSettings },
  parts: { publisher: Publisher; catalogue: CatalogueCache; setAside: SetAside; demand: DemandLedger },
): Lanes => {
  const { names, process, ordinal, plans, store, clock, log, metrics, settings } = options;
  const { serviceTimes = createServiceTimes() } = options;
  const { publisher, catalogue, setAside, demand } = parts;
  let mayGoOn = true;
  const trace = options.tracer == null ? null : createGatherTrace(options.tracer, clock);

  const counter = createPartialCounter(metrics, serviceTimes, demand);
  /** First rounds were counted as admitted by the gateway that took them; second rounds begin here. */
  const onBatch: ScatterOptions['onBatch'] = (batch) => {
    demand.sent(batch);
    for (const { round, criteria } of batch.requests)
      if (round === 1) for (const { criterion } of criteria) demand.count(batch.lane, criterion, 'admitted');
  };
  const leadTime = createLeadTime(settings.maxLeadMs);
  const planMemory = createPlanMemory(plans);
  const late = createLatePartials(settings.late);
  const answering = createAnswering({
    plans: planMemory,
    late,
    itemOf: catalogue.get,
    leadTime,
    clock,
    metrics,
    trace,
  });
  const scatter = createScatter({ publisher, names, sender: process, clock, serviceTimes, onBatch });
  const persevere = createPersevere({
    clock,
    ...settings.retry,
    isPassing: (error) => error instanceof StoreUnavailableError,
    mayGoOn: () => mayGoOn,
    onFailure: (error, nextInMs) =>
      log.warn({ event: 'store-unavailable', nextInMs, err: error }, 'accepted work waits for the store'),
  });

  const gatheringOf = (lane: Lane, own: Pick<GatheringOptions, 'opened' | 'leadMs' | 'onClosed' | 'onRefused'>) => {
    const { maxOpenGroups, maxEarlyPartials, maxClosedGroups } = settings;
    const gather = createGather<Hold>({ maxOpenGroups, maxEarlyPartials, maxClosedGroups });
    return createGathering({
      gather,
      clock,
      setAside,
      counter,
      trace,
      lane,
      ...own,
      // Noted now, so that the answer is made by this plan even if a newer one comes meanwhile.
      onOpened: ({ request }) => void planMemory.planFor(request),
      onClosed(group) {
        own.onClosed(group);
        metrics.gauge('medley_aggregator_open_groups', { lane }, gather.openGroups());
      },
      onLate: answering.keepLate,
    });
  };
  const refinerOf = (lane: Lane, gathering: () => Gathering): Refiner =>
    createRefiner({
      lane,
      ordinal,
      scatter,
      open: (opening) => gathering().open(opening),
      answering,
      times: createRoundTimes(),
      clock,
      log,
      metrics,
    });

  const outbox = createOutbox({ publisher, names, process, clock, log });
  const refiner = refinerOf('interactive', () => interactive);
  const lane = createInteractiveLane({ answering, outbox, refiner, leadTime, clock, trace });
  const interactive: Gathering = gatheringOf('interactive', {
    opened: 'messages',
    leadMs: leadTime.of,
    onClosed: lane.close,
    onRefused: lane.refuse,
  });
  const rounds = createDurableRounds({
    gathering: { open: (opening) => durable.open(opening) },
    scatter,
    answering,
    refiner: refinerOf('durable', () => durable),
    ordinal,
    clock,
    log,
  });
  const durable: Gathering = gatheringOf('durable', {
    opened: 'locally',
    leadMs: () => 0,
    onClosed: rounds.close,
    onRefused: () => {},
  });
  const { answers } = store;
  return {
    interactive,
    durable,
    intake: createDurableLane({ rounds, answers, plans, setAside, persevere, clock, metrics }),
    dead: createDeadLetters({ publisher, answers, names, process, setAside, persevere, clock, log }),
    forget: (user) => late.forget(user, clock.monotonicMs()),
    giveUp() {
      mayGoOn = false;
    },
  };
};
