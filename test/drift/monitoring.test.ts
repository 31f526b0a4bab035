import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { expressionOf, readAlerts } from '../../scripts/alerts.ts';
import { commandsOf, silentProgram } from '../../scripts/cli-page.ts';
import { dashboards } from '../../scripts/dashboards.ts';
import { grafanaJson } from '../../scripts/grafana.ts';
import { groupingsIn, selectorsIn } from '../../scripts/promql.ts';
import type { MetricSpec } from '../../src/contract/metric-spec.ts';
import { metrics } from '../../src/contract/metrics.ts';

/** Alerts, runbooks and dashboards, held against the list of metrics and against each other. */
const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const alerts = readAlerts();

/** Put on every series by whoever scrapes. */
const targetLabels = ['namespace', 'pod', 'container', 'job', 'instance', 'endpoint'];
/** Of RabbitMQ's own metrics those that are asked for; test/cluster holds them against a real broker. */
const rabbitmqLabels: Readonly<Record<string, readonly string[]>> = {
  rabbitmq_detailed_queue_messages: ['queue', 'vhost'],
  rabbitmq_detailed_queue_consumers: ['queue', 'vhost'],
  rabbitmq_process_resident_memory_bytes: [],
  rabbitmq_resident_memory_limit_bytes: [],
  rabbitmq_disk_space_available_bytes: [],
  rabbitmq_disk_space_available_limit_bytes: [],
};

const seriesOf = ([name, spec]: [string, MetricSpec]): [string, readonly string[]][] => {
  if (spec.kind !== 'histogram') return [[name, spec.labels]];
  return [
    [`${name}_bucket`, [...spec.labels, 'le']],
    [`${name}_sum`, spec.labels],
    [`${name}_count`, spec.labels],
  ];
};
const labelsBySeries = new Map([...Object.entries(metrics).flatMap(seriesOf), ...Object.entries(rabbitmqLabels)]);

/** What is wrong with an expression, as sentences. */
const faultsOf = (expr: string): string[] => {
  const selectors = selectorsIn(expr);
  const known = (metric: string): readonly string[] => [...(labelsBySeries.get(metric) ?? []), ...targetLabels];
  const missing = selectors
    .filter(({ metric }) => !labelsBySeries.has(metric))
    .map(({ metric }) => `no metric ${metric}`);
  const strange = selectors.flatMap(({ metric, labels }) =>
    labels.filter((label) => !known(metric).includes(label)).map((label) => `${metric} has no label ${label}`),
  );
  const all = new Set(selectors.flatMap(({ metric }) => known(metric)));
  const grouped = groupingsIn(expr)
    .filter((label) => !all.has(label))
    .map((label) => `nothing in it has the label ${label}`);
  return [...missing, ...strange, ...grouped, ...(selectors.length === 0 ? ['it asks for no metric'] : [])];
};

test.each([
  ['sum by (criterion) (rate(medley_scorer_requests_total{lane="durable"}[5m]))', []],
  ['medley_scorer_requests_all_total', ['no metric medley_scorer_requests_all_total']],
  ['medley_scorer_requests_total{user="17"}', ['medley_scorer_requests_total has no label user']],
  ['sum by (user) (medley_scorer_requests_total)', ['nothing in it has the label user']],
  [
    'medley_gateway_answer_seconds{source="fresh"}',
    ['no metric medley_gateway_answer_seconds', 'medley_gateway_answer_seconds has no label source'],
  ],
  ['up', ['it asks for no metric']],
])('%s is judged by the list of metrics', (expr, faults) => {
  expect(faultsOf(expr)).toEqual(faults);
});

