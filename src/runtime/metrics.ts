import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { type MetricName, type MetricSpec, metrics } from '../contract/metrics.ts';
import { createHistogram, type Histogram } from './histogram.ts';
import { createSeries, type Series } from './series.ts';

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

interface Kept {
  labels: Readonly<Record<string, string>>;
  value: number;
}

interface Exported {
  kind: MetricSpec['kind'];
  series: Series<Kept>;
  /** Sets or counts now, in what prom-client exports. */
  hand(one: Kept): void;
  remove(labels: Readonly<Record<string, string>>): void;
}

/**
 * Metrics are kept here and handed to prom-client when somebody asks for them: counting is on the way of every request.
 * Each is created on first use, so a process exports what it does and nothing else.
 */
export const createMetrics = (options: { processMetrics: boolean }): Metrics => {
  const registry = new Registry();
  if (options.processMetrics) collectDefaultMetrics({ register: registry });
  const made = new Map<MetricName, Exported | Histogram>();

  const make = (name: MetricName): Exported | Histogram => {
    const { kind, help, labels, buckets = [] }: MetricSpec = metrics[name];
    if (kind === 'histogram') {
      const histogram = createHistogram({ name, help, labels, bounds: buckets });
      registry.registerMetric(histogram.metric as unknown as Counter);
      return histogram;
    }
    const config = { name, help, labelNames: [...labels], registers: [registry] };
    const series = createSeries<Kept>(labels, (own) => ({ labels: own, value: 0 }));
    if (kind === 'gauge') {
      const gauge = new Gauge(config);
      return {
        kind,
        series,
        hand: (one) => gauge.set(one.labels, one.value),
        remove: (own) => gauge.remove(own),
      };
    }
    const counter = new Counter(config);
    const hand = (one: Kept): void => {
      counter.inc(one.labels, one.value);
      one.value = 0;
    };
    return { kind, series, hand, remove: (own) => counter.remove(own) };
  };
  const get = (name: MetricName): Exported | Histogram => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const fresh = make(name);
    made.set(name, fresh);
    return fresh;
  };
  const keptOf = (name: MetricName, kind: MetricSpec['kind']): Exported => {
    const metric = get(name);
    if (!('series' in metric) || metric.kind !== kind) throw new TypeError(`${name} is a ${metrics[name].kind}`);
    return metric;
  };

  return {
    count(name, labels = {}, by = 1) {
      if (!(by >= 0)) throw new TypeError(`${name} was given ${by}`);
      keptOf(name, 'counter').series.of(labels).value += by;
    },
    gauge(name, labels, value) {
      keptOf(name, 'gauge').series.of(labels).value = value;
    },
    observe(name, labels, value) {
      const metric = get(name);
      if (!('observe' in metric)) throw new TypeError(`${name} is a ${metrics[name].kind}`);
      metric.observe(labels, value);
    },
    remove(name, labels) {
      const { series, remove } = keptOf(name, 'gauge');
      series.remove(labels);
      remove(labels);
    },
    text() {
      for (const metric of made.values()) {
        if ('series' in metric) for (const one of metric.series.all()) metric.hand(one);
      }
      return registry.metrics();
    },
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
