import type { Item } from '../contract/item.ts';

/** All feedback as columns over tables of ids: structurally what the store hands out. */
export interface EventTable {
  users: readonly string[];
  items: readonly string[];
  /** Indices into `users` and `items`, one per event. */
  user: Int32Array;
  item: Int32Array;
  /** What the event says of taste: 1 = an ordinary watch, 0 = nothing, negative = disliked. */
  weight: Float32Array;
  /** When, Unix ms. */
  atMs: Float64Array;
}

/** What a criterion is fitted on. */
export interface TrainingData {
  items: readonly Item[];
  events: EventTable;
  nowMs: number;
}
