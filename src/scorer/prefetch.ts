/**
 * How many messages a scorer takes ahead of its work.
 *
 * Every message taken ahead is hidden from the other replicas, so a slow scorer takes as few as keep it busy: per place
 * one being worked on and one waiting. A fast one would then idle through every round trip of confirm and ack; it may
 * hold about `aheadMs` of measured work, which is what a replica elsewhere could have been late by.
 */
export interface PrefetchInput {
  /** Measured work in one message, ms; null while nothing was measured. */
  messageMs: number | null;
  /** Places that work side by side. */
  slots: number;
  /** Work that may be held beyond what is being worked on, per place, ms. */
  aheadMs: number;
  /** Most messages per place, which bounds memory. */
  mostPerSlot: number;
}

export const leastPerSlot = 2;

export const wantedPrefetch = (input: PrefetchInput): number => {
  if (input.messageMs === null) return leastPerSlot * input.slots;
  const perSlot = 1 + Math.floor(input.aheadMs / Math.max(input.messageMs, 0.001));
  return input.slots * Math.min(input.mostPerSlot, Math.max(leastPerSlot, perSlot));
};

/** Whether it is worth subscribing anew: only for a change by half or more, so that noise changes nothing. */
export const isWorthChanging = (current: number, wanted: number): boolean =>
  wanted >= current * 2 || wanted * 2 <= current;
