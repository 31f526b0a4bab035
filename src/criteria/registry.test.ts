import { describe, expect, test } from '@jest/globals';
import { film, fitted, question, trainingData } from '../../test/support/criteria-data.ts';
import { nameSchema } from '../contract/primitives.ts';
import { criteria } from './registry.ts';
import { createScorerDefinition } from './scorer-module.ts';

test('criteria stand in alphabetical order, each once', () => {
  const names = criteria.map((one) => one.name);
  expect(names).toEqual([...new Set(names)].sort());
});

test('a scorer host gets the definition by the name of the criterion', () => {
  expect(createScorerDefinition('popularity').needs).toEqual(['catalogue', 'popularity']);
  expect(() => createScorerDefinition('taste')).toThrow(/no criterion taste is shipped; there are: .*popularity/);
});

const films = Array.from({ length: 12 }, (_, i) =>
  film(String(i + 1), { genres: [i % 2 ? 'Drama' : 'War'], year: 2000 + i }),
);
const watches = ['a', 'b', 'c', 'd'].flatMap((user, u) =>
  films.slice(u, u + 6).map(({ id }, day) => [user, id, 1, day] as const),
);
const data = trainingData(films, watches);

describe.each(criteria.map((one) => [one.name, one] as const))('%s', (_, criterion) => {
  test('its name is a name, its defaults lie within their bounds and every setting is explained', () => {
    expect(nameSchema.safeParse(criterion.name).success).toBe(true);
    for (const setting of Object.values(criterion.settings)) {
      expect(setting.default).toBeGreaterThanOrEqual(setting.min);
      expect(setting.default).toBeLessThanOrEqual(setting.max);
      expect(setting.about).not.toBe('');
    }
  });

  test('the same data gives the same bytes', () => {
    expect(criterion.fit?.(data, {})).toEqual(criterion.fit?.(data, {}));
  });

  test('nothing dropped is listed, scores descend and are finite, the list is at most N long', async () => {
    const ask = await fitted(criterion, data);
    for (const watched of [[], ['1'], ['1', '3', '5'], films.map((one) => one.id), ['unknown']]) {
      const scored = await ask(question(watched, { topN: 3 }));
      if (scored === null) continue;
      expect(scored.items.length).toBeLessThanOrEqual(3);
      expect(scored.items.filter((id) => watched.includes(id))).toEqual([]);
      expect([...scored.scores].sort((a, b) => b - a)).toEqual(scored.scores);
      expect(scored.scores.every((score) => Number.isFinite(score) && score >= 0)).toBe(true);
    }
  });

  test('without history only those answer that need none; one film is enough for all', async () => {
    const ask = await fitted(criterion, data);
    const needsNone = ['freshness', 'popularity'].includes(criterion.name);
    for (const watched of [[], ['unknown']]) expect((await ask(question(watched))) !== null).toBe(needsNone);
    const scored = await ask(question(['5']));
    expect(scored?.items.length).toBeGreaterThan(0);
    expect(scored?.items).not.toContain('5');
  });

  test('candidates get the score they have in the full list', async () => {
    const ask = await fitted(criterion, data);
    const all = await ask(question(['1', '2'], { topN: 100 }));
    const named = await ask(question(['1', '2'], { candidates: films.map((one) => one.id) }));
    for (const [position, id] of (all?.items ?? []).entries()) {
      expect(named?.scores[named.items.indexOf(id)]).toBe(all?.scores[position]);
    }
  });

  test('a catalogue without events and a world without films are answered or abstained from, never an error', async () => {
    for (const world of [trainingData(films, []), trainingData([], [])]) {
      const ask = await fitted(criterion, world);
      await expect(Promise.resolve(ask(question(['1'])))).resolves.toBeDefined();
    }
  });
});
