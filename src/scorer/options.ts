import type { Broker } from '../broker/port.ts';
import type { Clock } from '../contract/clock.ts';
import type { ScorerDefinition } from '../contract/scoring.ts';
import type { Names } from '../contract/topology.ts';
import type { Log } from '../runtime/log.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Tracer } from '../runtime/tracer.ts';
import type { ModelSource } from './model-source.ts';

/**
 * Where the scoring function is.
 *
 * `inline`: it runs on the event loop, for scorers that wait on something else. `module`: threads import it, for
 * scorers that compute; `export` names a function that is called with `args` (which must survive structured cloning)
 * and makes the definition.
 */
export type ScorerSource =
  | { kind: 'inline'; definition: ScorerDefinition }
  | { kind: 'module'; url: string | URL; export: string; args?: readonly unknown[] };

export interface Tuning {
  /** Longest stretch of work before the interactive lane is looked at again, ms. */
  sliceMs: number;
  /** Longest time a finished partial waits for those of its neighbours, ms. */
  flushMs: number;
  /** How long interactive partials are carried beyond their deadline, so that late ones come home, ms. */
  graceMs: number;
  /** A request not finished this long after it was begun is `failed`; a thread that hangs so is replaced, ms. */
  serviceLimitMs: number;
  /** Between two looks for newer models, ms. */
  pollMs: number;
  /** How long `stop` may finish what is held before it gives the rest back, ms. */
  drainMs: number;
  /** Before a message whose partials could not be published goes back to its queue, ms. */
  pauseMs: number;
  /** Between two looks for waiting requests whose deadline has passed, ms. */
  sweepMs: number;
  /** Messages taken ahead by lane; `auto` follows the measured service time (prefetch.ts). */
  prefetch: { interactive: number | 'auto'; durable: number | 'auto' };
}

export interface ScorerOptions {
  broker: Broker;
  names: Names;
  criterion: string;
  /** Generation of the queues it reads; default 0. */
  generation?: number;
  /** Name of the process, in partials and logs. */
  process: string;
  source: ScorerSource;
  /** Null where the scorer needs no model. */
  models: ModelSource | null;
  /** Handed to `load`; default none. */
  settings?: Readonly<Record<string, string>>;
  /** Requests scored side by side: promises (`inline`) or threads (`module`); default 1. */
  concurrency?: number;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  /** Declare exchanges and its own queues; default true. False on a cluster, where the operator does. */
  declare?: boolean;
  tuning?: Partial<Tuning>;
  /** Null, as by default: traces are off. */
  tracer?: Tracer | null;
}

export type ScorerConfig = Readonly<Required<Omit<ScorerOptions, 'tuning'>> & { tuning: Readonly<Tuning> }>;

export const defaultTuning: Readonly<Tuning> = {
  sliceMs: 10,
  flushMs: 5,
  graceMs: 30_000,
  serviceLimitMs: 60_000,
  pollMs: 5_000,
  drainMs: 20_000,
  pauseMs: 1_000,
  sweepMs: 50,
  prefetch: { interactive: 'auto', durable: 'auto' },
};

/** Fills in what was left out. */
export const toConfig = (options: ScorerOptions): ScorerConfig =>
  Object.freeze({
    ...options,
    generation: options.generation ?? 0,
    settings: options.settings ?? {},
    concurrency: Math.max(1, options.concurrency ?? 1),
    declare: options.declare ?? true,
    tracer: options.tracer ?? null,
    tuning: Object.freeze({ ...defaultTuning, ...options.tuning }),
  });
