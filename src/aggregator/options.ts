import type { Broker } from '../broker/port.ts';
import type { Clock } from '../contract/clock.ts';
import type { Names } from '../contract/topology.ts';
import type { Log } from '../runtime/log.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { Tracer } from '../runtime/tracer.ts';
import type { PlanBook } from '../scatter/plan-book.ts';
import type { ServiceTimes } from '../scatter/service-times.ts';
import type { Store } from '../store/port.ts';
import type { AggregatorSettings } from './settings.ts';

/** What an aggregator is made of. */
export interface AggregatorOptions {
  broker: Broker;
  store: Pick<Store, 'items' | 'answers'>;
  names: Names;
  /** Whose results queues it owns: one living process for each ordinal. */
  ordinal: number;
  /** This process, in queue names and as the sender of messages: unique among those that run. */
  process: string;
  plans: PlanBook;
  /** What requests cost the scorers, learnt from their partials; absent: its own. */
  serviceTimes?: ServiceTimes;
  clock: Clock;
  log: Log;
  metrics: Metrics;
  /** Declares what all share; default true. False on a cluster, where the operator does. */
  declare?: boolean;
  settings?: Partial<AggregatorSettings>;
  /** Null, as by default: traces are off. */
  tracer?: Tracer | null;
}
