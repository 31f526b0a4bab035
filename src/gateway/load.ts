import type { CriterionCoverage } from '../contract/answer.ts';
import type { Clock } from '../contract/clock.ts';
import type { Fleet } from '../contract/control.ts';
import type { CriterionLoad } from './admission.ts';
import {
  type Asked,
  type Mark,
  newQueueEstimate,
  noteAsked,
  noteLate,
  noteService,
  noteSlots,
  noteWaited,
  type QueueEstimate,
  serviceMs,
  waitMs,
} from './queue-estimate.ts';

/**
 * The load of every scorer as far as this gateway can tell, without ever asking the broker: from its own requests, the
 * waits and service times that come back with answers, and the fleet. Nothing is assumed of what nobody said.
 */
export interface Load {
  of(criterion: string): CriterionLoad;
  /** Counts one request asked now; the mark goes with its report. */
  asked(criterion: string): Mark;
  /** What an aggregator's answer says of one criterion that was asked. */
  report(coverage: CriterionCoverage, asked: Asked): void;
  take(fleet: Fleet): void;
}

interface Known {
  queue: QueueEstimate;
  replicas: number | null;
}

export const createLoad = (clock: Clock): Load => {
  const scorers = new Map<string, Known>();
  const knownOf = (criterion: string): Known => {
    let known = scorers.get(criterion);
    if (known === undefined) {
      known = { queue: newQueueEstimate(), replicas: null };
      scorers.set(criterion, known);
    }
    return known;
  };

  return {
    of(criterion) {
      const { queue, replicas } = knownOf(criterion);
      return { waitMs: waitMs(queue, clock.monotonicMs()), serviceMs: serviceMs(queue), replicas };
    },
    asked: (criterion) => noteAsked(knownOf(criterion).queue, clock.monotonicMs()),
    report(coverage, asked) {
      const { queue } = knownOf(coverage.criterion);
      const { outcome, elapsedMs, serviceMs: tookMs } = coverage;
      const nowMs = clock.monotonicMs();
      // A scorer whose clock stepped tells of hours, and would look full until they are over: nobody had it for longer than this.
      const mostMs = nowMs - asked.askedMs;
      if (tookMs !== null && (outcome === 'scored' || outcome === 'abstained'))
        noteService(queue, Math.min(mostMs, tookMs));
      if (elapsedMs !== null && tookMs !== null) {
        noteWaited(queue, asked, Math.min(mostMs, Math.max(coverage.waitMs ?? 0, elapsedMs - tookMs)), nowMs);
      } else if (outcome === 'late') noteLate(queue, asked, nowMs);
    },
    take(fleet) {
      const named = new Map(fleet.criteria.map((one) => [one.criterion, one]));
      for (const criterion of new Set([...scorers.keys(), ...named.keys()])) {
        const entry = named.get(criterion);
        const known = knownOf(criterion);
        known.replicas = entry?.replicas ?? null;
        noteSlots(known.queue, entry === undefined ? null : entry.replicas * entry.concurrency);
      }
    },
  };
};
