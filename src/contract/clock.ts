/**
 * Time as a parameter: every room takes a clock, so tests own time.
 *
 * `nowMs` is wall time (Unix milliseconds), used only where an instant crosses processes; `monotonicMs` never goes
 * back and is what durations and local deadlines are counted on.
 */
export interface Clock {
  nowMs(): number;
  monotonicMs(): number;
  /** Calls `fire` once after `delayMs` (clamped to ≥ 0) and returns what cancels it. Timers never keep a process alive. */
  setTimer(delayMs: number, fire: () => void): () => void;
}
