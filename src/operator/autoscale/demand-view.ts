import type { DemandCounts } from '../../contract/demand.ts';
import type { Lane } from '../../contract/primitives.ts';
import { countsKey, keptMs, type Report, type Sender } from './demand-book.ts';
import { type Rate, steadyRate } from './steady-rate.ts';

/** What the book says of one criterion. Pure. */
export interface DemandView {
  /** Requests it is wanted for, whether asked or turned away; null: no gateway said anything that tells. */
  offered: Rate | null;
  /** No gateway has fallen silent, and there is one: what is not counted here was not offered. */
  isWhole: boolean;
  /** Of the offered, those not answered in time: refused, skipped or late. */
  missedPerSecond: number;
  /** Mean over the last half minute, ms; else of all that is known; null: none was served. */
  serviceMs: number | null;
  /** How many requests travel in one message of its queue, by lane. At least 1. */
  requestsPerMessage: Readonly<Record<Lane, number>>;
  /** Durable requests it was asked and has not worked on, by the counts of those who asked; more where some expired or were asked twice. */
  openDurable: number;
  /** Share of the accepted durable requests that ask it. */
  intakeShare: number;
}

type Counter = Exclude<keyof DemandCounts, 'criterion' | 'lane'>;
type Reading = (report: Report) => number;

const reading =
  (criterion: string, lanes: readonly Lane[], counters: readonly Counter[]): Reading =>
  (report) => {
    let sum = 0;
    for (const lane of lanes) {
      const counts = report.counts.get(countsKey(criterion, lane));
      if (counts !== undefined) for (const counter of counters) sum += counts[counter];
    }
    return sum;
  };

const both: readonly Lane[] = ['interactive', 'durable'];
const seconds = keptMs / 1_000;

/**
 * How much a total grew in each second before the newest report, the newest first, between reports in proportion.
 * As many seconds as the reports cover.
 */
const growthPerSecond = ({ reports }: Sender, read: Reading): number[] => {
  const newest = reports.at(-1) as Report;
  const growth: number[] = [];
  let at = reports.length - 1;
  let before = read(newest);
  for (let second = 1; second <= seconds; second += 1) {
    const momentMs = newest.uptimeMs - second * 1_000;
    while (at > 0 && (reports[at] as Report).uptimeMs > momentMs) at -= 1;
    const from = reports[at] as Report;
    const to = reports[at + 1];
    if (from.uptimeMs > momentMs || to === undefined) break;
    const share = (momentMs - from.uptimeMs) / (to.uptimeMs - from.uptimeMs);
    const value = read(from) + share * (read(to) - read(from));
    growth.push(Math.max(0, before - value));
    before = value;
  }
  return growth;
};

/** Second by second over all senders; those not known as long count for as long as they are. */
const addUp = (rows: readonly (readonly number[])[]): number[] => {
  const longest = rows.reduce((most, row) => Math.max(most, row.length), 0);
  return Array.from({ length: longest }, (_, second) => rows.reduce((sum, row) => sum + (row[second] ?? 0), 0));
};

const growth = ({ reports }: Sender, read: Reading): number =>
  Math.max(0, read(reports.at(-1) as Report) - read(reports[0] as Report));
const total = ({ reports }: Sender, read: Reading): number => read(reports.at(-1) as Report);

/** Of what grew lately; where nothing did, of all there is. Null: nothing at all. */
const ratio = (senders: readonly Sender[], above: Reading, below: Reading): number | null => {
  for (const amount of [growth, total]) {
    const sum = (read: Reading): number => senders.reduce((all, sender) => all + amount(sender, read), 0);
    const divisor = sum(below);
    if (divisor > 0) return sum(above) / divisor;
  }
  return null;
};

const intakeOf: Reading = ({ intake }) => intake;
const missedWindowS = 10;

/** @param senders of `DemandBook.senders()` */
export const viewDemand = (senders: readonly Sender[], criterion: string): DemandView => {
  const read = (lanes: readonly Lane[], ...counters: readonly Counter[]): Reading =>
    reading(criterion, lanes, counters);
  const gateways = senders.filter(({ role }) => role === 'gateway');
  const rowsOf = (who: readonly Sender[], what: Reading): number[] =>
    addUp(who.map((one) => growthPerSecond(one, what)));
  const offered = rowsOf(senders, read(both, 'admitted', 'refused', 'full', 'asleep'));
  const missed = rowsOf(gateways, read(both, 'late', 'refused', 'full', 'asleep')).slice(0, missedWindowS);
  const perMessage = (lane: Lane): number =>
    Math.max(1, ratio(senders, read([lane], 'requests'), read([lane], 'messages')) ?? 1);
  const openOf = (sender: Sender): number =>
    Math.max(0, total(sender, read(['durable'], 'requests')) - total(sender, read(['durable'], 'served')));
  const isHeard = ({ reports, silent }: Sender): boolean => !silent && reports.length > 1;
  const someSaid = gateways.some(({ reports }) => reports.length > 1);
  return {
    offered: someSaid ? steadyRate(offered) : null,
    isWhole: gateways.length > 0 && gateways.every(isHeard),
    missedPerSecond: missed.length === 0 ? 0 : missed.reduce((sum, one) => sum + one, 0) / missed.length,
    serviceMs: ratio(senders, read(both, 'serviceMs'), read(both, 'served')),
    requestsPerMessage: { interactive: perMessage('interactive'), durable: perMessage('durable') },
    openDurable: senders.reduce((sum, sender) => sum + openOf(sender), 0),
    intakeShare: Math.min(1, ratio(gateways, read(['durable'], 'admitted'), intakeOf) ?? 1),
  };
};
