/** The values of the chart that say how the release is watched. */
import { z } from 'zod';
import { readAlerts } from './alerts.ts';
import { flag, map, section, text } from './chart-values-shapes.ts';

const duration = z.string().regex(/^[0-9]+[smhd]$/);

/** What may be different about an alert; absent is as its file has it. */
const rule = z.strictObject({
  enabled: z.boolean().optional(),
  threshold: z.number().optional(),
  window: duration.optional(),
  for: duration.optional(),
  severity: z.string().min(1).max(63).optional(),
});

const forPrometheus = (what: string) =>
  map(`Labels of ${what}, where the Prometheus chooses by labels.`, { release: 'prometheus' });

export const monitoring = section('How the release is watched: for the Prometheus Operator and for Grafana.', {
  monitors: section('PodMonitors, by which the Prometheus Operator finds what to read.', {
    enabled: flag('Whether they are made; needs the CRDs of the Prometheus Operator.', false),
    interval: text('How often metrics are read.', '15s', '30s', { pattern: /^[0-9]+(ms|s|m)$/ }),
    labels: forPrometheus('the PodMonitors'),
  }),
  alerts: section('A PrometheusRule with one alert for each runbook of docs/runbooks.', {
    enabled: flag('Whether it is made; needs the CRDs of the Prometheus Operator.', false),
    labels: forPrometheus('the PrometheusRule'),
    runbooks: text(
      'Where the runbooks are; alerts link to `RUNBOOKS/NAME.md`.',
      'https://github.com/medley-dev/medley/blob/main/docs/runbooks',
      'https://wiki.example.org/runbooks',
    ),
    rules: z
      .partialRecord(z.enum(readAlerts().map(({ alert }) => alert.alert)), rule)
      .default({})
      .meta({
        description:
          'What is different about an alert, by its name: `enabled`, `threshold`, `window`, `for`, `severity`.',
        examples: [{ MedleyTurtle: { threshold: 0.2, for: '10m' } }],
      }),
  }),
  dashboards: section("Dashboards as ConfigMaps, for Grafana's sidecar.", {
    enabled: flag('Whether they are made.', false),
    labels: z
      .record(z.string(), z.string())
      .default({ grafana_dashboard: '1' })
      .meta({ description: 'Labels by which the sidecar finds them.', examples: [{ grafana_dashboard: '1' }] }),
    annotations: map('Annotations, such as the folder in Grafana.', { grafana_folder: 'Medley' }),
  }),
});
