import type { CriterionCoverage } from '../contract/answer.ts';
import type { Clock } from '../contract/clock.ts';
import type { Fleet } from '../contract/control.ts';
import type { CriterionLoad } from './admission.ts';

/** Which request of a criterion it was, and how long it was expected to wait, ms. */
export interface Mark {
  number: number;
  expectedWaitMs: number;
}

/**
 * What this gateway believes of each scorer's queue, without ever asking the broker.
 *
 * Per criterion one virtual clock (`emptyAtMs`): the moment by which all work known of would be done. Each request asked
 * moves it by service time ÷ slots; the wait that comes back with an answer sets it right, which takes in what other
 * gateways asked, slots wrongly counted and scorers that died. Nothing is assumed of a scorer whose service time or
 * number of processes is not known.
 */
export interface Load {
  of(criterion: string): CriterionLoad;
  /** Counts one request asked now; the mark says which one it was when its answer reports. */
  asked(criterion: string): Mark;
  /** What an aggregator's answer says of one criterion that was asked at `askedMs` (monotonic) under that mark. */
  report(coverage: CriterionCoverage, asked: Asked): void;
  take(fleet: Fleet): void;
}

export interface Asked {
  /** Monotonic ms. */
  askedMs: number;
  mark: Mark;
  /** The request's, ms from its arrival. */
  deadlineMs: number;
}

interface Queue {
  emptyAtMs: number;
  /** Requests asked so far. */
  count: number;
  service: { meanMs: number; samples: number };
  replicas: number | null;
  slots: number | null;
  /** What share of its estimates came true: scorers that work on more at once than anybody said drain faster. 0 to 1. */
  trust: number;
  /** Late answers in a row. */
  lates: number;
  /** When the newest request that has reported was asked; older ones say nothing new. */
  reportedAskedMs: number;
}

/** The first run of a scorer is cold: no estimate before so many measurements. */
const enoughSamples = 5;
const smoothing = 0.1;
/** One late answer is a lost message or a pause; several in a row are a queue. */
const enoughLates = 3;
/** Transport, not a queue. */
const negligibleWaitMs = 10;

const slotMs = (queue: Queue): number =>
  queue.slots === null || queue.slots === 0 || queue.service.samples < enoughSamples
    ? 0
    : (queue.service.meanMs / queue.slots) * queue.trust;

/** Every report moves it a little: a burst that was overestimated once is not the next time. */
const trustStep = 1.1;
const leastTrust = 0.01;

/** What a request waited, against what was expected of it, says how much estimates are worth. */
const judge = (queue: Queue, expectedMs: number, waitedMs: number): void => {
  if (expectedMs <= negligibleWaitMs) return;
  if (waitedMs < expectedMs / 2) queue.trust = Math.max(leastTrust, queue.trust / trustStep);
  else if (waitedMs > expectedMs * 0.8) queue.trust = Math.min(1, queue.trust * trustStep);
};

const learn = (service: Queue['service'], serviceMs: number): void => {
  service.samples += 1;
  service.meanMs += Math.max(1 / service.samples, smoothing) * (serviceMs - service.meanMs);
};

/** The work asked after a request that reports now, ms. */
const sinceMs = (queue: Queue, asked: Asked): number => (queue.count - asked.mark.number) * slotMs(queue);

/** A request that was begun after `waitedMs` says where the queue stood; one that did not wait, only where it did not. */
const correct = (queue: Queue, asked: Asked, waitedMs: number): void => {
  queue.lates = 0;
  const ownMs = slotMs(queue) === 0 ? 0 : queue.service.meanMs;
  const emptyAtMs = asked.askedMs + waitedMs + ownMs + sinceMs(queue, asked);
  queue.emptyAtMs = waitedMs > negligibleWaitMs ? emptyAtMs : Math.min(queue.emptyAtMs, emptyAtMs);
};

/** A request that was late waited at least until there was no time left for it. */
const noteLate = (queue: Queue, asked: Asked): void => {
  queue.lates += 1;
  if (queue.lates < enoughLates || slotMs(queue) === 0) return;
  const begunMs = Math.max(0, asked.deadlineMs - queue.service.meanMs);
  queue.emptyAtMs = Math.max(queue.emptyAtMs, asked.askedMs + begunMs + sinceMs(queue, asked));
};

export const createLoad = (clock: Clock): Load => {
  const queues = new Map<string, Queue>();
  const queueOf = (criterion: string): Queue => {
    let queue = queues.get(criterion);
    if (queue === undefined) {
      queue = {
        emptyAtMs: 0,
        count: 0,
        service: { meanMs: 0, samples: 0 },
        replicas: null,
        slots: null,
        trust: 1,
        lates: 0,
        reportedAskedMs: Number.NEGATIVE_INFINITY,
      };
      queues.set(criterion, queue);
    }
    return queue;
  };

  /** As long as a slot is idle nothing waits. */
  const waitOf = (queue: Queue): number => {
    const idleSlotsMs = Math.max(0, (queue.slots ?? 1) - 1) * slotMs(queue);
    return Math.max(0, queue.emptyAtMs - clock.monotonicMs() - idleSlotsMs);
  };

  return {
    of(criterion) {
      const queue = queueOf(criterion);
      return {
        waitMs: waitOf(queue),
        serviceMs: queue.service.samples < enoughSamples ? null : queue.service.meanMs,
        replicas: queue.replicas,
      };
    },
    asked(criterion) {
      const queue = queueOf(criterion);
      const expectedWaitMs = waitOf(queue);
      queue.emptyAtMs = Math.max(queue.emptyAtMs, clock.monotonicMs()) + slotMs(queue);
      queue.count += 1;
      return { number: queue.count, expectedWaitMs };
    },
    report(coverage, asked) {
      const queue = queueOf(coverage.criterion);
      const worked = coverage.outcome === 'scored' || coverage.outcome === 'abstained';
      if (worked && coverage.serviceMs !== null) learn(queue.service, coverage.serviceMs);
      if (asked.askedMs < queue.reportedAskedMs) return;
      const { elapsedMs, serviceMs } = coverage;
      if (elapsedMs !== null && serviceMs !== null) {
        queue.reportedAskedMs = asked.askedMs;
        const waitedMs = Math.max(coverage.waitMs ?? 0, elapsedMs - serviceMs);
        judge(queue, asked.mark.expectedWaitMs, waitedMs);
        correct(queue, asked, waitedMs);
      } else if (coverage.outcome === 'late') noteLate(queue, asked);
    },
    take(fleet) {
      const known = new Map(fleet.criteria.map((one) => [one.criterion, one]));
      for (const criterion of new Set([...queues.keys(), ...known.keys()])) {
        const entry = known.get(criterion);
        const queue = queueOf(criterion);
        queue.replicas = entry?.replicas ?? null;
        queue.slots = entry === undefined ? null : entry.replicas * entry.concurrency;
      }
    },
  };
};
