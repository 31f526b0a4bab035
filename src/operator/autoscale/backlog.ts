import type { Lane } from '../../contract/primitives.ts';
import type { DemandView } from './demand-view.ts';

/** Messages in the queues a scorer's work waits in, those delivered and not settled included; null: not known. */
export interface QueueDepths {
  interactive: number | null;
  durable: number | null;
  /** Accepted requests no aggregator has taken yet, of all recommenders. */
  intake: number | null;
  /** Accepted requests that aggregators have taken and not ended: what of them waits for a scorer is in its queue. */
  taken: number | null;
}

/** Requests that wait for a scorer. */
export interface Backlog {
  interactive: number;
  durable: number;
}

/**
 * Requests instead of messages: a batch of sixty-four is sixty-four times the work of a single. Null: not known.
 *
 * A durable batch that is delivered again comes back as singles, which no figure of the broker tells from batches. So no
 * more count than are open by either tale: of the aggregators, and of the intake queue, where each accepted request stays
 * until it has ended. Either may tell of too few (a process began anew, a figure is five seconds old), hence the larger one.
 */
export const backlogOf = (
  depths: QueueDepths | null,
  demand: Pick<DemandView, 'requestsPerMessage' | 'intakeShare' | 'openDurable'>,
): Backlog | null => {
  if (depths === null || depths.interactive === null || depths.durable === null) return null;
  const requests = (lane: Lane, messages: number): number => messages * demand.requestsPerMessage[lane];
  const open = Math.max(depths.durable, demand.openDurable, depths.taken ?? Number.POSITIVE_INFINITY);
  return {
    interactive: requests('interactive', depths.interactive),
    durable: Math.min(requests('durable', depths.durable), open) + (depths.intake ?? 0) * demand.intakeShare,
  };
};

/**
 * What of a backlog is to be worked off beside what keeps coming, in requests.
 *
 * Interactive work older than its deadline expires without costing anything, so no more counts than came within one. And
 * what is being worked on is no backlog: by Little's law (1961) as many as come in during one service time.
 */
export const drainable = (
  backlog: Backlog,
  from: { offeredPerSecond: number | null; serviceMs: number; deadlineMs: number },
): number => {
  const { offeredPerSecond, serviceMs, deadlineMs } = from;
  if (offeredPerSecond === null) return backlog.durable;
  const answerable = Math.min(backlog.interactive, (offeredPerSecond * deadlineMs) / 1_000);
  const underWay = (offeredPerSecond * serviceMs) / 1_000;
  return Math.max(0, answerable + backlog.durable - underWay);
};
