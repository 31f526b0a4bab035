import { describe, expect, test } from '@jest/globals';
import { generateViewers } from './demo-viewers.ts';

const NOW_MS = Date.UTC(2025, 0, 15, 20);
const TWO_YEARS_MS = 730 * 86_400_000;
const GENRES = ['Comedy', 'Crime', 'Drama', 'Horror', 'Music', 'Romance', 'Sci-Fi', 'War', 'Western', 'Family'];

/** 400 films over 100 years, two genres each; every pair of genres appears in every era. */
const films = Array.from({ length: 400 }, (_, index) => ({
  id: `f${index}`,
  genres: [GENRES[index % 10] as string, GENRES[(index + 1 + (Math.floor(index / 10) % 9)) % 10] as string],
  year: 1925 + ((index * 37) % 100),
}));
const filmOf = new Map(films.map((film) => [film.id, film]));
const watches = generateViewers({ films, viewers: 300, seed: 7, nowMs: NOW_MS });
const histories = [...Map.groupBy(watches, (watch) => watch.userId).values()];

function median(numbers: number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

function mean(numbers: number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
}

function shareOf(genres: readonly string[], history: readonly { itemId: string }[]): number {
  return mean(history.map(({ itemId }) => (filmOf.get(itemId)?.genres.some((one) => genres.includes(one)) ? 1 : 0)));
}

/** The three genres most seen in a history. */
function topGenres(history: readonly { itemId: string }[]): string[] {
  const seen = history.flatMap(({ itemId }) => filmOf.get(itemId)?.genres ?? []);
  const count = (genre: string) => seen.filter((one) => one === genre).length;
  return [...GENRES].sort((a, b) => count(b) - count(a)).slice(0, 3);
}

describe('generated viewers', () => {
  test('are the same for the same seed and others for another', () => {
    expect(generateViewers({ films, viewers: 300, seed: 7, nowMs: NOW_MS })).toEqual(watches);
    expect(generateViewers({ films, viewers: 300, seed: 8, nowMs: NOW_MS })).not.toEqual(watches);
  });

  test('keep their history when more viewers are asked for', () => {
    const fewer = generateViewers({ films, viewers: 20, seed: 7, nowMs: NOW_MS });
    expect(fewer).toEqual(watches.slice(0, fewer.length));
  });

  test('are numbered from 1 and number 300 unless told', () => {
    const byDefault = generateViewers({ films, seed: 7, nowMs: NOW_MS });
    expect(byDefault).toEqual(watches);
    expect(histories.map((history) => history[0]?.userId)).toEqual(
      films.slice(0, 300).map((_, index) => String(index + 1)),
    );
  });

  test('watch only known films, each once', () => {
    for (const history of histories) {
      const ids = history.map((watch) => watch.itemId);
      expect(new Set(ids).size).toBe(ids.length);
      expect(ids.filter((id) => !filmOf.has(id))).toEqual([]);
    }
  });

  test('have histories of 5 to 150 films, half of them above about 25', () => {
    const lengths = histories.map((history) => history.length);
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(5);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(150);
    expect(Math.max(...lengths)).toBeGreaterThan(80);
    expect(Math.abs(median(lengths) - 25)).toBeLessThanOrEqual(4);
  });

  test('rate in half stars from 0.5 to 5', () => {
    expect(watches.filter(({ value }) => value < 0.5 || value > 5 || !Number.isInteger(value * 2))).toEqual([]);
    expect(new Set(watches.map(({ value }) => value)).size).toBeGreaterThanOrEqual(7);
  });

  test('watch within the past two years, in order, at least two hours apart', () => {
    expect(watches.filter(({ atMs }) => atMs > NOW_MS || atMs < NOW_MS - TWO_YEARS_MS)).toEqual([]);
    const gaps = histories.flatMap((history) =>
      history.slice(1).map((watch, index) => watch.atMs - (history[index]?.atMs ?? 0)),
    );
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(2 * 3_600_000);
    const inSession = gaps.filter((gap) => gap <= 3 * 3_600_000).length / gaps.length;
    expect(inSession).toBeGreaterThan(0.4);
    expect(inSession).toBeLessThan(0.8);
  });

  test('watch what resembles the last film within a session', () => {
    const steps = histories.flatMap((history) =>
      history.slice(1).map((watch, index) => {
        const [now, before] = [watch, history[index] as typeof watch];
        const like = shareOf(filmOf.get(before.itemId)?.genres ?? [], [now]);
        return { like, session: now.atMs - before.atMs <= 3 * 3_600_000 };
      }),
    );
    const within = mean(steps.filter((step) => step.session).map((step) => step.like));
    const across = mean(steps.filter((step) => !step.session).map((step) => step.like));
    expect(within).toBeGreaterThan(across + 0.1);
  });

  test('favour a few genres: those of the first half of a history dominate the second', () => {
    const long = histories.filter((history) => history.length >= 20);
    const own = long.map((history) =>
      shareOf(topGenres(history.slice(0, history.length / 2)), history.slice(history.length / 2)),
    );
    const catalogue = long.map((history) =>
      shareOf(
        topGenres(history.slice(0, history.length / 2)),
        films.map(({ id }) => ({ itemId: id })),
      ),
    );
    expect(mean(own)).toBeGreaterThan(0.8);
    expect(mean(own)).toBeGreaterThan(mean(catalogue) + 0.25);
  });

  test('favour an era: half of a history lies within ten years of its median year', () => {
    const near = histories.map((history) => {
      const years = history.map(({ itemId }) => filmOf.get(itemId)?.year ?? 0);
      return mean(years.map((year) => (Math.abs(year - median(years)) <= 10 ? 1 : 0)));
    });
    expect(median(near)).toBeGreaterThan(0.5);
  });

  test('watch some films far more than others', () => {
    const counts = [...Map.groupBy(watches, (watch) => watch.itemId).values()]
      .map((group) => group.length)
      .sort((a, b) => b - a);
    const top = counts.slice(0, 40).reduce((sum, one) => sum + one, 0) / watches.length;
    expect(top).toBeGreaterThan(0.2);
    expect(counts.length).toBeGreaterThan(350);
  });

  test('share tastes that can be learnt: co-watched films predict the last film far better than popular ones do', () => {
    const { together, popular } = hitRates(20);
    expect(together).toBeGreaterThan(popular * 1.5);
  });

  test('of an empty catalogue watch nothing, of a small one no more than there is', () => {
    expect(generateViewers({ films: [], viewers: 3, seed: 1, nowMs: NOW_MS })).toEqual([]);
    expect(generateViewers({ films: films.slice(0, 3), viewers: 2, seed: 1, nowMs: NOW_MS })).toHaveLength(6);
  });
});

/** How often a viewer's last film is among the k best of his unseen ones, by co-watching (cosine) and by popularity. */
function hitRates(k: number): { together: number; popular: number } {
  const known = histories.map((history) => history.slice(0, -1).map(({ itemId }) => itemId));
  const count = new Map<string, number>();
  const add = (key: string) => count.set(key, (count.get(key) ?? 0) + 1);
  for (const ids of known) {
    for (const id of ids) {
      add(id);
      for (const other of ids) add(`${id} ${other}`);
    }
  }
  const fans = (id: string) => count.get(id) ?? 0;
  const cosine = (a: string, b: string) => (count.get(`${a} ${b}`) ?? 0) / Math.sqrt(fans(a) * fans(b) || 1);
  const hit = (history: (typeof histories)[number], score: (id: string, seen: string[]) => number) => {
    const seen = history.slice(0, -1).map(({ itemId }) => itemId);
    const unseen = films.filter(({ id }) => !seen.includes(id)).map(({ id }) => ({ id, score: score(id, seen) }));
    const best = unseen.sort((a, b) => b.score - a.score).slice(0, k);
    return best.some(({ id }) => id === history.at(-1)?.itemId) ? 1 : 0;
  };
  return {
    together: mean(histories.map((one) => hit(one, (id, seen) => seen.reduce((sum, own) => sum + cosine(own, id), 0)))),
    popular: mean(histories.map((one) => hit(one, fans))),
  };
}
