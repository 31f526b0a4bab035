/**
 * Corrects a sender's clock: keeps the smallest (receipt − sent) seen per sender, which is the clock offset plus the
 * shortest transit, over a bounded number of senders (the oldest forgotten first).
 */
export interface ClockOffsets {
  /** Notes one message and returns the offset now believed, ms. */
  observe(sender: string, sentAtMs: number, receivedAtMs: number): number;
}

export const createClockOffsets = (maxSenders = 1_000): ClockOffsets => {
  const smallest = new Map<string, number>();
  return {
    observe(sender, sentAtMs, receivedAtMs) {
      const seen = smallest.get(sender);
      const offset = Math.min(seen ?? Number.POSITIVE_INFINITY, receivedAtMs - sentAtMs);
      if (seen === undefined && smallest.size >= maxSenders) {
        const oldest = smallest.keys().next().value;
        if (oldest !== undefined) smallest.delete(oldest);
      }
      smallest.set(sender, offset);
      return offset;
    },
  };
};

/**
 * The deadline on the receiver's wall clock: the earlier of the sender's instant, corrected by the offset, and receipt
 * plus what remained when it was sent. Unix ms.
 */
export const localDeadlineMs = (
  deadline: { deadlineAtMs: number; remainingMs: number },
  receivedAtMs: number,
  offsetMs: number,
): number => Math.min(deadline.deadlineAtMs + offsetMs, receivedAtMs + deadline.remainingMs);
