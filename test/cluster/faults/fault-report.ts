import type { Call } from '../../faults/callers.ts';
import { table, tally } from '../../faults/drill-report.ts';
import type { DurableOutcome } from '../../faults/durable-callers.ts';
import { isWhole, recoveredAfterS } from '../../faults/recovery.ts';
import { deadlineMs } from './drilled.ts';
import type { Fault } from './faults.ts';

/** What became of a fault's callers. */
export interface Outcome {
  fault: Fault;
  /** Of callers who came from the first moment on. */
  calls: readonly Call[];
  /** Those of them that were not open while the machine kept some process waiting. */
  fed: readonly Call[];
  moments: readonly Moment[];
  durable: DurableOutcome;
}

/** Something was done to the cluster, on the callers' clock. */
export interface Moment {
  what: string;
  atMs: number;
}

const recoveryOf = ({ calls, moments }: Outcome): string =>
  moments
    .map(({ what, atMs }, index) => {
      const untilMs = moments[index + 1]?.atMs ?? Number.POSITIVE_INFINITY;
      const own = calls.filter(({ startedMs }) => startedMs < untilMs);
      const seconds = recoveredAfterS(own, atMs, deadlineMs);
      return `${what}: ${seconds === null ? 'not' : `${seconds} s`}`;
    })
    .join(', ');

export const renderCalls = (outcomes: readonly Outcome[]): string =>
  table(
    [
      ...['fault', 'calls', 'whole', 'partial', 'last-good', 'popular', 'none', '429', '503'],
      ...[
        'mixed, error',
        'cut',
        'unanswered',
        'late',
        'turned to another node',
        'not whole or late, nothing starved',
        'whole again after',
      ],
    ],
    outcomes.map((outcome) => {
      const { calls, verdicts, late, turnedAway } = tally(outcome.calls, [], deadlineMs);
      return [
        ...[outcome.fault.title, calls, verdicts.whole, verdicts.partial, verdicts['last-good'], verdicts.popular],
        ...[verdicts.none, verdicts['429'], verdicts['503'], verdicts.mixed + verdicts.error],
        ...[
          verdicts.cut,
          verdicts.unanswered,
          late,
          turnedAway,
          `${outcome.fed.filter((call) => !isWhole(call, deadlineMs)).length} of ${outcome.fed.length}`,
          recoveryOf(outcome),
        ],
      ];
    }),
  );

export const renderDurables = (outcomes: readonly Outcome[]): string =>
  table(
    [
      'fault',
      'accepted',
      'answered',
      'of these incomplete',
      'failed',
      'lost',
      'changed, mixed',
      'scored twice',
      'posted again',
    ],
    outcomes.map(({ fault, durable: one }) => [
      ...[fault.title, one.accepted, one.answered, one.incomplete, one.failed, one.lost.length],
      ...[one.changed + one.mixed, one.scoredTwice, one.repeatedPosts],
    ]),
  );

/** What must hold and did not, as sentences; fallbacks and refusals count where the machine let all processes run. */
export const brokenPromises = ({ fault, calls, fed, durable }: Outcome): string[] => {
  const { mixed, error, cut, unanswered } = tally(calls, [], deadlineMs).verdicts;
  const { verdicts } = tally(fed, [], deadlineMs);
  const found: string[] = [];
  const promise = (count: number, what: string): void => {
    if (count > 0) found.push(`${fault.name}: ${count} ${what}`);
  };
  promise(durable.lost.length, 'durable requests lost');
  promise(durable.failed, `durable requests failed: ${durable.failures[0]}`);
  promise(durable.mixed + durable.changed, 'durable answers mixed or changed');
  promise(mixed + error, 'answers mixed or in error');
  if (!fault.mustNotShow) return found;
  promise(cut + unanswered, 'calls without an answer');
  promise(verdicts['429'] + verdicts['503'], 'calls refused');
  promise(verdicts['last-good'] + verdicts.popular + verdicts.none, 'fallbacks');
  return found;
};
