import type { Measured } from './closed-loop.ts';
import { median } from './percentile.ts';
import type { Results } from './rounds.ts';

/** One system under one load: medians over the rounds. */
export interface Row {
  pass: string;
  system: string;
  goodPerSecond: number;
  /** Smallest and largest round ÷ median: how noisy the machine was. */
  spread: readonly [number, number];
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  overSlowestMs: number;
  cpuMs: number;
  good: number;
  other: Readonly<Record<string, number>>;
}

/** One system against another under one load: the ratio of requests a second of each round, its median and extremes. */
export interface Ratio {
  pass: string;
  of: string;
  to: string;
  median: number;
  lowest: number;
  highest: number;
}

const addUp = (rounds: readonly Measured[]): Record<string, number> => {
  const sum: Record<string, number> = {};
  for (const { other } of rounds) {
    for (const [verdict, count] of Object.entries(other)) sum[verdict] = (sum[verdict] ?? 0) + count;
  }
  return sum;
};

export const rowsOf = (results: Results): Row[] =>
  [...results].flatMap(([pass, bySystem]) =>
    [...bySystem].map(([system, rounds]) => {
      const middle = (field: Exclude<keyof Measured, 'other'>): number => median(rounds.map((one) => one[field]));
      const speeds = rounds.map((one) => one.goodPerSecond);
      const goodPerSecond = middle('goodPerSecond');
      return {
        pass,
        system,
        goodPerSecond,
        spread: [Math.min(...speeds) / goodPerSecond, Math.max(...speeds) / goodPerSecond],
        p50Ms: middle('p50Ms'),
        p95Ms: middle('p95Ms'),
        p99Ms: middle('p99Ms'),
        overSlowestMs: middle('overSlowestMs'),
        cpuMs: middle('cpuMs'),
        good: rounds.reduce((sum, one) => sum + one.good, 0),
        other: addUp(rounds),
      };
    }),
  );

/** Every system against every one that comes after it. */
export const ratiosOf = (results: Results): Ratio[] =>
  [...results].flatMap(([pass, bySystem]) => {
    const all = [...bySystem];
    return all.flatMap(([of, rounds], at) =>
      all.slice(at + 1).map(([to, others]) => {
        const ratios = rounds.map((one, round) => one.goodPerSecond / (others[round]?.goodPerSecond ?? Number.NaN));
        return { pass, of, to, median: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) };
      }),
    );
  });

const columns = (lines: readonly (readonly string[])[]): string => {
  const widths = lines[0]?.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0))) ?? [];
  const pad = (cell: string, at: number): string =>
    at < 2 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0);
  return lines.map((line) => line.map(pad).join('  ').trimEnd()).join('\n');
};

const ms = (value: number): string => value.toFixed(2);
const others = (row: Row): string => {
  const told = Object.entries(row.other).map(([verdict, count]) => `${count} × ${verdict}`);
  return told.length === 0 ? '0' : told.join(', ');
};

/** The two tables a person reads. */
export const renderTables = (rows: readonly Row[], ratios: readonly Ratio[]): string => {
  const head = [
    'load',
    'system',
    'good/s',
    'rounds',
    'p50 ms',
    'p95 ms',
    'p99 ms',
    'over slowest ms',
    'CPU ms',
    'not good',
  ];
  const body = rows.map((row) => [
    row.pass,
    row.system,
    row.goodPerSecond.toFixed(0),
    `${row.spread[0].toFixed(2)}..${row.spread[1].toFixed(2)}`,
    ms(row.p50Ms),
    ms(row.p95Ms),
    ms(row.p99Ms),
    ms(row.overSlowestMs),
    row.cpuMs.toFixed(3),
    others(row),
  ]);
  const compared = ratios.map((one) => [
    one.pass,
    `${one.of} ÷ ${one.to}`,
    one.median.toFixed(2),
    `${one.lowest.toFixed(2)}..${one.highest.toFixed(2)}`,
  ]);
  const ratioHead = ['load', 'good/s of', 'median ratio', 'rounds'];
  return `${columns([head, ...body])}\n\n${columns([ratioHead, ...compared])}\n`;
};
