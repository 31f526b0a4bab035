/** Small plots as SVG text: no library, no script, readable on paper and in a dark window. Pure. */

export const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

export interface Bar {
  label: string;
  value: number;
  /** Drawn as what the others are compared with. */
  isReference?: boolean;
}

const width = 640;
const fontSize = 13;
const text = (x: number, y: number, content: string, attributes = ''): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${escapeText(content)}</text>`;

const svg = (height: number, title: string, parts: readonly string[]): string =>
  `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeText(title)}" font-size="${fontSize}">${parts.join('')}</svg>`;

/** Horizontal bars from 0, each with its value. */
export const barChart = (title: string, bars: readonly Bar[], format: (value: number) => string): string => {
  const rowHeight = 24;
  const left = 200;
  const right = 70;
  const most = bars.reduce((greatest, { value }) => Math.max(greatest, value), 0) || 1;
  const parts = bars.flatMap(({ label, value, isReference }, row) => {
    const y = row * rowHeight;
    const length = (Math.max(0, value) / most) * (width - left - right);
    return [
      text(left - 8, y + 16, label, 'text-anchor="end" class="ink"'),
      `<rect x="${left}" y="${y + 4}" width="${length.toFixed(1)}" height="${rowHeight - 8}" rx="2" class="${isReference ? 'reference' : 'bar'}"/>`,
      text(left + length + 6, y + 16, format(value), 'class="ink"'),
    ];
  });
  return svg(bars.length * rowHeight + 4, title, parts);
};

export interface Line {
  name: string;
  points: readonly (readonly [x: number, y: number])[];
}

/** Round steps of 1, 2 or 5 that cut a range into about four. */
const stepFor = (range: number): number => {
  const power = 10 ** Math.floor(Math.log10(range / 4 || 1));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => range / step <= 5) ?? power * 10;
};

/** Lines over a few places of x, which are set at equal distances since they are no even scale; y from 0. */
export const lineChart = (
  title: string,
  lines: readonly Line[],
  axes: { x: string; format: (value: number) => string },
): string => {
  const box = { left: 64, right: 16, top: 12, bottom: 44, height: 260 };
  const xs = [...new Set(lines.flatMap(({ points }) => points.map(([x]) => x)))].sort((a, b) => a - b);
  const most = lines.reduce((all, { points }) => points.reduce((one, [, y]) => Math.max(one, y), all), 0) || 1;
  const step = stepFor(most);
  const inner = { width: width - box.left - box.right, height: box.height - box.top - box.bottom };
  const xAt = (x: number): number => box.left + (inner.width * (xs.indexOf(x) + 0.5)) / xs.length;
  const yAt = (y: number): number => box.top + inner.height * (1 - y / most);
  const grid: string[] = [];
  for (let tick = 0; tick * step <= most * 1.0001; tick++) {
    const y = yAt(tick * step);
    grid.push(`<path d="M${box.left} ${y.toFixed(1)}H${width - box.right}" class="grid"/>`);
    grid.push(text(box.left - 8, y + 4, axes.format(tick * step), 'text-anchor="end" class="quiet"'));
  }
  const labels = xs.map((x) =>
    text(xAt(x), box.height - box.bottom + 18, String(x), 'text-anchor="middle" class="quiet"'),
  );
  const drawn = lines.flatMap(({ points }, at) => [
    `<path d="${points.map(([x, y], place) => `${place === 0 ? 'M' : 'L'}${xAt(x).toFixed(1)} ${yAt(y).toFixed(1)}`).join('')}" class="line line${at % 4}"/>`,
    ...points.map(
      ([x, y]) =>
        `<circle cx="${xAt(x).toFixed(1)}" cy="${yAt(y).toFixed(1)}" r="3" class="dot${at % 4}"><title>${escapeText(`${x}: ${axes.format(y)}`)}</title></circle>`,
    ),
  ]);
  const legend = lines.map(
    ({ name }, at) =>
      `<g transform="translate(${box.left + at * 180} ${box.height + 16})"><path d="M0 -4h18" class="line line${at % 4}"/>${text(24, 0, name, 'class="ink"')}</g>`,
  );
  const axis = text(box.left + inner.width / 2, box.height - 6, axes.x, 'text-anchor="middle" class="quiet"');
  return svg(box.height + 26, title, [...grid, ...labels, axis, ...drawn, ...legend]);
};
