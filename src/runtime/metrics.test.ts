import { expect, test } from '@jest/globals';
import { Histogram as Reference, Registry } from 'prom-client';
import { metrics as specs } from '../contract/metrics.ts';
import { createMetrics } from './metrics.ts';

const linesOf = async (metrics: ReturnType<typeof createMetrics>): Promise<string[]> =>
  (await metrics.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));

test('counters go on from what was read before, each combination of labels by itself', async () => {
  const metrics = createMetrics({ processMetrics: false });
  const count = (verdict: string): void => metrics.count('medley_broker_delivered_total', { type: 'other', verdict });
  for (const verdict of ['ack', 'ack', 'requeue']) count(verdict);
  await metrics.text();
  count('ack');
  expect(await linesOf(metrics)).toEqual([
    'medley_broker_delivered_total{type="other",verdict="ack"} 3',
    'medley_broker_delivered_total{type="other",verdict="requeue"} 1',
  ]);
});

test('a gauge tells its last value until it is removed', async () => {
  const metrics = createMetrics({ processMetrics: false });
  metrics.gauge('medley_broker_blocked', {}, 1);
  metrics.gauge('medley_broker_connected', { connection: 'publish' }, 1);
  metrics.gauge('medley_broker_connected', { connection: 'consume' }, 0);
  expect(await linesOf(metrics)).toContain('medley_broker_connected{connection="publish"} 1');
  metrics.remove('medley_broker_connected', { connection: 'publish' });
  expect(await linesOf(metrics)).toEqual([
    'medley_broker_blocked 1',
    'medley_broker_connected{connection="consume"} 0',
  ]);
});

test('a histogram is exported as prom-client exports one', async () => {
  const name = 'medley_broker_confirm_seconds';
  const { help, labels, buckets } = specs[name];
  const registry = new Registry();
  const reference = new Reference({
    ...{ name, help, labelNames: [...labels], buckets: [...buckets] },
    registers: [registry],
  });
  const metrics = createMetrics({ processMetrics: false });
  for (const value of [0, 0.001, 0.0011, 0.3, 31, 0.02]) {
    reference.observe({ type: 'other' }, value);
    metrics.observe(name, { type: 'other' }, value);
  }
  expect(await metrics.text()).toBe(await registry.metrics());
});

test('a metric used as another kind, with labels it does not have, or with no number is refused', () => {
  const metrics = createMetrics({ processMetrics: false });
  expect(() => metrics.count('medley_broker_blocked')).toThrow('is a gauge');
  expect(() => metrics.observe('medley_broker_blocked', {}, 1)).toThrow('is a gauge');
  expect(() => metrics.gauge('medley_broker_blocked', { user: '17' }, 1)).toThrow('no label user');
  expect(() => metrics.count('medley_broker_reconnects_total', { connection: 'publish' }, -1)).toThrow('was given -1');
  expect(() => metrics.observe('medley_broker_confirm_seconds', { type: 'other' }, Number.NaN)).toThrow('NaN');
});
