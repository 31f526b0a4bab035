import { messageTypes } from '../contract/control.ts';
import type { MetricName } from '../contract/metrics.ts';

type Labels = Readonly<Record<string, string>>;
type LogEvent = (fields: Readonly<Record<string, unknown>>, event: string) => void;

/** What this room needs of a logger; pino's is one. */
export interface BrokerLog {
  debug: LogEvent;
  info: LogEvent;
  warn: LogEvent;
  error: LogEvent;
}

/** What this room needs of the metrics of its process. */
export interface BrokerMetrics {
  count(name: MetricName, labels?: Labels, by?: number): void;
  gauge(name: MetricName, labels: Labels, value: number): void;
  observe(name: MetricName, labels: Labels, value: number): void;
}

export interface Telemetry {
  log: BrokerLog;
  metrics: BrokerMetrics;
}

const known: ReadonlySet<string> = new Set<string>(Object.values(messageTypes));

/** The `type` label of a message: anyone may send any type, so what the contract does not know is `other`. */
export const typeLabel = (type: string): string => (known.has(type) ? type : 'other');
