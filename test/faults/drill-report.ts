import { percentile } from '../bench/percentile.ts';
import { type Call, tookMs } from './callers.ts';
import type { DurableOutcome } from './durable-callers.ts';

/** What a drill did to one process, on the callers' clock. */
export interface Blow {
  role: 'scorer' | 'aggregator' | 'gateway';
  name: string;
  /** Which door, where it was a gateway. */
  door: number | null;
  atMs: number;
  /** When its replacement, or the process itself, took work again. */
  backMs: number;
}

/** How callers fared; the verdicts add up to `calls`. */
export interface Tally {
  calls: number;
  verdicts: Readonly<Record<Call['verdict'], number>>;
  /** Answered later than the deadline and the margin: how many, and by how much at most, by the caller's clock, ms. */
  late: number;
  mostLateMs: number;
  /** The same by the gateway's own clock. */
  lateAtGateway: number;
  /** Whose own gateway was down meanwhile; not counted as late or anything else below. */
  ownGatewayDown: number;
  turnedAway: number;
  p50Ms: number;
  p99Ms: number;
}

/** The margin of the design: an answer is in the caller's hands by so much after the deadline, ms. */
export const marginMs = 50;
/** How long after a blow fallbacks are its doing, ms. */
export const blowReachMs = 1_000;

const verdicts: readonly Call['verdict'][] = [
  ...(['whole', 'partial', 'last-good', 'popular', 'none', '429', '503'] as const),
  ...(['mixed', 'error', 'cut', 'unanswered'] as const),
];

export const isFallback = ({ verdict }: Call): boolean =>
  verdict === 'last-good' || verdict === 'popular' || verdict === 'none';

/** Whether the call was open at some moment of `[fromMs, toMs]`. */
export const wasOpen = (call: Call, span: { fromMs: number; toMs: number }): boolean =>
  call.startedMs <= span.toMs && call.endedMs >= span.fromMs;

export const ownGatewayWasDown = (call: Call, blows: readonly Blow[]): boolean =>
  blows.some((blow) => blow.door === call.door && wasOpen(call, { fromMs: blow.atMs, toMs: blow.backMs }));

export const isNear = (call: Call, blows: readonly Blow[], reachMs = blowReachMs): boolean =>
  blows.some((blow) => wasOpen(call, { fromMs: blow.atMs, toMs: blow.atMs + reachMs }));

export const tally = (calls: readonly Call[], blows: readonly Blow[], deadlineMs: number): Tally => {
  const living = calls.filter((call) => !ownGatewayWasDown(call, blows));
  const took = Float64Array.from(living, tookMs).sort();
  const overMs = living.map((call) => tookMs(call) - deadlineMs - marginMs);
  return {
    calls: living.length,
    verdicts: Object.fromEntries(
      verdicts.map((verdict) => [verdict, living.filter((call) => call.verdict === verdict).length]),
    ) as Tally['verdicts'],
    late: overMs.filter((ms) => ms > 0).length,
    mostLateMs: Math.max(0, ...overMs),
    lateAtGateway: living.filter(({ gatewayMs }) => (gatewayMs ?? 0) > deadlineMs + marginMs).length,
    ownGatewayDown: calls.length - living.length,
    turnedAway: living.filter((call) => call.turnedAway > 0).length,
    p50Ms: percentile(took, 0.5),
    p99Ms: percentile(took, 0.99),
  };
};

/** How long after each blow the last call before the next one ended other than whole and in time, ms; 0: none did. */
export const untilWholeMs = (calls: readonly Call[], blows: readonly Blow[], deadlineMs: number): readonly number[] => {
  const bad = calls.filter((call) => call.verdict !== 'whole' || tookMs(call) > deadlineMs + marginMs);
  return blows.map(({ atMs }, index) => {
    const nextMs = blows[index + 1]?.atMs ?? Number.POSITIVE_INFINITY;
    const touched = bad.filter(({ endedMs }) => endedMs >= atMs && endedMs < nextMs);
    return Math.max(0, ...touched.map(({ endedMs }) => endedMs - atMs));
  });
};

const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;

/** A table in Markdown. */
export const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');

export const renderTallies = (tallies: Readonly<Record<string, Tally>>): string =>
  table(
    [
      'interactive',
      'calls',
      ...verdicts,
      'late > 50 ms',
      'most late ms',
      'late at the gateway',
      'own gateway down',
      'refused, went on',
      'p50 ms',
      'p99 ms',
    ],
    Object.entries(tallies).map(([name, one]) => [
      ...[name, one.calls],
      ...verdicts.map((verdict) => one.verdicts[verdict]),
      ...[one.late, Math.round(one.mostLateMs), one.lateAtGateway, one.ownGatewayDown, one.turnedAway],
      ...[one.p50Ms.toFixed(0), one.p99Ms.toFixed(0)],
    ]),
  );

export const renderDurable = (one: DurableOutcome): string =>
  table(
    [
      'durable',
      'accepted',
      'answered',
      'of these incomplete',
      'failed',
      'lost',
      'changed',
      'mixed',
      'scored twice',
      'posted again',
    ],
    [
      [
        ...['', one.accepted, one.answered, one.incomplete, one.failed, one.lost.length],
        ...[one.changed, one.mixed, one.scoredTwice, one.repeatedPosts],
      ],
    ],
  );

const mostReasons = 8;

/** Why calls were not whole, the most frequent reasons first. */
export const reasonsOf = (calls: readonly Call[]): readonly string[] => {
  const counts = new Map<string, number>();
  for (const { verdict, note } of calls) {
    if (verdict === 'whole') continue;
    const reason = `${verdict}: ${(note ?? '').replace(/"requestId":"\w+"/, '')}`;
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, one], [, other]) => other - one);
  return sorted.slice(0, mostReasons).map(([reason, count]) => `${count} × ${reason}`);
};
