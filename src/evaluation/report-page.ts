import { barChart, escapeText, type Line, lineChart } from './charts.ts';
import { refinedLabel, wholeLabel } from './measure-trial.ts';
import type { Report, Row, TrialReport } from './report.ts';

/** An evaluation as one page that needs nothing else: no network, no script. */

const digits = (value: number | null): string => (value === null ? '' : value.toFixed(4));
const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;

interface Column {
  head: string;
  about: string;
  of(row: Row): string;
}

const columnsFor = (k: number): Column[] => [
  { head: `NDCG@${k}`, about: 'hits weighed by rank, 1 = perfect', of: ({ quality }) => digits(quality.ndcg) },
  { head: `Recall@${k}`, about: 'hits of those possible', of: ({ quality }) => digits(quality.recall) },
  ...(k >= 50
    ? [
        { head: 'Recall@20', about: 'hits of those possible', of: ({ quality }: Row) => digits(quality.recall20) },
        { head: 'Recall@50', about: 'hits of those possible', of: ({ quality }: Row) => digits(quality.recall50) },
      ]
    : []),
  { head: 'HR@10', about: 'users with any hit', of: ({ quality }) => digits(quality.hitRate) },
  { head: 'MRR@10', about: '1 / rank of the first hit', of: ({ quality }) => digits(quality.mrr) },
  { head: 'Coverage', about: 'share of the catalogue in any list', of: ({ quality }) => digits(quality.coverage) },
  { head: 'Popularity', about: 'share of films that fewer know', of: ({ quality }) => digits(quality.popularity) },
  { head: 'Novelty', about: 'bits: −log2 of the share of users', of: ({ quality }) => quality.novelty.toFixed(2) },
  { head: 'Diversity', about: 'unlikeness of genres in a list', of: ({ quality }) => digits(quality.diversity) },
  {
    head: 'Of it',
    about: 'NDCG as a share of what it is compared with',
    of: ({ ratio }) => (ratio === undefined ? '' : percent(ratio)),
  },
  {
    head: 'Difference [95 %]',
    about: 'of NDCG, by paired bootstrap; bold: not by chance',
    of: ({ difference }) =>
      difference === undefined
        ? ''
        : `${signed(difference.mean)} [${signed(difference.low)}, ${signed(difference.high)}]`,
  },
  {
    head: 'From',
    about: 'what it is compared with',
    of: ({ against, difference }) => (difference === undefined ? '' : (against ?? '')),
  },
];

const tableOf = (rows: readonly Row[], k: number): string => {
  const columns = columnsFor(k);
  const head = columns
    .map(({ head: name, about }) => `<th title="${escapeText(about)}">${escapeText(name)}</th>`)
    .join('');
  const body = rows.map((row) => {
    const cells = columns.map((column) => `<td>${escapeText(column.of(row))}</td>`).join('');
    return `<tr${row.difference?.significant ? ' class="sure"' : ''}><th scope="row">${escapeText(row.label)}</th>${cells}</tr>`;
  });
  return `<div class="wide"><table><thead><tr><th></th>${head}</tr></thead><tbody>${body.join('')}</tbody></table></div>`;
};

const byGroup = (trial: TrialReport, ...groups: readonly Row['group'][]): Row[] =>
  trial.rows.filter(({ group }) => groups.includes(group));

const pointsOf = (rows: readonly Row[]): Line['points'] => rows.map(({ at = 0, quality }) => [at, quality.ndcg]);

const section = (title: string, about: string, content: readonly string[]): string =>
  `<section><h3>${escapeText(title)}</h3><p>${escapeText(about)}</p>${content.join('')}</section>`;

const format = (value: number): string => value.toFixed(3);

const alongSections = (trial: TrialReport): string[] => {
  const whole = trial.rows.find(({ label }) => label === wholeLabel);
  const ndcg = `NDCG@${trial.k}`;
  const turtles = byGroup(trial, 'turtles');
  const cut = byGroup(trial, 'cut');
  const sections: string[] = [];
  if (turtles.length > 0 && whole !== undefined) {
    const points: Line['points'] = [[0, whole.quality.ndcg], ...pointsOf(turtles)];
    const chart = lineChart(`${ndcg} by turtles`, [{ name: wholeLabel, points }], {
      x: 'criteria that are late',
      format,
    });
    sections.push(
      section('Turtles', 'Mean over the ways so many criteria can be late.', [chart, tableOf(turtles, trial.k)]),
    );
  }
  if (cut.length > 0) {
    const chart = lineChart(`${ndcg} by length of the lists`, [{ name: wholeLabel, points: pointsOf(cut) }], {
      x: 'films a scorer lists',
      format,
    });
    sections.push(
      section('Shorter lists', 'What is lost where scorers list fewer films.', [chart, tableOf(cut, trial.k)]),
    );
  }
  const history = byGroup(trial, 'history');
  if (history.length > 0) {
    const kinds = [wholeLabel, refinedLabel, 'popularity'];
    const lines = kinds.map(
      (name): Line => ({ name, points: pointsOf(history.filter(({ label }) => label.endsWith(`: ${name}`))) }),
    );
    const chart = lineChart(`${ndcg} by films known`, lines, { x: 'newest films known of a user', format });
    const about = 'The same users, as if only their newest films were known. Compared with popularity.';
    sections.push(section('New users', about, [chart, tableOf(history, trial.k)]));
  }
  return sections;
};

