/**
 * Corrects a sender's clock: keeps the smallest (receipt − sent) seen per sender, which is the clock offset plus the
 * shortest transit, over a bounded number of senders (the oldest forgotten first).
 *
 * What was seen one to two windows ago is forgotten: a clock that was set back would else make everything of its
 * sender look expired for good. The window is long, because waiting in a queue must not pass for an offset.
 *
 * Receipt is best told on the receiver's monotonic clock: then its own wall clock may step as it likes.
 */
export interface ClockOffsets {
  /** Notes one message and returns the offset now believed, ms. */
  observe(sender: string, sentAtMs: number, receivedAtMs: number): number;
}

export const createClockOffsets = (maxSenders = 1_000, windowMs = 300_000): ClockOffsets => {
  const smallest = new Map<string, { since: number; now: number; before: number }>();
  return {
    observe(sender, sentAtMs, receivedAtMs) {
      const offset = receivedAtMs - sentAtMs;
      const seen = smallest.get(sender);
      if (seen === undefined) {
        const oldest = smallest.size >= maxSenders ? smallest.keys().next().value : undefined;
        if (oldest !== undefined) smallest.delete(oldest);
        smallest.set(sender, { since: receivedAtMs, now: offset, before: offset });
        return offset;
      }
      if (Math.abs(receivedAtMs - seen.since) >= windowMs) {
        seen.before = seen.now;
        seen.now = offset;
        seen.since = receivedAtMs;
      } else seen.now = Math.min(seen.now, offset);
      return Math.min(seen.now, seen.before);
    },
  };
};

/**
 * The deadline on the receiver's clock, the one that receipt and offset are told on: the earlier of the sender's instant,
 * corrected by the offset, and receipt plus what remained when it was sent. Ms.
 */
export const localDeadlineMs = (
  deadline: { deadlineAtMs: number; remainingMs: number },
  receivedAtMs: number,
  offsetMs: number,
): number => Math.min(deadline.deadlineAtMs + offsetMs, receivedAtMs + deadline.remainingMs);
