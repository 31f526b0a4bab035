import { randomBytes } from 'node:crypto';
import { createAmqpBroker } from '../../src/broker/amqp-broker.ts';
import type { Broker } from '../../src/broker/port.ts';
import type { Clock } from '../../src/contract/clock.ts';
import { createNames, type Names } from '../../src/contract/topology.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createLog, type Log } from '../../src/runtime/log.ts';
import { createMetrics, type Metrics } from '../../src/runtime/metrics.ts';
import type { Settings } from './child.ts';

/** What every process of Medley has, as in earnest: real metrics, a log that speaks of trouble. */
export interface Parts {
  broker: Broker;
  names: Names;
  process: string;
  clock: Clock;
  log: Log;
  metrics: Metrics;
}

export const randomId = (): string => randomBytes(16).toString('hex');

export const createParts = async (role: string, { amqpUrl, prefix }: Settings): Promise<Parts> => {
  const process = `${role}-${randomBytes(3).toString('hex')}`;
  const log = createLog({ level: 'warn', role, process });
  const metrics = createMetrics({ processMetrics: true });
  const broker = await createAmqpBroker({ url: amqpUrl, name: process, clock: systemClock, log, metrics });
  return { broker, names: createNames(prefix), process, clock: systemClock, log, metrics };
};
