import type { Answer, AnswerItem } from '../contract/answer.ts';
import { column, numberColumn, widthOf } from './render-table.ts';
import { milliseconds, percent, renderTimeline } from './render-timeline.ts';
import { defaultColumns, plainStyle, type Style } from './terminal.ts';

/** An answer as a person reads it in a terminal: the list with its reasons, then the fan-out as a timeline. Pure. */
export interface Page {
  columns: number;
  style: Style;
}

const plainPage: Page = { columns: defaultColumns, style: plainStyle };

const widestTitle = 40;
const narrowestTitle = 20;
/** `because you watched` and a title. */
const narrowestReason = 34;
/** Below it a reason gets a line of its own. */
const narrowPage = 100;
/** `100 %` */
const widestShare = 5;
/** A share that would read as 0 %. */
const negligible = 0.005;
/** A criterion with less than this in every item gets no column of its own. */
const worthColumn = 0.05;

interface Name {
  title: string;
  /** ` (1979)`, kept where the title is cut. */
  year: string;
}

const nameOf = ({ id, title = id, year }: AnswerItem): Name => ({
  title,
  year: year === undefined ? '' : ` (${year})`,
});

const nameColumn = ({ title, year }: Name, width: number): string => {
  const room = Math.max(1, width - year.length);
  return widthOf(title) > room ? column(title, room) + year : column(title + year, width);
};

const reasonOf = (item: AnswerItem): string => {
  const reason = item.reasons?.[0];
  if (reason === undefined) return '';
  const late = reason.lateAgeMs === undefined ? '' : ` (from ${Math.round(reason.lateAgeMs / 1_000)} s ago)`;
  return `${reason.text}${late}`;
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** Shares of an absolute sum are parts in the unit of the score; those of every other fusion are fractions of 1. */
const areAbsolute = (items: readonly AnswerItem[]): boolean =>
  items.some(({ score, shares }) => {
    const parts = Object.values(shares ?? {});
    return parts.length > 0 && (score === null || Math.abs(sum(parts) - 1) > 0.02);
  });

const amount = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 3 : 1));
const scoreOf = ({ score }: AnswerItem, absolute: boolean): string =>
  score === null ? '—' : absolute ? amount(score) : score.toFixed(3);

/** Criteria that had a part in any of the items, the weightiest first, as many as there is room for. */
const criteriaOf = (items: readonly AnswerItem[], room: number): string[] => {
  const totals = new Map<string, number>();
  const shown = new Set<string>();
  for (const { shares = {} } of items) {
    for (const [criterion, share] of Object.entries(shares)) {
      totals.set(criterion, (totals.get(criterion) ?? 0) + Math.abs(share));
      if (Math.abs(share) >= worthColumn) shown.add(criterion);
    }
  }
  let taken = 0;
  return [...totals]
    .filter(([criterion]) => shown.has(criterion))
    .sort((a, b) => b[1] - a[1])
    .map(([criterion]) => criterion)
    .filter((criterion) => {
      taken += 2 + Math.max(widthOf(criterion), widestShare);
      return taken <= room;
    });
};

interface Cells {
  rank: string;
  name: Name;
  score: string;
  shares: string[];
  reason: string;
}

interface Widths {
  title: number;
  score: number;
  shares: number[];
  reason: number;
}

const lineOf = ({ rank, name, score, shares, reason }: Cells, widths: Widths, { bold, dim }: Style): string => {
  const parts = [
    rank,
    bold(nameColumn(name, widths.title)),
    numberColumn(score, widths.score),
    ...shares.map((share, at) => dim(numberColumn(share, widths.shares[at] ?? 0))),
  ];
  if (widths.reason > 0 && reason !== '')
    parts.push(reason.length > widths.reason ? column(reason, widths.reason) : reason);
  return parts.join('  ').trimEnd();
};

/** Title, score, share by criterion in percent (of an absolute sum: the parts) and the first reason, within the page. */
export const renderItems = (answer: Answer, { columns, style }: Page = plainPage): string => {
  const { items } = answer;
  if (items.length === 0) return 'no item';
  const absolute = areAbsolute(items);
  const narrow = columns < narrowPage;
  const scoreWidth = Math.max(5, ...items.map((item) => widthOf(scoreOf(item, absolute))));
  const fixed = 2 + 2 + 2 + scoreWidth;
  const forReason = narrow ? 0 : narrowestReason + 2;
  const criteria = criteriaOf(items, columns - fixed - narrowestTitle - forReason);
  const shareOf = ({ shares = {} }: AnswerItem, criterion: string): string => {
    const share = shares[criterion];
    if (share === undefined) return absolute ? '—' : '';
    return absolute ? amount(share) : Math.abs(share) < negligible ? '' : percent(share);
  };
  const rows = items.map(
    (item, at): Cells => ({
      rank: String(at + 1).padStart(2),
      name: nameOf(item),
      score: scoreOf(item, absolute),
      shares: criteria.map((criterion) => shareOf(item, criterion)),
      reason: reasonOf(item),
    }),
  );
  const head: Cells = {
    rank: ' #',
    name: { title: 'title', year: '' },
    score: 'score',
    shares: criteria,
    reason: 'why',
  };
  const all = [head, ...rows];
  const widest = (cell: (row: Cells) => string): number => Math.max(...all.map((row) => widthOf(cell(row))));
  const shares = criteria.map((_, at) => widest((row) => row.shares[at] ?? ''));
  const taken = fixed + sum(shares) + 2 * shares.length;
  const title = Math.max(
    5,
    Math.min(
      widestTitle,
      widest(({ name }) => name.title + name.year),
      columns - taken - forReason,
    ),
  );
  const widths = { title, score: scoreWidth, shares, reason: narrow ? 0 : columns - taken - title - 2 };
  const lines = rows.flatMap((row) => {
    const under = narrow && row.reason !== '' ? [style.dim(`    ${column(row.reason, columns - 4).trimEnd()}`)] : [];
    return [lineOf(row, widths, style), ...under];
  });
  return [style.dim(lineOf(head, widths, plainStyle)), ...lines].join('\n');
};

const missingOf = (answer: Answer): string => {
  const missing = answer.coverage.criteria.filter((one) => !['scored', 'abstained'].includes(one.outcome));
  if (missing.length === 0) return 'every criterion answered';
  return `missing: ${missing.map((one) => `${one.criterion} ${one.outcome} (${percent(one.weight)})`).join(', ')}`;
};

/** The whole answer: a headline, the list, the timeline. */
export const renderAnswer = (answer: Answer, page: Page = plainPage): string => {
  const { subject, recommender, source, coverage, plan, timings } = answer;
  const head = `${recommender} for ${subject.kind} ${subject.id}`;
  const facts = `${source}, ${percent(coverage.weight)} of the weight answered within ${milliseconds(timings.totalMs)}, plan ${plan.version}`;
  const parts = [
    `${page.style.bold(head)} — ${facts}`,
    renderItems(answer, page),
    `fan-out (${missingOf(answer)})\n${renderTimeline(answer, page)}`,
  ];
  if (answer.note !== undefined) parts.splice(1, 0, `note: ${answer.note}`);
  return parts.join('\n\n');
};
