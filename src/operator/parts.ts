import type { Clock } from '../contract/clock.ts';
import type { Names } from '../contract/topology.ts';
import type { Log } from '../runtime/log.ts';
import type { Metrics } from '../runtime/metrics.ts';
import type { BrokerDuties } from './broker-duties.ts';
import type { Events } from './events.ts';
import type { KeyedQueue } from './keyed-queue.ts';
import type { KubeObject } from './kube/object.ts';
import type { Kube } from './kube/port.ts';
import type { PutRight } from './put-right.ts';
import type { AutoscalingStatus } from './scorer-status.ts';
import type { ScorerSettings } from './settings.ts';
import type { World } from './world.ts';

/** What every reconcile is handed. */
export interface Parts {
  /** Writes are refused unless this process leads. */
  kube: Kube;
  world: World;
  putRight: PutRight;
  broker: BrokerDuties;
  names: Names;
  settings: ScorerSettings;
  /** The address scorers are given; user and password are put in where each has its own. */
  scorerAmqpUrl: string;
  /** Generation of a Scorer's interactive queue. */
  generationOf: (scorer: KubeObject) => number;
  /** What the autoscaler last decided for a Scorer; undefined: nothing yet. */
  autoscaling: (scorer: string) => AutoscalingStatus | undefined;
  queue: Pick<KeyedQueue, 'add' | 'addAfter'>;
  events: Events;
  createPassword: () => string;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}
