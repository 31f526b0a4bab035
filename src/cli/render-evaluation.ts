import type { Difference } from '../evaluation/bootstrap.ts';
import type { Report, Row, TrialReport } from '../evaluation/report.ts';
import { grouped, renderTable } from './render-table.ts';

/** What an evaluation found, as tables for a terminal. Pure. */

const digits = (value: number | null): string => (value === null ? '' : value.toFixed(4));
const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;

/** `+0.0116 [+0.0060, +0.0170] *`; the star: not by chance. */
const differenceText = (difference: Difference | undefined): string => {
  if (difference === undefined) return '';
  const { mean, low, high, significant } = difference;
  return `${signed(mean)} [${signed(low)}, ${signed(high)}]${significant ? ' *' : ''}`;
};

const headings = (k: number): string[] => [
  '',
  `NDCG@${k}`,
  `recall@${k}`,
  ...(k >= 20 ? ['recall@20'] : []),
  ...(k >= 50 ? ['recall@50'] : []),
  'HR@10',
  'MRR@10',
  'coverage',
  'popularity',
  'novelty',
  'diversity',
  'of it',
  'difference of NDCG',
  'from',
];

const cells = ({ label, quality, difference, against, ratio }: Row, k: number): string[] => [
  label,
  digits(quality.ndcg),
  digits(quality.recall),
  ...(k >= 20 ? [digits(quality.recall20)] : []),
  ...(k >= 50 ? [digits(quality.recall50)] : []),
  digits(quality.hitRate),
  digits(quality.mrr),
  digits(quality.coverage),
  digits(quality.popularity),
  quality.novelty.toFixed(2),
  digits(quality.diversity),
  ratio === undefined ? '' : percent(ratio),
  differenceText(difference),
  difference === undefined ? '' : (against ?? ''),
];

const groups: readonly (readonly [Row['group'], string])[] = [
  ['criterion', 'each criterion alone'],
  ['ensemble', 'together'],
  ['late', 'with one criterion late'],
  ['turtles', 'with more of them late, mean of the ways that can be'],
  ['cut', 'by how much the scorers list'],
  ['history', 'by how many films are known of a user'],
];

const renderTrial = (trial: TrialReport, bold: (text: string) => string): string => {
  const { name, about, k, users, trainEvents, heldOut, rows, costs } = trial;
  const head = headings(k);
  const numbers = new Set(head.map((_, at) => at).filter((at) => at > 0 && at < head.length - 2));
  const counts = `${grouped(users)} users, ${grouped(trainEvents)} events trained on, ${grouped(heldOut)} guessed`;
  const parts = groups.flatMap(([group, title]) => {
    const own = rows.filter((row) => row.group === group);
    if (own.length === 0) return [];
    return [`${title}:\n${renderTable([head, ...own.map((row) => cells(row, k))], numbers)}`];
  });
  const ms = (value: number | null): string => (value === null ? '' : value.toFixed(2));
  const costTable = renderTable(
    [
      ['', 'fit, s', 'model, MiB', 'a list, ms', 'candidates, ms'],
      ...costs.map((one) => [
        one.criterion,
        one.fitSeconds.toFixed(1),
        one.modelMiB.toFixed(1),
        ms(one.listMs),
        ms(one.candidatesMs),
      ]),
    ],
    new Set([1, 2, 3, 4]),
  );
  return [
    `${bold(`Protocol ${name}`)}: ${about}`,
    counts,
    ...parts,
    `what it costs here, one at a time:\n${costTable}`,
  ].join('\n\n');
};

export const renderEvaluation = (report: Report, bold: (text: string) => string): string =>
  [
    ...report.trials.map((trial) => renderTrial(trial, bold)),
    `Of users the differences are of are 2,000 draws with replacement: 95 % lie in the brackets, * = all on one side of 0. Seed ${report.seed}.`,
  ].join('\n\n');
