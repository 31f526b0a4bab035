import { expect, test } from '@jest/globals';
import pino from 'pino';
import { createFakeClock } from '../../test/support/fake-clock.ts';
import { createMetrics } from '../runtime/metrics.ts';
import { startModelAges } from './model-ages.ts';

const model = (name: string, createdAtMs: number) => ({
  name,
  version: `v${createdAtMs}`,
  sha256: '',
  bytes: 1,
  createdAtMs,
});
const lines = async (metrics: ReturnType<typeof createMetrics>): Promise<readonly string[]> =>
  (await metrics.text()).split('\n').filter((line) => line.startsWith('medley_'));

test('tells of each model when its newest version was published, and keeps that while the store does not answer', async () => {
  const clock = createFakeClock();
  const metrics = createMetrics({ processMetrics: false });
  let answers = [model('ease', 1_000), model('links', 2_000), model('ease', 5_000)];
  let fails = false;
  const list = async () => {
    if (fails) throw new Error('the store is away');
    return answers;
  };
  const ages = startModelAges({ models: { list }, clock, log: pino({ enabled: false }), metrics });
  await clock.advance(0);
  const first = [
    'medley_gateway_model_published_timestamp_seconds{model="ease"} 5',
    'medley_gateway_model_published_timestamp_seconds{model="links"} 2',
  ];
  expect(await lines(metrics)).toEqual(first);
  fails = true;
  await clock.advance(30_000);
  expect(await lines(metrics)).toEqual(first);
  fails = false;
  answers = [...answers, model('links', 60_000)];
  await clock.advance(30_000);
  expect(await lines(metrics)).toContain('medley_gateway_model_published_timestamp_seconds{model="links"} 60');
  ages.stop();
});
