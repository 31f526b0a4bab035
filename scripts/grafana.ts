/** Grafana's JSON from the little that a dashboard of Medley needs. Pure. */

export type Unit = 's' | 'reqps' | 'percentunit' | 'short' | 'bytes' | 'ops' | 'none' | 'dateTimeFromNow';

export interface Query {
  expr: string;
  /** How a series is called, as `{{criterion}}`. */
  legend: string;
}

export interface Panel {
  title: string;
  /** What is seen here, and what is well. */
  says: string;
  unit: Unit;
  kind?: 'timeseries' | 'stat';
  queries: readonly Query[];
  /** Above (or, for what should be high, below) it is drawn red. */
  threshold?: number;
}

export interface Row {
  title: string;
  panels: readonly Panel[];
}

export interface Dashboard {
  /** File name and stable id. */
  name: string;
  title: string;
  /** A label whose values can be chosen from, and the metric that has them. */
  choose?: { label: string; of: string };
  rows: readonly Row[];
}

/** Every query is of one namespace, and of what was chosen. */
export const scopeOf = ({ choose }: Pick<Dashboard, 'choose'>): string =>
  choose === undefined ? 'namespace="$namespace"' : `namespace="$namespace", ${choose.label}=~"$${choose.label}"`;

const datasource = { type: 'prometheus', uid: '$datasource' };
const columns = 24;
const panelHeight = 8;
const statHeight = 4;

const panelJson = (panel: Panel, id: number, gridPos: object): object => ({
  id,
  type: panel.kind ?? 'timeseries',
  title: panel.title,
  description: panel.says,
  datasource,
  gridPos,
  fieldConfig: {
    defaults: {
      unit: panel.unit,
      min: 0,
      ...(panel.kind === 'stat' ? {} : { custom: { drawStyle: 'line', fillOpacity: 8, showPoints: 'never' } }),
      ...(panel.threshold === undefined
        ? {}
        : {
            thresholds: {
              mode: 'absolute',
              steps: [
                { color: 'green', value: null },
                { color: 'red', value: panel.threshold },
              ],
            },
          }),
    },
    overrides: [],
  },
  options:
    panel.kind === 'stat'
      ? { reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false }, textMode: 'auto' }
      : { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
  targets: panel.queries.map(({ expr, legend }, at) => ({
    refId: String.fromCharCode(65 + at),
    datasource,
    expr,
    legendFormat: legend,
    range: true,
  })),
});

const variables = ({ choose }: Dashboard): object[] => [
  { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus', refresh: 1 },
  {
    ...{ name: 'namespace', label: 'Namespace', type: 'query', datasource, refresh: 2, sort: 1 },
    definition: 'label_values(medley_broker_connected, namespace)',
    query: { query: 'label_values(medley_broker_connected, namespace)', refId: 'namespace' },
  },
  ...(choose === undefined
    ? []
    : [
        {
          ...{ name: choose.label, label: choose.label, type: 'query', datasource, refresh: 2, sort: 1 },
          ...{ includeAll: true, multi: true, allValue: '.*', current: { text: 'All', value: '$__all' } },
          definition: `label_values(${choose.of}{namespace="$namespace"}, ${choose.label})`,
          query: { query: `label_values(${choose.of}{namespace="$namespace"}, ${choose.label})`, refId: choose.label },
        },
      ]),
];

/** Rows from top to bottom; the panels of one share its width. */
const layOut = (rows: readonly Row[]): object[] => {
  const placed: object[] = [];
  let y = 0;
  for (const { title, panels } of rows) {
    placed.push({
      id: placed.length + 1,
      type: 'row',
      title,
      collapsed: false,
      panels: [],
      gridPos: { x: 0, y, w: columns, h: 1 },
    });
    y += 1;
    const height = panels.every(({ kind }) => kind === 'stat') ? statHeight : panelHeight;
    const width = Math.floor(columns / panels.length);
    for (const [at, panel] of panels.entries()) {
      placed.push(panelJson(panel, placed.length + 1, { x: at * width, y, w: width, h: height }));
    }
    y += height;
  }
  return placed;
};

export const grafanaJson = (dashboard: Dashboard): object => ({
  uid: `medley-${dashboard.name}`,
  title: dashboard.title,
  tags: ['medley'],
  editable: true,
  schemaVersion: 39,
  version: 1,
  refresh: '10s',
  time: { from: 'now-30m', to: 'now' },
  timezone: 'browser',
  templating: { list: variables(dashboard) },
  annotations: { list: [] },
  links: [
    { title: 'Medley', type: 'dashboards', tags: ['medley'], asDropdown: true, includeVars: true, keepTime: true },
  ],
  panels: layOut(dashboard.rows),
});
