import { expect, test } from '@jest/globals';
import { barChart, lineChart } from './charts.ts';
import type { Quality } from './judge-lists.ts';
import type { Report, Row } from './report.ts';
import { withoutUsers } from './report-json.ts';
import { reportPage } from './report-page.ts';

const quality = (ndcg: number): Quality => ({
  ...{ users: 2, ndcg, recall: ndcg, hitRate: 1, mrr: 0.5, recall20: null, recall50: null },
  ...{ coverage: 0.1, popularity: 0.9, novelty: 2, diversity: 0.8, ndcgByUser: [0, 2 * ndcg] },
});
const rows: readonly Row[] = [
  { group: 'criterion', label: 'a <b>', quality: quality(0.2), against: 'ensemble on lists' },
  { group: 'ensemble', label: 'ensemble on lists', quality: quality(0.25) },
  {
    ...{ group: 'late', label: 'a late', quality: quality(0.24), against: 'ensemble on lists', ratio: 0.96 },
    difference: { mean: -0.01, low: -0.02, high: -0.005, significant: true },
  },
  { group: 'history', label: '0 known: popularity', at: 0, quality: quality(0.1) },
  { group: 'history', label: '0 known: ensemble on lists', at: 0, quality: quality(0.1) },
];
const report: Report = {
  ...{ recommender: 'home', refines: true, weights: { a: 1 }, seed: 1 },
  trials: [
    {
      ...{ name: 'a', about: 'a fifth is guessed', k: 10, users: 2, trainEvents: 10, heldOut: 4, rows },
      costs: [{ criterion: 'a', fitSeconds: 1, modelMiB: 2, listMs: 0.5, candidatesMs: null }],
    },
  ],
};

test('the page needs nothing else, and says what a comparison found', () => {
  const page = reportPage(report);
  expect(page).not.toMatch(/<script|https?:|@import|url\(/);
  expect(page).toContain('−0.0100 [−0.0200, −0.0050]');
  expect(page).toContain('96.0 %');
  expect(page).toContain('a &lt;b&gt;');
  expect(page).not.toContain('<b>');
});

test('every tag that is opened is closed', () => {
  const tags = [...reportPage(report).matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*?(\/?)>/g)];
  const open: string[] = [];
  for (const [, closes, name = '', closed] of tags) {
    if (closed === '/' || name === 'meta') continue;
    if (closes === '/') expect(open.pop()).toBe(name);
    else open.push(name);
  }
  expect(open).toEqual([]);
});

test('JSON holds every metric, and nothing of single users', () => {
  const json = JSON.stringify(withoutUsers(report));
  expect(json).not.toContain('ndcgByUser');
  expect(JSON.parse(json).trials[0].rows[0]).toMatchObject({ label: 'a <b>', ndcg: 0.2, novelty: 2 });
});

test('bars are as long as their values, lines as high', () => {
  const bars = barChart(
    't',
    [
      { label: 'x', value: 2 },
      { label: 'y', value: 1 },
    ],
    String,
  );
  const widths = [...bars.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width));
  expect(widths[0]).toBeCloseTo(2 * (widths[1] ?? 0), 0);
  const line = lineChart(
    't',
    [
      {
        name: 'n',
        points: [
          [0, 1],
          [5, 2],
        ],
      },
    ],
    { x: 'x', format: String },
  );
  const heights = [...line.matchAll(/<circle [^>]*cy="([\d.]+)"/g)].map(([, y]) => Number(y));
  expect(heights[0]).toBeGreaterThan(heights[1] ?? Number.POSITIVE_INFINITY);
});
