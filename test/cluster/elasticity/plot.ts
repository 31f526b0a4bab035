import type { Run, Second } from './second-by-second.ts';

/** A run as an SVG of three panels over one axis of time: requests and late ones, pods, backlog. Pure. */

const width = 860;
const panel = { left: 56, height: 120, gap: 34, top: 34 } as const;
const colours = {
  arrived: '#9ca3af',
  late: '#dc2626',
  pods: '#2563eb',
  ready: '#16a34a',
  wanted: '#f59e0b',
  backlog: '#7c3aed',
};

interface Line {
  name: keyof typeof colours;
  label: string;
  valueOf(second: Second): number | null;
}

const panels: readonly { title: string; lines: readonly Line[] }[] = [
  {
    title: 'requests each second',
    lines: [
      { name: 'arrived', label: 'arrived', valueOf: (second) => second.arrived },
      { name: 'late', label: 'late, expired or refused', valueOf: (second) => second.late },
    ],
  },
  {
    title: 'pods',
    lines: [
      { name: 'wanted', label: 'wanted', valueOf: (second) => second.wanted },
      { name: 'pods', label: 'there', valueOf: (second) => second.pods },
      { name: 'ready', label: 'ready', valueOf: (second) => second.ready },
    ],
  },
  { title: 'backlog, requests', lines: [{ name: 'backlog', label: 'backlog', valueOf: (second) => second.backlog }] },
];

const round = (value: number): number => Math.round(value * 10) / 10;

const pathOf = (values: readonly (number | null)[], top: number, most: number): string => {
  const step = (width - panel.left - 12) / Math.max(1, values.length);
  let pen = 'M';
  return values
    .map((value, index) => {
      if (value === null) {
        pen = 'M';
        return '';
      }
      const y = round(top + panel.height * (1 - value / most));
      const part = `${pen}${round(panel.left + index * step)} ${y}H${round(panel.left + (index + 1) * step)}`;
      pen = 'L';
      return part;
    })
    .join('');
};

const panelOf = (run: Pick<Run, 'seconds'>, { title, lines }: (typeof panels)[number], index: number): string => {
  const top = panel.top + index * (panel.height + panel.gap);
  const most = Math.max(1, ...run.seconds.flatMap((second) => lines.map((line) => line.valueOf(second) ?? 0)));
  const bottom = top + panel.height;
  const text = (x: number, y: number, content: string, more = ''): string =>
    `<text x="${x}" y="${y}"${more}>${content}</text>`;
  const legend = lines.map((line, at) =>
    text(panel.left + 180 + at * 190, top - 8, line.label, ` fill="${colours[line.name]}"`),
  );
  const drawn = lines.map((line) => {
    const path = pathOf(run.seconds.map(line.valueOf), top, most);
    return `<path d="${path}" fill="none" stroke="${colours[line.name]}" stroke-width="1.5"/>`;
  });
  return [
    text(panel.left, top - 8, title, ' font-weight="bold"'),
    ...legend,
    `<path d="M${panel.left} ${top}V${bottom}H${width - 12}" fill="none" stroke="#6b7280"/>`,
    text(panel.left - 8, top + 10, String(Math.ceil(most)), ' text-anchor="end"'),
    text(panel.left - 8, bottom, '0', ' text-anchor="end"'),
    ...drawn,
  ].join('\n');
};

export const plotOf = (run: Pick<Run, 'mode' | 'seconds'>): string => {
  const height = panel.top + panels.length * (panel.height + panel.gap) + 10;
  const step = (width - panel.left - 12) / Math.max(1, run.seconds.length);
  const ticks = run.seconds.flatMap((_, second) =>
    second % 30 === 0
      ? [`<text x="${round(panel.left + second * step)}" y="${height - 14}" text-anchor="middle">${second} s</text>`]
      : [],
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11" fill="#374151">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<title>Mode ${run.mode}: the recorded step of 20, 200 and 20 requests a second</title>`,
    ...panels.map((one, index) => panelOf(run, one, index)),
    ...ticks,
    '</svg>',
    '',
  ].join('\n');
};
