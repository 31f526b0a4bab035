import type { Answer, CriterionCoverage } from '../contract/answer.ts';
import { column } from './render-table.ts';
import type { Style } from './terminal.ts';

/** The fan-out of an answer as bars over time. Pure. */

export const percent = (share: number): string => `${Math.round(share * 100)} %`;
export const milliseconds = (value: number): string => `${value.toFixed(1)} ms`;

const barWidth = 40;

const renderBar = (one: CriterionCoverage, scaleMs: number): string => {
  if (one.elapsedMs === null) return '·'.repeat(barWidth);
  const cells = Math.max(1, Math.round((one.elapsedMs / scaleMs) * barWidth));
  const working = Math.min(cells, Math.max(1, Math.round(((one.serviceMs ?? one.elapsedMs) / scaleMs) * barWidth)));
  return column(`${'░'.repeat(cells - working)}${'█'.repeat(working)}`, barWidth);
};

/** Each scorer's bar (░ on the way, █ at work), and what side by side saves over one after the other. */
export const renderTimeline = (answer: Answer, { columns, style }: { columns: number; style: Style }): string => {
  const { timings, coverage } = answer;
  const { criteria } = coverage;
  const scaleMs = Math.max(timings.totalMs, ...criteria.map((one) => one.elapsedMs ?? 0), 0.1);
  const nameWidth = Math.max(...criteria.map((one) => one.criterion.length), 5);
  const room = Math.max(10, columns - nameWidth - barWidth - 4);
  const row = (name: string, bar: string, says: string): string =>
    `${column(name, nameWidth)}  ${style.dim(bar)}  ${column(says, room).trimEnd()}`;
  const rows = criteria.map((one) => {
    const took = one.elapsedMs === null ? (one.detail ?? one.outcome) : milliseconds(one.elapsedMs);
    const outcome = one.outcome === 'scored' || one.elapsedMs === null ? '' : `  ${one.outcome}`;
    return row(one.criterion, renderBar(one, scaleMs), `${took}${outcome}`);
  });
  const totalBar = column('█'.repeat(Math.round((timings.totalMs / scaleMs) * barWidth)), barWidth);
  const slowest =
    timings.slowest === null
      ? 'no criterion answered'
      : `slowest ${milliseconds(timings.slowestMs ?? 0)} (${timings.slowest})`;
  return [
    ...rows,
    row('total', totalBar, milliseconds(timings.totalMs)),
    `one after the other ${milliseconds(timings.sumMs)} · ${slowest} · deadline ${milliseconds(timings.deadlineMs)}`,
  ].join('\n');
};
