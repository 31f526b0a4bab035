import type { Clock } from '../../contract/clock.ts';
import type { Demand, DemandCounts } from '../../contract/demand.ts';
import type { Lane } from '../../contract/primitives.ts';

/**
 * What gateways and aggregators told of the last half minute, by process.
 *
 * A restarted process counts from zero under another `startedAtMs` and is another sender here. One that said it leaves is
 * dropped at once; one that fell silent is kept for a while, since nobody knows what it is asked meanwhile.
 */
export interface DemandBook {
  take(demand: Demand): void;
  /** Everyone heard of lately; forgets those that have been silent for too long. */
  senders(): readonly Sender[];
}

export interface Report {
  /** On the sender's own monotonic clock. */
  uptimeMs: number;
  intake: number;
  counts: ReadonlyMap<string, DemandCounts>;
}

export interface Sender {
  name: string;
  role: Demand['role'];
  startedAtMs: number;
  /** Oldest first: from a moment `keptMs` before the newest on. Never empty. */
  reports: Report[];
  /** On this process's monotonic clock. */
  heardMs: number;
  /** Nothing came from it for so long that what it counts by now is unknown. */
  silent: boolean;
}

/** How far back rates look. */
export const keptMs = 30_000;
/** Six reports that did not come. */
const silentAfterMs = 3_000;
/** A process killed without a word is replaced by then. */
const forgottenAfterMs = 60_000;
/** Anyone on the control exchange may send under any name. */
const mostSenders = 1_000;

export const countsKey = (criterion: string, lane: Lane): string => `${lane} ${criterion}`;

/** Most counts are as they were half a second ago, and are kept once. */
const isSame = (one: DemandCounts, other: DemandCounts): boolean =>
  one.admitted === other.admitted &&
  one.refused === other.refused &&
  one.full === other.full &&
  one.asleep === other.asleep &&
  one.late === other.late &&
  one.requests === other.requests &&
  one.messages === other.messages &&
  one.served === other.served &&
  one.serviceMs === other.serviceMs;

const reportOf = ({ uptimeMs, intake, counts }: Demand, before: Report | undefined): Report => {
  const kept = new Map<string, DemandCounts>();
  for (const one of counts) {
    const key = countsKey(one.criterion, one.lane);
    const known = before?.counts.get(key);
    kept.set(key, known !== undefined && isSame(known, one) ? known : one);
  }
  return { uptimeMs, intake, counts: kept };
};

const nothing: Report = { uptimeMs: 0, intake: 0, counts: new Map() };

export const createDemandBook = (clock: Pick<Clock, 'monotonicMs'>): DemandBook => {
  const senders = new Map<string, Sender>();

  const begin = (demand: Demand): Sender => ({
    name: demand.sender,
    role: demand.role,
    startedAtMs: demand.startedAtMs,
    // All that a young process has counted was counted lately.
    reports: demand.uptimeMs <= keptMs ? [nothing] : [],
    heardMs: 0,
    silent: false,
  });

  /** Whether a message says more of a sender than is known: an older one that was overtaken does not. */
  const isNews = (known: Sender, demand: Demand): boolean =>
    demand.startedAtMs === known.startedAtMs
      ? demand.uptimeMs > (known.reports.at(-1)?.uptimeMs ?? -1)
      : demand.startedAtMs > known.startedAtMs;

  const senderOf = (demand: Demand): Sender | null => {
    const known = senders.get(demand.sender);
    if (known !== undefined && !isNews(known, demand)) return null;
    if (known?.startedAtMs === demand.startedAtMs) return known;
    if (known === undefined && senders.size >= mostSenders) return null;
    const fresh = begin(demand);
    senders.set(demand.sender, fresh);
    return fresh;
  };

  return {
    take(demand) {
      const sender = senderOf(demand);
      if (sender === null) return;
      if (demand.leaving) {
        senders.delete(demand.sender);
        return;
      }
      const { reports } = sender;
      reports.push(reportOf(demand, reports.at(-1)));
      while (reports.length > 2 && (reports[1] as Report).uptimeMs <= demand.uptimeMs - keptMs) reports.shift();
      sender.heardMs = clock.monotonicMs();
    },
    senders() {
      const nowMs = clock.monotonicMs();
      for (const sender of senders.values()) {
        const quietMs = nowMs - sender.heardMs;
        sender.silent = quietMs > silentAfterMs;
        if (quietMs > forgottenAfterMs) senders.delete(sender.name);
      }
      return [...senders.values()];
    },
  };
};
