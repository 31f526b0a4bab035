/**
 * The recorded load of the elasticity drill: 20 requests a second for 30 s, 200 for 120 s, 20 for 60 s.
 *
 * Arrivals that know nothing of each other, as those of many callers: within each part its requests fall at random
 * (Poisson, given their number). Recorded once in trace.txt as gaps in ms, so that every run and every mode meets the same
 * load. `node test/support/elasticity/trace.ts` writes it again, the same from the same seed.
 */
import { readFileSync, writeFileSync } from 'node:fs';

interface Part {
  seconds: number;
  perSecond: number;
}

export const parts: readonly Part[] = [
  { seconds: 30, perSecond: 20 },
  { seconds: 120, perSecond: 200 },
  { seconds: 60, perSecond: 20 },
];
/** The part whose late share is judged. */
export const step = { fromMs: 30_000, toMs: 150_000 } as const;
export const traceMs = 210_000;

const file = new URL('trace.txt', import.meta.url);
const perLine = 30;

/** Uniform in [0, 1): mulberry32, by Tommy Ettinger, public domain. */
export const createRandom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** When each request is sent, ms from the start, rising. */
export const recordTrace = (seed: number): number[] => {
  const random = createRandom(seed);
  let fromMs = 0;
  return parts.flatMap(({ seconds, perSecond }) => {
    const lengthMs = seconds * 1_000;
    const moments = Array.from({ length: seconds * perSecond }, () => Math.floor(fromMs + random() * lengthMs));
    fromMs += lengthMs;
    return moments.sort((a, b) => a - b);
  });
};

/** The recorded one. */
export const readTrace = (): number[] => {
  let atMs = 0;
  const gaps = readFileSync(file, 'utf8').split(/\s+/).filter(Boolean).map(Number);
  return gaps.map((gapMs) => {
    atMs += gapMs;
    return atMs;
  });
};

if (import.meta.main) {
  const moments = recordTrace(5);
  const gaps = moments.map((atMs, index) => atMs - (moments[index - 1] ?? 0));
  const lines = Array.from({ length: Math.ceil(gaps.length / perLine) }, (_, line) =>
    gaps.slice(line * perLine, (line + 1) * perLine).join(' '),
  );
  writeFileSync(file, `${lines.join('\n')}\n`);
}
