import { createSeries } from './series.ts';

interface Value {
  metricName: string;
  labels: Readonly<Record<string, string | number>>;
  value: number;
}

/** A histogram that prom-client exports and never has to count. */
export interface Histogram {
  observe(labels: Readonly<Record<string, string>>, value: number): void;
  /** What a registry asks of a metric. */
  readonly metric: {
    name: string;
    get(): Promise<{ name: string; help: string; type: 'histogram'; aggregator: 'sum'; values: readonly Value[] }>;
  };
}

interface Counts {
  labels: Readonly<Record<string, string>>;
  /** By bucket, not yet added up; the last is what is over all bounds. */
  buckets: Float64Array;
  sum: number;
  count: number;
}

/** @param bounds The upper bounds of the buckets, smallest first */
export const createHistogram = (spec: {
  name: string;
  help: string;
  labels: readonly string[];
  bounds: readonly number[];
}): Histogram => {
  const { name, help, bounds } = spec;
  const series = createSeries<Counts>(spec.labels, (labels) => {
    return { labels, buckets: new Float64Array(bounds.length + 1), sum: 0, count: 0 };
  });

  const valuesOf = ({ labels, buckets, sum, count }: Counts): Value[] => {
    let upTo = 0;
    const cumulative = [...buckets].map((own, at): Value => {
      upTo += own;
      return { metricName: `${name}_bucket`, labels: { le: bounds[at] ?? '+Inf', ...labels }, value: upTo };
    });
    const total = { metricName: `${name}_sum`, labels, value: sum };
    return [...cumulative, total, { metricName: `${name}_count`, labels, value: count }];
  };

  return {
    observe(labels, value) {
      if (!Number.isFinite(value)) throw new TypeError(`${name} was given ${value}`);
      const counts = series.of(labels);
      let at = 0;
      while (at < bounds.length && value > (bounds[at] as number)) at += 1;
      counts.buckets[at] = (counts.buckets[at] as number) + 1;
      counts.sum += value;
      counts.count += 1;
    },
    metric: {
      name,
      get: async () => ({
        name,
        help,
        type: 'histogram',
        aggregator: 'sum',
        values: [...series.all()].flatMap(valuesOf),
      }),
    },
  };
};
