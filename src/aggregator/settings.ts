/** How one aggregator is set; every value has a default that suits a small machine. */
export interface AggregatorSettings {
  /** Requests gathered at once on the interactive lane; beyond, they are refused and the gateway falls back. */
  maxOpenGroups: number;
  /**
   * Messages held unsettled on the interactive lane. A request's message and its partials' are held until its answer is
   * confirmed, so this also bounds what may be open: prefetch ÷ (1 + criteria).
   */
  interactivePrefetch: number;
  /** Partials held that came before their request. */
  maxEarlyPartials: number;
  /** Ids of closed requests remembered, so that a late partial is known for what it is. */
  maxClosedGroups: number;
  /** Durable requests worked on at once: small, since each redelivery counts towards the delivery limit. */
  durablePrefetch: number;
  /** Late partials kept for the users' next requests. */
  late: { maxUsers: number; maxBytes: number };
  /** Items held for titles and attributes, and how often the catalogue's version is asked, ms. */
  catalogue: { maxItems: number; refreshMs: number };
  /** Between two announcements, ms. */
  announceMs: number;
  /**
   * At most so long before a deadline closing begins where much is open, ms, so that the last of those due at once is out
   * in time as well.
   */
  maxLeadMs: number;
  /** Before the second attempt at the store or the broker, and at most, ms; doubles in between. */
  retry: { firstMs: number; longestMs: number };
  /** How long a stop waits for durable requests to end, ms; the rest is handed to another aggregator. */
  drainMs: number;
}

export const defaultSettings: AggregatorSettings = {
  maxOpenGroups: 4_096,
  interactivePrefetch: 20_000,
  maxEarlyPartials: 5_000,
  maxClosedGroups: 50_000,
  durablePrefetch: 64,
  late: { maxUsers: 20_000, maxBytes: 64 * 1024 * 1024 },
  catalogue: { maxItems: 100_000, refreshMs: 2_000 },
  announceMs: 250,
  maxLeadMs: 20,
  retry: { firstMs: 100, longestMs: 5_000 },
  drainMs: 15_000,
};
