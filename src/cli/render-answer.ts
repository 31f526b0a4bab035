import type { Answer, AnswerItem, CriterionCoverage } from '../contract/answer.ts';

/** An answer as a person reads it in a terminal: the list with its reasons, then the fan-out as a timeline. Pure. */

const percent = (share: number): string => `${Math.round(share * 100)} %`;
const ms = (value: number): string => `${value.toFixed(1)} ms`;

const column = (text: string, width: number): string => {
  const letters = [...text];
  if (letters.length <= width) return text + ' '.repeat(width - letters.length);
  return `${letters.slice(0, width - 1).join('')}…`;
};

const sharesOf = (item: AnswerItem): string =>
  Object.entries(item.shares ?? {})
    .filter(([, share]) => share > 0.005)
    .sort((a, b) => b[1] - a[1])
    .map(([criterion, share]) => `${criterion} ${percent(share)}`)
    .join(' · ');

const reasonOf = (item: AnswerItem): string => {
  const reason = item.reasons?.[0];
  if (reason === undefined) return '';
  const late = reason.lateAgeMs === undefined ? '' : ` (from ${Math.round(reason.lateAgeMs / 1_000)} s ago)`;
  return `${reason.text}${late}`;
};

const missingOf = (answer: Answer): string => {
  const missing = answer.coverage.criteria.filter((one) => !['scored', 'abstained'].includes(one.outcome));
  if (missing.length === 0) return 'every criterion answered';
  return `missing: ${missing.map((one) => `${one.criterion} ${one.outcome} (${percent(one.weight)})`).join(', ')}`;
};

/** Films, score, share by criterion and the first reason, as aligned columns. */
export const renderItems = (answer: Answer): string => {
  const titleWidth = Math.min(44, Math.max(4, ...answer.items.map((item) => [...(item.title ?? item.id)].length)));
  const sharesWidth = Math.min(62, Math.max(6, ...answer.items.map((item) => sharesOf(item).length)));
  const head = ` #  ${column('film', titleWidth)}  score  ${column('shares', sharesWidth)}  why`;
  const rows = answer.items.map((item, index) => {
    const score = item.score === null ? '    —' : item.score.toFixed(3).padStart(5);
    const rank = String(index + 1).padStart(2);
    return `${rank}  ${column(item.title ?? item.id, titleWidth)}  ${score}  ${column(sharesOf(item), sharesWidth)}  ${reasonOf(item)}`.trimEnd();
  });
  return [head, ...rows].join('\n');
};

const barWidth = 40;

const renderBar = (one: CriterionCoverage, scaleMs: number): string => {
  if (one.elapsedMs === null) return column(`${'·'.repeat(barWidth)}`, barWidth);
  const cells = Math.max(1, Math.round((one.elapsedMs / scaleMs) * barWidth));
  const working = Math.min(cells, Math.max(1, Math.round(((one.serviceMs ?? one.elapsedMs) / scaleMs) * barWidth)));
  return column(`${'░'.repeat(cells - working)}${'█'.repeat(working)}`, barWidth);
};

/** Each scorer's bar (░ on the way, █ at work), and what side by side saves over one after the other. */
export const renderTimeline = (answer: Answer): string => {
  const { criteria } = answer.coverage;
  const { timings } = answer;
  const scaleMs = Math.max(timings.totalMs, ...criteria.map((one) => one.elapsedMs ?? 0), 0.1);
  const nameWidth = Math.max(...criteria.map((one) => one.criterion.length), 5);
  const rows = criteria.map((one) => {
    const took = one.elapsedMs === null ? (one.detail ?? one.outcome) : ms(one.elapsedMs);
    const outcome = one.outcome === 'scored' || one.elapsedMs === null ? '' : `  ${one.outcome}`;
    return `${column(one.criterion, nameWidth)}  ${renderBar(one, scaleMs)}  ${took}${outcome}`;
  });
  const total = `${column('total', nameWidth)}  ${column('█'.repeat(Math.round((timings.totalMs / scaleMs) * barWidth)), barWidth)}  ${ms(timings.totalMs)}`;
  const slowest =
    timings.slowest === null ? 'no criterion answered' : `slowest ${ms(timings.slowestMs ?? 0)} (${timings.slowest})`;
  return [
    ...rows,
    total,
    `one after the other ${ms(timings.sumMs)} · ${slowest} · deadline ${ms(timings.deadlineMs)}`,
  ].join('\n');
};

/** The whole answer: a headline, the list, the timeline. */
export const renderAnswer = (answer: Answer): string => {
  const who = `${answer.subject.kind} ${answer.subject.id}`;
  const head = `${answer.recommender} for ${who} — ${answer.source}, ${percent(answer.coverage.weight)} of the weight answered, plan ${answer.plan.version}`;
  const parts = [head, renderItems(answer), `fan-out (${missingOf(answer)})\n${renderTimeline(answer)}`];
  if (answer.note !== undefined) parts.splice(1, 0, `note: ${answer.note}`);
  return parts.join('\n\n');
};
