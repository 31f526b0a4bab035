import { randomBytes } from 'node:crypto';
import type { Broker, Incoming, Outgoing, Verdict } from '../../src/broker/port.ts';
import type { BrokerMetrics, Telemetry } from '../../src/broker/telemetry.ts';
import type { MetricName } from '../../src/contract/metrics.ts';
import type { QueueSpec, Topology } from '../../src/contract/topology.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { silentLog } from '../../src/runtime/log.ts';

/** How a test meets one implementation of the broker. */
export interface BrokerHarness {
  /** Opens a connection; the harness closes all of them when `tearDown` is called. */
  connect(name: string, options?: { closeGraceMs?: number }): Promise<Broker>;
  /** Closes every connection and deletes what the topologies made. */
  tearDown(topologies: readonly Topology[]): Promise<void>;
  /** What was counted over all connections. */
  counted(name: MetricName, labels: Readonly<Record<string, string>>): number;
}

/** The machine's clock: what these tests wait for is real. */
export const realClock = systemClock;

/** A harness over `open`; it closes what it opened before `remove` deletes what the topologies made. */
export const createHarness = (implementation: {
  open(telemetry: Telemetry, name: string, options: { closeGraceMs?: number }): Promise<Broker>;
  remove?(topologies: readonly Topology[]): Promise<void>;
}): BrokerHarness => {
  const metrics = createCountingMetrics();
  const opened: Broker[] = [];
  return {
    async connect(name, options = {}) {
      const broker = await implementation.open({ log: silentLog, metrics }, name, { closeGraceMs: 200, ...options });
      opened.push(broker);
      return broker;
    },
    async tearDown(topologies) {
      await Promise.all(opened.map((broker) => broker.close()));
      await implementation.remove?.(topologies);
    },
    counted: metrics.counted,
  };
};

/** Counts like a registry, readable by a test. */
export const createCountingMetrics = (): BrokerMetrics & { counted: BrokerHarness['counted'] } => {
  const counts = new Map<string, number>();
  const key = (name: string, labels: object): string => name + JSON.stringify(Object.entries(labels).sort());
  return {
    count(name, labels = {}, by = 1) {
      counts.set(key(name, labels), (counts.get(key(name, labels)) ?? 0) + by);
    },
    gauge: (name, labels, value) => void counts.set(key(name, labels), value),
    observe() {},
    counted: (name, labels) => counts.get(key(name, labels)) ?? 0,
  };
};

/** Names and topology of one test, random so that tests never meet. */
export interface Scene {
  exchange: string;
  topic: string;
  deadLetter: string;
  queue(name: string): string;
  /** Each queue is bound to the direct exchange and to the dead-letter exchange by its own name. */
  topology(...queues: (Partial<QueueSpec> & { name: string })[]): Topology;
}

export const createScene = (): Scene => {
  const prefix = `test-${randomBytes(5).toString('hex')}`;
  const exchange = `${prefix}.direct`;
  const topic = `${prefix}.topic`;
  const deadLetter = `${prefix}.dead`;
  return {
    exchange,
    topic,
    deadLetter,
    queue: (name) => `${prefix}.${name}`,
    topology: (...queues) => ({
      exchanges: [
        { name: exchange, kind: 'direct' },
        { name: topic, kind: 'topic' },
        { name: deadLetter, kind: 'direct' },
      ],
      queues: queues.map((queue) => ({ kind: 'classic' as const, ...queue })),
      bindings: queues.flatMap(({ name }) =>
        [exchange, deadLetter].map((to) => ({ queue: name, exchange: to, key: name })),
      ),
    }),
  };
};

export const message = (scene: Scene, queue: string, text: string, more: Partial<Outgoing> = {}): Outgoing => ({
  exchange: scene.exchange,
  routingKey: queue,
  type: 'medley.test.v1',
  body: Buffer.from(text),
  persistent: false,
  ...more,
});

/** A consumer that keeps what it saw and answers each message by `verdict` (ack unless told). */
export interface Gathered {
  texts(): string[];
  messages: Incoming[];
  stop(): Promise<void>;
  active(): boolean;
}

export const gather = async (
  broker: Broker,
  queue: string,
  options: { prefetch?: number; verdict?: (message: Incoming) => Verdict | Promise<Verdict> } = {},
): Promise<Gathered> => {
  const messages: Incoming[] = [];
  const consumer = await broker.consume({ queue, prefetch: options.prefetch ?? 10 }, (incoming) => {
    messages.push(incoming);
    return options.verdict?.(incoming) ?? 'ack';
  });
  return {
    messages,
    texts: () => messages.map(({ body }) => body.toString()),
    stop: () => consumer.stop(),
    active: () => consumer.active(),
  };
};