const costTable = (trial: TrialReport): string => {
  const rows = trial.costs.map(({ criterion, fitSeconds, modelMiB, listMs, candidatesMs }) => {
    const cells = [fitSeconds.toFixed(1), modelMiB.toFixed(1), listMs.toFixed(2), candidatesMs?.toFixed(2) ?? ''];
    return `<tr><th scope="row">${escapeText(criterion)}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  });
  return `<table><thead><tr><th></th><th>Fit, s</th><th>Model, MiB</th><th>A list, ms</th><th>Candidates, ms</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
};

const trialSection = (trial: TrialReport): string => {
  const main = byGroup(trial, 'criterion', 'ensemble');
  const bars = main.map(({ label, quality, group }) => ({
    label,
    value: quality.ndcg,
    isReference: group === 'ensemble',
  }));
  const late = byGroup(trial, 'late');
  const lateBars = late.map(({ label, ratio = 0 }) => ({ label, value: ratio }));
  const count = (value: number): string => value.toLocaleString('en-US');
  return [
    `<h2>Protocol ${escapeText(trial.name)}</h2>`,
    `<p>${escapeText(trial.about)}. ${count(trial.users)} users, ${count(trial.trainEvents)} events trained on, ${count(trial.heldOut)} guessed.</p>`,
    section(`NDCG@${trial.k}`, 'Each criterion alone, and together.', [
      barChart(`NDCG@${trial.k}`, bars, format),
      tableOf(main, trial.k),
    ]),
    ...(late.length === 0
      ? []
      : [
          section('One criterion late', 'What is left of the whole ensemble on lists.', [
            barChart('Share of the whole', lateBars, percent),
            tableOf(late, trial.k),
          ]),
        ]),
    ...alongSections(trial),
    section('Cost', 'On the machine of this evaluation, one question at a time.', [costTable(trial)]),
  ].join('');
};

const style = `
:root{color-scheme:light dark;--ink:#1d2433;--quiet:#5b6577;--paper:#fff;--grid:#dfe3ea;--a:#3366b8;--b:#c2571a;--c:#2f7d4f;--d:#84439b}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ef;--quiet:#a1abbc;--paper:#151920;--grid:#303744;--a:#7aa7ee;--b:#f0975f;--c:#6fc392;--d:#c58adb}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:1320px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem}h2{margin-top:2.5rem;border-top:2px solid var(--grid);padding-top:1rem}h3{margin:1.5rem 0 0}
p{color:var(--quiet);margin:.2rem 0 .6rem}svg{width:100%;max-width:760px;display:block;margin:.5rem 0}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums;margin:.5rem 0}
th,td{padding:.2rem .6rem;text-align:right;white-space:nowrap;border-bottom:1px solid var(--grid)}th[scope=row]{text-align:left;font-weight:400}
thead th{color:var(--quiet);font-weight:600}tr.sure td:nth-last-child(2){font-weight:700}
.ink{fill:var(--ink)}.quiet{fill:var(--quiet)}.grid{stroke:var(--grid)}.bar{fill:var(--a);opacity:.75}.reference{fill:var(--b)}
.line{fill:none;stroke-width:2}.line0{stroke:var(--a)}.line1{stroke:var(--b)}.line2{stroke:var(--c)}.line3{stroke:var(--d)}
.dot0{fill:var(--a)}.dot1{fill:var(--b)}.dot2{fill:var(--c)}.dot3{fill:var(--d)}`;

export const reportPage = (report: Report): string => {
  const weights = Object.entries(report.weights).map(([criterion, weight]) => `${criterion} ${weight}`);
  const refine = report.refines
    ? 'It asks for a second round.'
    : 'It asks for no second round; the refined row says what one would give.';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Evaluation of ${escapeText(report.recommender)}</title><style>${style}</style></head><body>
<h1>Evaluation of ${escapeText(report.recommender)}</h1>
<p>Weights: ${escapeText(weights.join(', '))}. ${refine} Seed ${report.seed}. Differences: paired bootstrap over users, 2,000 draws.</p>
<p>Timestamps of ratings are moments of rating, not of watching: a gain by order or recency on protocol a is one only where a-random agrees.</p>
${report.trials.map(trialSection).join('\n')}
</body></html>
`;
};
