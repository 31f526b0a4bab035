import { createMemoryHub } from '../../src/broker/memory-hub.ts';
import type { Broker, Incoming } from '../../src/broker/port.ts';
import { decodeRequests, encode } from '../../src/contract/codec.ts';
import { messageTypes } from '../../src/contract/control.ts';
import type { Plan } from '../../src/contract/plan.ts';
import type { ScoringRequest } from '../../src/contract/request-batch.ts';
import {
  aggregatorTopology,
  controlKeys,
  controlTopology,
  coreTopology,
  createNames,
  scorerTopology,
} from '../../src/contract/topology.ts';
import type { GatewaySettings } from '../../src/gateway/settings.ts';
import { defaultSettings } from '../../src/gateway/settings.ts';
import { type RunningGateway, startGateway } from '../../src/gateway/start-gateway.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { silentLog } from '../../src/runtime/log.ts';
import { createPlanBook } from '../../src/scatter/plan-book.ts';
import { createServiceTimes } from '../../src/scatter/service-times.ts';
import { createSqliteStore } from '../../src/store/sqlite-store.ts';
import { answerTo, createCountingMetrics } from './gateway-parts.ts';
import { requestId, samplePlan } from './gathering-samples.ts';

/** A whole gateway on the in-process broker and store, with one aggregator played by the test. */

const names = createNames('world');

interface Taken {
  request: ScoringRequest;
  replyTo: string;
}

export interface WorldOptions {
  plans?: readonly Plan[];
  settings?: Partial<GatewaySettings>;
  /** Whether the aggregator answers by itself; else the test does, by `reply`. */
  answers?: boolean;
}

/** Takes what reaches ordinal 0, announces it, and replies. */
const startAggregator = async (broker: Broker, answers: boolean) => {
  const taken: Taken[] = [];
  const publisher = await broker.createPublisher();
  const publish = (exchange: string, routingKey: string, message: { type: string; body: Buffer }): Promise<void> =>
    publisher.publish({ exchange, routingKey, persistent: false, ...message });
  const reply = ({ request, replyTo }: Taken): Promise<void> => {
    const answer = answerTo({ ask: request }, { items: [{ id: '1', title: 'Alien', score: 1 }] });
    const body = encode({ sender: 'aggregator-0', sentAtMs: systemClock.nowMs(), answers: [answer] });
    return publish(names.exchange.replies, replyTo, { type: messageTypes.answers, body });
  };
  await broker.declare(aggregatorTopology(names, 0));
  await broker.consume({ queue: names.results(0, 'interactive'), prefetch: 100 }, async (message) => {
    const decoded = decodeRequests(message);
    if (!decoded.ok) throw new Error(decoded.reason);
    for (const request of decoded.value.requests) {
      const one = { request, replyTo: decoded.value.replyTo ?? '' };
      taken.push(one);
      if (answers) await reply(one);
    }
    return 'ack' as const;
  });
  const announce = (overrides: object = {}): Promise<void> => {
    const announcement = {
      ...{ aggregator: 'aggregator-0', ordinal: 0, sentAtMs: systemClock.nowMs(), leaving: false },
      ...{ openGroups: 0, capacity: 1_000, plans: { home: 1 } },
      ...overrides,
    };
    const message = { type: messageTypes.aggregator, body: encode(announcement) };
    return publish(names.exchange.control, controlKeys.aggregator, message);
  };
  return { taken, reply, announce, publish };
};

export const startWorld = async (options: WorldOptions = {}) => {
  const { plans = [samplePlan({ genres: 1 })], settings, answers = true } = options;
  const metrics = createCountingMetrics();
  const hub = createMemoryHub({ clock: systemClock, log: silentLog, metrics });
  const broker = hub.connect('test');
  await broker.declare(coreTopology(names));
  await broker.declare(scorerTopology(names, 'genres'));
  const wanted: Incoming[] = [];
  await broker.declare(controlTopology(names, { role: 'operator', process: 'plans' }, [controlKeys.plansWanted]));
  await broker.consume({ queue: names.control('operator', 'plans'), prefetch: 1 }, (message) => {
    wanted.push(message);
    return 'ack';
  });
  const store = await createSqliteStore({ path: ':memory:', clock: systemClock, log: silentLog });
  await store.items.put([
    { id: '1', title: 'Alien', genres: ['Horror'], regions: [] },
    { id: '2', title: 'Brazil', genres: ['Comedy'], regions: [] },
  ]);
  let ids = 0;
  const gatewayBroker = hub.connect('gateway');
  const gateway: RunningGateway = await startGateway({
    ...{ broker: gatewayBroker, store, names, process: 'gateway-0', clock: systemClock, log: silentLog },
    plans: createPlanBook(plans),
    serviceTimes: createServiceTimes(),
    metrics,
    randomId: () => {
      ids += 1;
      return requestId(ids);
    },
    settings: { ...defaultSettings, port: 0, internalPort: 0, drainMs: 2_000, ...settings },
  });
  const aggregator = await startAggregator(broker, answers);
  const base = `http://127.0.0.1:${gateway.port}`;
  return {
    ...{ gateway, gatewayBroker, broker, store, names, metrics, wanted, aggregator, base },
    ask: (body: object, init: RequestInit & { headers?: Record<string, string> } = {}) =>
      fetch(`${base}/v1/recommendations`, {
        method: 'POST',
        body: JSON.stringify(body),
        ...init,
        headers: { 'content-type': 'application/json', ...init.headers },
      }),
    async stop() {
      await gateway.stop();
      await broker.close();
      await store.close();
    },
  };
};

export type World = Awaited<ReturnType<typeof startWorld>>;