describe('alerts', () => {
  test.each(alerts)(
    '$alert.alert has a file of its name, asks for metrics there are, and only of its own namespace',
    ({ file, alert }) => {
      expect(file).toBe(`${alert.alert}.yaml`);
      const expr = expressionOf(alert, 'shop');
      expect(expr).not.toMatch(/\$/);
      expect(faultsOf(expr)).toEqual([]);
      for (const { labels } of selectorsIn(expr)) expect(labels).toContain('namespace');
      expect(expr).toContain(String(alert.threshold));
    },
  );

  test.each(alerts)('what $alert.alert says names no label that its expression drops', ({ alert }) => {
    const said = [...`${alert.summary} ${alert.description}`.matchAll(/\$labels\.([a-z_]+)/g)].map(
      ([, label]) => label,
    );
    const kept = /\b(?:by|on)\s*\(/.test(alert.expr)
      ? groupingsIn(alert.expr)
      : selectorsIn(alert.expr).flatMap(({ metric }) => labelsBySeries.get(metric) ?? []);
    for (const label of said) expect(kept).toContain(label);
  });
});

test('docs/observability.md lists every alert with its runbook, threshold and time, and no other', () => {
  const rows = [
    ...read('docs/observability.md').matchAll(
      /^\| \[(Medley\w+)\]\(runbooks\/\1\.md\) \| .*: (?:over|under) ([\d.]+)(?: for (\w+))? \|$/gm,
    ),
  ].map(([, name, threshold, time = '0m']) => [name, Number(threshold), time]);
  expect(rows).toEqual(alerts.map(({ alert }) => [alert.alert, alert.threshold, alert.for]));
});

describe('runbooks', () => {
  const pages = readdirSync(new URL('docs/runbooks', root))
    .filter((file) => file !== 'README.md')
    .sort();

  test('there is one for each alert, and no other', () => {
    expect(pages).toEqual(alerts.map(({ alert }) => `${alert.alert}.md`));
  });

  test.each(pages)('%s says what it means, what it costs, how to find out and what to do', (page) => {
    const text = read(`docs/runbooks/${page}`);
    expect(text).toMatch(new RegExp(`^# ${page.replace('.md', '')}\n`));
    expect(text.match(/^## .*$/gm)).toEqual(['## Meaning', '## Impact', '## Diagnosis', '## Mitigation']);
    const diagnosis = text.split(/^## /m)[3] ?? '';
    expect(diagnosis).toMatch(/```sh\n(kubectl|curl|medley) /);
  });

  test('every command of Medley they name exists', () => {
    const named = pages.flatMap((page) =>
      [
        ...read(`docs/runbooks/${page}`).matchAll(/\bmedley ([a-z-]+(?: (?:show|drop|list|replay|movielens|files))?)/g),
      ].map(([, command]) => command),
    );
    const known = [...commandsOf(silentProgram()).keys()];
    expect(named.filter((command) => command !== undefined && !known.includes(command))).toEqual([]);
    expect(named).toContain('dlq show');
  });

  test('every metric they name exists', () => {
    const series = [...labelsBySeries.keys(), ...Object.keys(metrics)];
    const named = pages.flatMap((page) => read(`docs/runbooks/${page}`).match(/\bmedley_[a-z_]+[a-z]\b/g) ?? []);
    expect(named.filter((name) => !series.includes(name))).toEqual([]);
  });
});

describe('dashboards', () => {
  const panels = dashboards.flatMap((one) =>
    one.rows.flatMap((row) => row.panels.map((panel) => ({ dashboard: one.name, panel }))),
  );
  const queries = panels.flatMap(({ dashboard, panel }) =>
    panel.queries.map(({ expr, legend }) => ({ name: `${dashboard}: ${panel.title}: ${legend}`, expr, legend })),
  );

  test.each(queries)('$name asks for metrics and labels there are, of one namespace', ({ expr, legend }) => {
    expect(faultsOf(expr)).toEqual([]);
    for (const { labels } of selectorsIn(expr)) expect(labels).toContain('namespace');
    for (const [, label] of legend.matchAll(/\{\{(\w+)\}\}/g)) expect(groupingsIn(expr)).toContain(label);
  });

  test.each(panels)('$dashboard: $panel.title has a unit that fits and says what is seen', ({ panel }) => {
    expect(panel.says).toMatch(/^\S.*[.?]$/);
    const isTime = panel.queries.every(
      ({ expr }) => /_seconds(_bucket)?\b/.test(expr) && !/_seconds_(count)/.test(expr),
    );
    if (isTime) expect(panel.unit).toBe('s');
  });

  test.each(dashboards)('$title: no two panels overlap, every id is its own', (dashboard) => {
    const { uid, panels: placed } = grafanaJson(dashboard) as {
      uid: string;
      panels: { id: number; gridPos: { x: number; y: number; w: number; h: number } }[];
    };
    expect(uid).toBe(`medley-${dashboard.name}`);
    expect(new Set(placed.map(({ id }) => id)).size).toBe(placed.length);
    const cells = placed.flatMap(({ gridPos: { x, y, w, h } }) => {
      expect(x + w).toBeLessThanOrEqual(24);
      return Array.from({ length: w * h }, (_, at) => `${x + (at % w)}/${y + Math.floor(at / w)}`);
    });
    expect(new Set(cells).size).toBe(cells.length);
  });

  test('the files in the chart are those that are generated', () => {
    const files = readdirSync(new URL('helm/medley/dashboards', root)).sort();
    expect(files).toEqual(dashboards.map(({ name }) => `${name}.json`).sort());
    for (const file of files) expect(() => JSON.parse(read(`helm/medley/dashboards/${file}`)) as unknown).not.toThrow();
  });
});
