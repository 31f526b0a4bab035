/**
 * What a gateway believes of the queue of one scorer: a virtual clock of the moment by which all work known of would be
 * done. Pure; all moments are of the monotonic clock, ms.
 *
 * A request asked moves the clock by service time ÷ slots × share; the wait that comes back with its answer sets it right.
 */
export interface QueueEstimate {
  emptyAtMs: number;
  /** Requests asked so far. */
  count: number;
  service: { meanMs: number; samples: number; measured: boolean };
  /** Requests the scorer's processes work on at once, by the fleet; null: nobody said, one is assumed. */
  slots: number | null;
  /**
   * How much longer a request holds up the next one than the fleet says: more than 1 where other gateways ask the same
   * scorers, less where those work on more at once than anybody said. It begins at next to nothing where nobody said.
   */
  share: number;
  /** When the share was last changed: only what was asked since can say whether it is right now. */
  shareChangedMs: number;
  /** Late answers in a row. */
  lates: number;
  /** When the newest request that has reported was asked; older ones say nothing new. */
  reportedAskedMs: number;
}

/** One request that reports. */
export interface Asked {
  askedMs: number;
  mark: Mark;
  /** The request's, ms from its arrival. */
  deadlineMs: number;
}

/** Which request of its criterion it was, and how long it was expected to wait, ms. */
export interface Mark {
  number: number;
  expectedWaitMs: number;
}

/** The first run of a scorer is cold: no estimate before so many measurements. */
const enoughSamples = 5;
const smoothing = 0.1;
/** One late answer is a lost message or a pause; several in a row are a queue. */
const enoughLates = 3;
/** Transport, not a queue. */
const negligibleWaitMs = 10;
/** A wait of less of the deadline costs nobody an answer: a busy machine, a batch, a pause. It says nothing of the share. */
const harmlessShare = 0.1;
/** A scorer that takes more of a deadline than this is a turtle, late even when nothing waits. */
const turtleShare = 0.9;
const shareStep = 1.3;
const leastShare = 0.01;
const mostShare = 100;

export const newQueueEstimate = (): QueueEstimate => ({
  emptyAtMs: 0,
  count: 0,
  service: { meanMs: 0, samples: 0, measured: false },
  slots: null,
  share: leastShare,
  shareChangedMs: Number.NEGATIVE_INFINITY,
  lates: 0,
  reportedAskedMs: Number.NEGATIVE_INFINITY,
});

/** What one request holds up the next, ms; 0 where not enough is known to say. */
const stepMs = ({ slots, service, share }: QueueEstimate): number =>
  slots === 0 || !service.measured ? 0 : (service.meanMs / (slots ?? 1)) * share;

/** How long a request asked now would wait, ms: as long as a slot is idle, not at all. */
export const waitMs = (queue: QueueEstimate, nowMs: number): number => {
  const idleSlotsMs = Math.max(0, (queue.slots ?? 1) - 1) * stepMs(queue);
  return Math.max(0, queue.emptyAtMs - nowMs - idleSlotsMs);
};

/** Null: not measured yet. */
export const serviceMs = ({ service }: QueueEstimate): number | null => (service.measured ? service.meanMs : null);

/** Null: nobody says any more. */
export const noteSlots = (queue: QueueEstimate, slots: number | null): void => {
  if (slots === null) queue.share = leastShare;
  else if (queue.slots === null) queue.share = 1;
  queue.slots = slots;
};

export const noteAsked = (queue: QueueEstimate, nowMs: number): Mark => {
  const expectedWaitMs = waitMs(queue, nowMs);
  queue.emptyAtMs = Math.max(queue.emptyAtMs, nowMs) + stepMs(queue);
  queue.count += 1;
  return { number: queue.count, expectedWaitMs };
};

/** One that was preempted says little of the next; a scorer that truly became slow gets there in a few dozen requests. */
const mostOf = (meanMs: number): number => 4 * meanMs + 1;

export const noteService = ({ service }: QueueEstimate, tookMs: number): void => {
  const seenMs = service.measured ? Math.min(tookMs, mostOf(service.meanMs)) : tookMs;
  service.samples += 1;
  service.meanMs += Math.max(1 / service.samples, smoothing) * (seenMs - service.meanMs);
  if (service.samples >= enoughSamples) service.measured = true;
};

/** Once a round trip, since all that was asked within one saw the same share. */
const changeShare = (queue: QueueEstimate, asked: Asked, factor: number, nowMs: number): void => {
  if (asked.askedMs < queue.shareChangedMs) return;
  queue.share = Math.min(mostShare, Math.max(leastShare, queue.share * factor));
  queue.shareChangedMs = nowMs;
};

/** The work asked after a request that reports now, ms. */
const sinceMs = (queue: QueueEstimate, asked: Asked): number => (queue.count - asked.mark.number) * stepMs(queue);

/** A request that was begun after `waitedMs` says where the queue stood; one that did not wait, only where it did not. */
export const noteWaited = (queue: QueueEstimate, asked: Asked, waitedMs: number, nowMs: number): void => {
  if (asked.askedMs < queue.reportedAskedMs) return;
  queue.reportedAskedMs = asked.askedMs;
  queue.lates = 0;
  const { expectedWaitMs } = asked.mark;
  const harmlessMs = Math.max(negligibleWaitMs, asked.deadlineMs * harmlessShare);
  if (waitedMs > Math.max(expectedWaitMs * 1.25, expectedWaitMs + harmlessMs)) {
    changeShare(queue, asked, shareStep, nowMs);
  } else if (expectedWaitMs > negligibleWaitMs && waitedMs < expectedWaitMs / 2) {
    changeShare(queue, asked, 1 / shareStep, nowMs);
  }
  const ownMs = (queue.slots ?? 1) * stepMs(queue);
  const emptyAtMs = asked.askedMs + waitedMs + ownMs + sinceMs(queue, asked);
  queue.emptyAtMs = waitedMs > negligibleWaitMs ? emptyAtMs : Math.min(queue.emptyAtMs, emptyAtMs);
};

/**
 * A request that was late though it was expected in time waited at least until there was no time left for it.
 *
 * Overload from the first moment on lets few answers through to learn from, so lateness makes do with one measurement.
 */
export const noteLate = (queue: QueueEstimate, asked: Asked, nowMs: number): void => {
  if (asked.askedMs < queue.reportedAskedMs) return;
  queue.lates += 1;
  if (queue.lates < enoughLates || queue.service.samples === 0) return;
  queue.service.measured = true;
  const { meanMs } = queue.service;
  if (meanMs > asked.deadlineMs * turtleShare) return;
  changeShare(queue, asked, shareStep, nowMs);
  queue.emptyAtMs = Math.max(queue.emptyAtMs, asked.askedMs + asked.deadlineMs - meanMs + sinceMs(queue, asked));
};
