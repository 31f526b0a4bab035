/** Every bound of the wire and of HTTP bodies in one place: what exceeds one is refused with a sentence, never cut. */
export const limits = {
  /** Length of an id of a user, item, criterion, recommender or process, in characters. */
  idLength: 128,
  /** Criteria of one recommender and of one batch: a mask is one 32-bit integer. */
  criteria: 30,
  /** Items of a profile that carry weight and time; older ones travel as bare `seen` ids. */
  profileItems: 3_000,
  /** Sets of weights of one recommender. */
  weightSets: 32,
  /** Bare ids a request may drop. */
  seenItems: 20_000,
  candidates: 1_000,
  includeItems: 100,
  k: 200,
  topN: 1_000,
  requestsPerBatch: 256,
  partialsPerBatch: 256,
  filterValues: 64,
  feedbackEvents: 1_000,
  bulkItems: 5_000,
  /** Criteria and lanes that one process counts demand for. */
  demandCounts: 2_000,
  contextBytes: 4_096,
  contextDepth: 16,
  messageBytes: 8 * 1024 * 1024,
  bodyBytes: 4 * 1024 * 1024,
  minDeadlineMs: 10,
  maxInteractiveDeadlineMs: 30_000,
  durableDeadlineMs: 600_000,
  titleLength: 512,
  genresPerItem: 32,
} as const;
