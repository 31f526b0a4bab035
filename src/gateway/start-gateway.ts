import type { Broker, Publisher } from '../broker/port.ts';
import type { Clock } from '../contract/clock.ts';
import { messageTypes } from '../contract/control.ts';
import { subjectKey } from '../contract/primitives.ts';
import type { Names } from '../contract/topology.ts';
import type { Log } from '../runtime/log.ts';
import type { Metrics } from '../runtime/metrics.ts';
import { startOpsServer } from '../runtime/ops-server.ts';
import type { Tracer } from '../runtime/tracer.ts';
import { createDemandLedger, type DemandLedger } from '../scatter/demand-ledger.ts';
import { startDemandReporter } from '../scatter/demand-reporter.ts';
import type { PlanBook } from '../scatter/plan-book.ts';
import { createScatter } from '../scatter/scatter.ts';
import type { ServiceTimes } from '../scatter/service-times.ts';
import type { Store } from '../store/port.ts';
import { type Asker, createAsker } from './asker.ts';
import { startControl } from './control.ts';
import { createDispatcher } from './dispatcher.ts';
import { createDurable } from './durable.ts';
import { findFallback } from './fallback.ts';
import { createForgetUser } from './forget-user.ts';
import { createApp } from './http-app.ts';
import { listen } from './http-server.ts';
import { createLastGood, type LastGood } from './last-good.ts';
import { createLoad } from './load.ts';
import { startModelAges } from './model-ages.ts';
import { createModelEndpoint } from './model-endpoint.ts';
import { createPopularList, type PopularList } from './popular-list.ts';
import { createProfileSource } from './profile.ts';
import { createReadiness } from './readiness.ts';
import { startReplies } from './replies.ts';
import { createRoster } from './roster.ts';
import { createSetAside } from './set-aside.ts';
import type { GatewaySettings } from './settings.ts';

export interface GatewayOptions {
  broker: Broker;
  store: Store;
  names: Names;
  /** This process, in queue names and as the sender of messages: unique among those that run. */
  process: string;
  plans: PlanBook;
  serviceTimes: ServiceTimes;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  /** 128 random bits as 32 lower-case hexadecimal digits. */
  randomId(): string;
  settings: GatewaySettings;
  /** Null, as by default: traces are off. */
  tracer?: Tracer | null;
}

export interface RunningGateway {
  port: number;
  internalPort: number;
  asker: Asker;
  /** Lets what is open end, takes nothing new, leaves no queue behind. Never rejects. */
  stop(): Promise<void>;
}

const createParts = (options: GatewayOptions, publisher: Publisher, demand: DemandLedger) => {
  const { store, names, process, plans, serviceTimes, clock, log, metrics, settings } = options;
  const lastGood = createLastGood(clock, settings.lastGood);
  const popular = createPopularList({ store, clock, log, ...settings.popular });
  const roster = createRoster({
    clock,
    onCount: (aggregators) => metrics.gauge('medley_gateway_aggregators', {}, aggregators),
  });
  const load = createLoad(clock);
  const profiles = createProfileSource(store, clock);
  const scatter = createScatter({
    publisher,
    names,
    sender: process,
    clock,
    serviceTimes,
    onBatch(batch) {
      metrics.observe('medley_gateway_batch_requests', { lane: batch.lane }, batch.requests.length);
      demand.sent(batch);
    },
  });
  const replyTo = names.replies(process);
  const dispatcher = createDispatcher({
    ...{ roster, load, serviceTimes, scatter, demand, replyTo, clock, metrics },
    tracer: options.tracer ?? null,
  });
  const asker = createAsker({
    plans,
    profiles,
    dispatcher,
    fallback: {
      find: (question) => findFallback(question, { lastGood, popular }),
      remember: (answer, slot) => lastGood.remember(subjectKey(answer.subject), slot, answer.items),
    },
    brokerState: () => publisher.state(),
    clock,
    log,
    metrics,
    graceMs: settings.graceMs,
    maxOpen: settings.maxOpen,
  });
  const durable = createDurable({
    ...{ plans, profiles, answers: store.answers, publisher, names, process, demand, clock, log, metrics },
  });
  return { lastGood, popular, roster, load, asker, durable };
};

