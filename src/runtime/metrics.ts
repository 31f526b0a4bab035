import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type MetricName, type MetricSpec, metrics } from '../contract/metrics.ts';

/** Metrics as every room uses them: by the names of the contract, in a registry of the process. */
export interface Metrics {
  count(name: MetricName, labels?: Readonly<Record<string, string>>, by?: number): void;
  gauge(name: MetricName, labels: Readonly<Record<string, string>>, value: number): void;
  observe(name: MetricName, labels: Readonly<Record<string, string>>, value: number): void;
  /** Removes one series, for a value that became unknown. */
  remove(name: MetricName, labels: Readonly<Record<string, string>>): void;
  /** Prometheus text format. */
  text(): Promise<string>;
  contentType: string;
}

/** Series are created on first use, so a process exports what it does and nothing else. */
export const createMetrics = (options: { processMetrics: boolean }): Metrics => {
  const registry = new Registry();
  if (options.processMetrics) collectDefaultMetrics({ register: registry });
  const made = new Map<MetricName, Counter | Gauge | Histogram>();

  const make = (name: MetricName): Counter | Gauge | Histogram => {
    const spec: MetricSpec = metrics[name];
    const config = { name, help: spec.help, labelNames: [...spec.labels], registers: [registry] };
    if (spec.kind === 'counter') return new Counter(config);
    if (spec.kind === 'gauge') return new Gauge(config);
    return new Histogram({ ...config, buckets: [...(spec.buckets ?? [])] });
  };
  const get = <T extends Counter | Gauge | Histogram>(name: MetricName, kind: new (...args: never[]) => T): T => {
    let metric = made.get(name);
    if (metric === undefined) {
      metric = make(name);
      made.set(name, metric);
    }
    if (!(metric instanceof kind)) throw new TypeError(`${name} is a ${metrics[name].kind}`);
    return metric;
  };

  return {
    count: (name, labels = {}, by = 1) => get(name, Counter).inc(labels, by),
    gauge: (name, labels, value) => get(name, Gauge).set(labels, value),
    observe: (name, labels, value) => get(name, Histogram).observe(labels, value),
    remove: (name, labels) => get(name, Gauge).remove(labels),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
};

/** Counts nothing, for tests of something else. */
export const noMetrics: Metrics = {
  count() {},
  gauge() {},
  observe() {},
  remove() {},
  text: async () => '',
  contentType: 'text/plain',
};
