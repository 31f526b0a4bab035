import type { Lane, SkipReason } from '../contract/primitives.ts';
import type { Ask } from '../contract/request-batch.ts';

/** One request ready to be scattered: what the gateway (interactive) and the aggregator (durable, refine) hand over. */
export interface Shipment {
  lane: Lane;
  /** Ordinal of the aggregator that gathers it. */
  ordinal: number;
  /** Routing key of the gateway's reply queue; null where the answer goes to the store. */
  replyTo: string | null;
  /** `deadlineAtMs` on this process's wall clock; `remainingMs` is filled in anew when the batch is published. */
  ask: Ask;
  planVersion: number;
  /** 0 = first round, 1 = refine. */
  round: 0 | 1;
  topN: number;
  /** Who is asked, with the generation of their queues. Never empty. */
  criteria: readonly { criterion: string; generation: number }[];
  /** Who is not, and why. */
  skipped: Readonly<Record<string, SkipReason>>;
}

export interface Scatter {
  /**
   * Resolves when the batch that carries the shipment is confirmed; rejects with the broker port's errors.
   * Flushes at once while no publish is unconfirmed, coalesces only while one is.
   */
  send(shipment: Shipment): Promise<void>;
  /** Shipments not yet published. */
  waiting(): number;
}
