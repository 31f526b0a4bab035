import { limits } from '../contract/limits.ts';
import type { SkipReason } from '../contract/primitives.ts';
import type { RequestBatch } from '../contract/request-batch.ts';
import type { Names } from '../contract/topology.ts';
import type { ServiceTimes } from './service-times.ts';
import type { Shipment } from './shipment.ts';

/** Which shipments may travel together, and the message they become. Pure. */

const share = 0.1;
/**
 * Interactive requests travel by so many at most: what a message costs is nothing to each of so many already, and one
 * that held all there are would let gateway, scorers and aggregator only take turns at it, each idle while another works.
 */
const mostInteractive = 32;
const deadlineStep = Math.log(1.2);

/**
 * How many requests a batch may hold so that it hides no work (DESIGN invariant 11): at most 10 % of the deadline's
 * worth of the slowest chosen scorer.
 */
export const maxBatchSize = (shipment: Shipment, remainingMs: number, serviceTimes: ServiceTimes): number => {
  let slowestMs = 0;
  for (const { criterion } of shipment.criteria) slowestMs = Math.max(slowestMs, serviceTimes.of(criterion));
  const size = Math.floor((share * remainingMs) / Math.max(slowestMs, 0.01));
  const most = shipment.lane === 'interactive' ? mostInteractive : limits.requestsPerBatch;
  return Math.max(1, Math.min(size, most));
};

/** Shipments with one key may share a batch: one lane, aggregator and gateway, deadlines within ±20 %, like batch sizes. */
export const batchKey = (shipment: Shipment, remainingMs: number, maxSize: number): string => {
  const deadline = Math.round(Math.log(Math.max(remainingMs, 1)) / deadlineStep / 2);
  const size = Math.floor(Math.log2(maxSize));
  return `${shipment.lane}|${shipment.ordinal}|${shipment.replyTo ?? ''}|${deadline}|${size}`;
};

const routeOf = (criterion: { criterion: string; generation: number }): string =>
  `${criterion.criterion}@${criterion.generation}`;

/**
 * Takes from the front of the queue what fits one batch; the rest stays in order.
 *
 * A batch names each criterion once: receivers look for their bit by it, and would take one generation's for the other's.
 */
export const takeBatch = <T extends { shipment: Shipment; maxSize: number }>(
  queue: T[],
): { entries: T[]; routes: Map<string, { criterion: string; generation: number }> } => {
  const entries: T[] = [];
  const routes = new Map<string, { criterion: string; generation: number }>();
  const named = new Set<string>();
  let allowed: number = limits.requestsPerBatch;
  for (const entry of queue) {
    allowed = Math.min(allowed, entry.maxSize);
    const added = entry.shipment.criteria.filter((one) => !routes.has(routeOf(one)));
    if (entries.length >= allowed || routes.size + added.length > limits.criteria) break;
    if (added.some(({ criterion }) => named.has(criterion))) break;
    for (const one of added) {
      routes.set(routeOf(one), one);
      named.add(one.criterion);
    }
    entries.push(entry);
  }
  queue.splice(0, entries.length);
  return { entries, routes };
};

/** The batch as it is published at `nowMs` (this process's wall clock), and the routing keys it goes to. */
export const composeBatch = (
  shipments: readonly Shipment[],
  routes: ReadonlyMap<string, { criterion: string; generation: number }>,
  from: { names: Names; sender: string; nowMs: number },
): { batch: RequestBatch; results: string; scorers: readonly string[]; longestRemainingMs: number } => {
  const first = shipments[0];
  if (first === undefined) throw new RangeError('a batch holds at least one shipment');
  const bits = new Map([...routes.keys()].map((route, bit) => [route, bit]));
  const results = from.names.results(first.ordinal, first.lane);
  let longestRemainingMs = 0;
  const requests = shipments.map((shipment) => {
    const remainingMs = Math.max(0, shipment.ask.deadlineAtMs - from.nowMs);
    longestRemainingMs = Math.max(longestRemainingMs, remainingMs);
    const mask = shipment.criteria.reduce((sum, one) => sum | (1 << (bits.get(routeOf(one)) ?? 0)), 0);
    const { round, topN, planVersion } = shipment;
    const skipped: Record<string, SkipReason> = { ...shipment.skipped };
    return { ...shipment.ask, remainingMs, round, mask, topN, planVersion, skipped };
  });
  const { lane, replyTo } = first;
  const chosen = [...routes.values()];
  return {
    batch: {
      lane,
      sender: from.sender,
      sentAtMs: from.nowMs,
      results,
      replyTo,
      criteria: chosen.map((one) => one.criterion),
      requests,
    },
    results,
    scorers: chosen.map((one) => from.names.scorer(one.criterion, lane, one.generation)),
    longestRemainingMs,
  };
};
