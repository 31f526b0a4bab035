import { type Item, itemSchema } from '../../src/contract/item.ts';
import type { Question } from '../../src/contract/scoring.ts';
import { encodeCatalogue } from '../../src/criteria/catalogue.ts';
import type { Criterion } from '../../src/criteria/criterion.ts';
import type { TrainingData } from '../../src/criteria/training-data.ts';

/** Small worlds for tests of criteria: films, events and questions in one line each. */

export const film = (id: string, fields: Partial<Item> = {}): Item =>
  itemSchema.parse({ id, title: `Film ${id}`, ...fields });

/** One event: user, item, weight (1), moment (0, in days). */
export type Watch = readonly [user: string, item: string, weight?: number, day?: number];

export const trainingData = (items: readonly Item[], watches: readonly Watch[]): TrainingData => {
  const users = [...new Set(watches.map(([user]) => user))];
  const ids = [...new Set(watches.map(([, item]) => item))];
  return {
    items,
    events: {
      users,
      items: ids,
      user: Int32Array.from(watches, ([user]) => users.indexOf(user)),
      item: Int32Array.from(watches, ([, item]) => ids.indexOf(item)),
      weight: Float32Array.from(watches, ([, , weight]) => weight ?? 1),
      atMs: Float64Array.from(watches, ([, , , day]) => (day ?? 0) * 86_400_000),
    },
    nowMs: 0,
  };
};

/** A question of one user who watched these items, newest first; a pair gives the weight. */
export const question = (
  watched: readonly (string | readonly [string, number])[],
  fields: Partial<Question> = {},
): Question => {
  const pairs = watched.map((one) => (typeof one === 'string' ? ([one, 1] as const) : one));
  return {
    subject: { kind: 'user', id: 'u' },
    profile: {
      items: pairs.map(([id]) => id),
      weights: pairs.map(([, weight]) => weight),
      atMs: pairs.map((_, position) => 1_000_000 - position),
    },
    drop: new Set(pairs.map(([id]) => id)),
    filters: undefined,
    candidates: undefined,
    topN: 10,
    explain: true,
    context: {},
    nowMs: 2_000_000,
    ...fields,
  };
};

/** Fits and loads a criterion as trainer and scorer do, and returns what answers. */
export const fitted = async (
  criterion: Criterion,
  data: TrainingData,
  settings: Readonly<Record<string, string>> = {},
) => {
  const artefacts = {
    catalogue: encodeCatalogue(data.items),
    ...(criterion.fit === null ? {} : { [criterion.name]: criterion.fit(data, settings) }),
  };
  const model = await criterion.definition.load(artefacts, settings);
  return async (asked: Question) => criterion.definition.score(asked, model, new AbortController().signal);
};