/** An empty list is looked after sooner: there may be a catalogue any moment. */
const emptyRefreshMs = 1_000;

/** Looks again and again, each time counted from the end of the last look. Returns what ends it. */
const keepFresh = (clock: Clock, popular: PopularList, refreshMs: number): (() => void) => {
  let cancel = (): void => {};
  let ended = false;
  const next = (): void => {
    if (ended) return;
    const pauseMs = popular.ranked().length === 0 ? Math.min(emptyRefreshMs, refreshMs) : refreshMs;
    cancel = clock.setTimer(pauseMs, () => void popular.refresh().finally(next));
  };
  next();
  return () => {
    ended = true;
    cancel();
  };
};

/** The catalogue as HTTP changes it: what fallbacks remember must not wait for the next look. */
const withFallbacks = (items: Store['items'], popular: PopularList, lastGood: LastGood): Store['items'] => ({
  ...items,
  async put(entries) {
    await items.put(entries);
    for (const { id } of entries) lastGood.restore(id);
    if (popular.ranked().length === 0) await popular.refresh();
  },
  delete(id) {
    popular.drop(id);
    lastGood.withdraw(id);
    return items.delete(id);
  },
});

/**
 * Starts a gateway: HTTP in, one publish out, answers back, and the last timer.
 *
 * @throws what the broker's `declare` and the two servers' `listen` throw
 */
export const startGateway = async (options: GatewayOptions): Promise<RunningGateway> => {
  const { broker, store, names, process, plans, clock, log, metrics, settings, randomId } = options;
  const publisher = await broker.createPublisher();
  const demand = createDemandLedger();
  const { lastGood, popular, roster, load, asker, durable } = createParts(options, publisher, demand);
  const setAside = createSetAside({ publisher, names, log, metrics, knownTypes: Object.values(messageTypes) });
  let stopping = false;
  const readiness = createReadiness({ plans, roster, clock });
  const notReady = (): string | null => (stopping ? 'stopping' : readiness());

  await popular.refresh();
  const replies = await startReplies({ broker, names, process, receive: asker.receive, setAside });
  const forget = (user: string): void => lastGood.forget(subjectKey({ kind: 'user', id: user }));
  const tellAll = createForgetUser({ publisher, names, log });
  const control = await startControl({ broker, publisher, names, process, plans, roster, load, forget, log, setAside });
  const reporter = startDemandReporter({ publisher, ledger: demand, names, process, role: 'gateway', clock });
  const stopRefresh = keepFresh(clock, popular, settings.popular.refreshMs);
  const modelAges = startModelAges({ models: store.models, clock, log, metrics });
  const app = createApp({
    ...{ asker, durable, plans, notReady, clock, log, metrics, randomId },
    tracer: options.tracer ?? null,
    store: { ...store, items: withFallbacks(store.items, popular, lastGood) },
    forgetUser(id) {
      forget(id);
      tellAll(id);
    },
  });
  const internal = await startOpsServer({
    port: settings.internalPort,
    host: settings.internalHost,
    health: () => ({ ok: true }),
    ready: () => ({ ok: notReady() === null, detail: notReady() }),
    also: createModelEndpoint({ models: store.models, log }),
    metrics,
    log,
  });
  const server = await listen(app, settings);
  log.info({ event: 'gateway-started', port: server.port, internalPort: internal.port }, 'listening');

  return {
    port: server.port,
    internalPort: internal.port,
    asker,
    async stop() {
      stopping = true;
      server.leave();
      if (settings.leaveMs > 0) await new Promise<void>((resolve) => void clock.setTimer(settings.leaveMs, resolve));
      await server.stop(settings.drainMs);
      stopRefresh();
      modelAges.stop();
      await Promise.all([replies.stop(), control.stop(), reporter.leave()]);
      asker.stop();
      roster.stop();
      await broker.deleteQueues([names.replies(process), names.control('gateway', process)]).catch((error: unknown) => {
        log.debug({ event: 'queues-left', err: error }, 'the queues of this process go by themselves');
      });
      await internal.stop();
    },
  };
};
