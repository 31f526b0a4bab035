/** The alerts of the chart, one file each in helm/medley/alerts, as text to be checked. */
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

const folder = new URL('../helm/medley/alerts/', import.meta.url);
const duration = z.string().regex(/^\d+[smhd]$/);

const alertSchema = z.strictObject({
  alert: z.string().regex(/^Medley[A-Za-z]+$/),
  severity: z.enum(['warning', 'critical']),
  /** How long it must hold before anybody is told. */
  for: duration,
  /** What rates are taken over: `$window` in the expression. */
  window: duration,
  /** `$threshold` in the expression. */
  threshold: z.number(),
  expr: z.string(),
  summary: z.string().max(120),
  description: z.string().max(300),
});
export type Alert = z.infer<typeof alertSchema>;

/** In the order of their names. @throws ZodError where a file is not an alert */
export const readAlerts = (): readonly { file: string; alert: Alert }[] =>
  readdirSync(folder)
    .sort()
    .map((file) => ({ file, alert: alertSchema.parse(parse(readFileSync(new URL(file, folder), 'utf8'))) }));

/** The expression as Prometheus gets it. */
export const expressionOf = (
  { expr, window, threshold }: Pick<Alert, 'expr' | 'window' | 'threshold'>,
  namespace: string,
): string =>
  expr
    .replaceAll('$scope', `namespace="${namespace}"`)
    .replaceAll('$window', window)
    .replaceAll('$threshold', String(threshold));
