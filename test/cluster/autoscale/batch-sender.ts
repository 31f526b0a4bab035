import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Broker } from '../../../src/broker/port.ts';
import { decodePartials, encode } from '../../../src/contract/codec.ts';
import { messageTypes } from '../../../src/contract/control.ts';
import { aggregatorTopology, type Names } from '../../../src/contract/topology.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { composeBatch } from '../../../src/scatter/batch.ts';
import { createDemandLedger } from '../../../src/scatter/demand-ledger.ts';
import { startDemandReporter } from '../../../src/scatter/demand-reporter.ts';
import type { Shipment } from '../../../src/scatter/shipment.ts';

/**
 * An aggregator's sending half, with batches as large as it is told: asks scorers durably, takes their partials in, and tells
 * the operator of demand as every aggregator does.
 */
export interface BatchSender {
  /** Sends at a steady rate in messages of so many requests, until stopped. */
  keepSending(criterion: string, load: { perSecond: number; perMessage: number }): Sending;
  close(): Promise<void>;
}

export interface Sending {
  /** @returns requests sent */
  stop(): Promise<number>;
}

/** No aggregator of the release has it. */
const ordinal = 9;
const deadlineMs = 600_000;

const shipmentOf = (criterion: string, nowMs: number): Shipment => ({
  ...{ lane: 'durable', ordinal, replyTo: null, planVersion: 1, round: 0, topN: 1, skipped: {} },
  criteria: [{ criterion, generation: 0 }],
  ask: {
    ...{ id: randomBytes(16).toString('hex'), recommender: 'batches', subject: { kind: 'user', id: 'one' }, k: 1 },
    ...{ profile: { items: [], weights: [], atMs: [] }, dropProfile: false, seen: [], include: [], explain: false },
    ...{ deadlineAtMs: nowMs + deadlineMs, remainingMs: deadlineMs },
  },
});

export const startBatchSender = async (broker: Broker, names: Names): Promise<BatchSender> => {
  const ledger = createDemandLedger();
  const publisher = await broker.createPublisher();
  const process = `sender-${randomBytes(4).toString('hex')}`;
  await broker.declare(aggregatorTopology(names, ordinal));
  await broker.consume({ queue: names.results(ordinal, 'durable'), prefetch: 200 }, (message) => {
    const heard = decodePartials(message);
    if (!heard.ok) return 'ack' as const;
    const { criterion, partials } = heard.value;
    for (const { outcome, serviceMs } of partials) {
      if (outcome !== 'expired') ledger.served('durable', criterion, serviceMs);
    }
    return 'ack' as const;
  });
  const reporter = startDemandReporter({
    ...{ publisher, ledger, names, process, role: 'aggregator', clock: systemClock },
  });

  const send = async (criterion: string, count: number): Promise<void> => {
    const nowMs = Date.now();
    const shipments = Array.from({ length: count }, () => shipmentOf(criterion, nowMs));
    const routes = new Map([[`${criterion}@0`, { criterion, generation: 0 }]]);
    const { batch, scorers } = composeBatch(shipments, routes, { names, sender: process, nowMs });
    for (let at = 0; at < count; at += 1) ledger.count('durable', criterion, 'admitted');
    ledger.sent({ lane: 'durable', criteria: [criterion], requests: shipments });
    await publisher.publish({
      ...{ exchange: names.exchange.scatter, routingKey: scorers[0] as string, type: messageTypes.requests },
      ...{ body: encode(batch), persistent: true, mandatory: true },
    });
  };

  return {
    keepSending(criterion, { perSecond, perMessage }) {
      let goesOn = true;
      const under: Promise<void>[] = [];
      const sending = (async () => {
        const startMs = performance.now();
        while (goesOn) {
          // One that is not confirmed in time may have arrived all the same.
          under.push(send(criterion, perMessage).catch(() => undefined));
          await sleep(Math.max(0, startMs + ((under.length * perMessage) / perSecond) * 1_000 - performance.now()));
        }
      })();
      return {
        async stop() {
          goesOn = false;
          await sending;
          await Promise.all(under);
          return under.length * perMessage;
        },
      };
    },
    async close() {
      await reporter.leave();
      await broker.close();
    },
  };
};
