import { factorise } from './als.ts';
import { type Artefact, ArtefactError, decodeArtefact, encodeArtefact } from './artefact.ts';
import { type Criterion, defineCriterion } from './criterion.ts';
import { createFactorJudge } from './factor-judge.ts';
import { priorOf } from './fold-in.ts';
import { collectInteractions, type Interactions } from './interactions.ts';
import { userVoices } from './user-voices.ts';

/** Numbers that look random and are the same everywhere for one seed, 0 to 1: a linear congruence, then mixed (splitmix). */
const createRandom = (seed: number) => {
  let state = seed >>> 0;
  return (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
};

/** Small factors without order, of standard deviation 0.1 / √dims. */
const drawFactors = (rows: number, dims: number, seed: number): Float32Array => {
  const random = createRandom(seed);
  const scale = (0.1 * Math.sqrt(12)) / Math.sqrt(dims);
  return Float32Array.from({ length: rows * dims }, () => (random() - 0.5) * scale);
};

/** Takes over what an earlier model of as many dimensions knows of these items. False: it is none. */
const copyEarlier = (bytes: Uint8Array, ids: readonly string[], to: { dims: number; into: Float32Array }): boolean => {
  const { dims, into } = to;
  let earlier: Artefact;
  try {
    earlier = decodeArtefact(bytes, 'factors');
  } catch (cause) {
    if (cause instanceof ArtefactError) return false;
    throw cause;
  }
  if (earlier.meta.dims !== dims) return false;
  const known = new Map(earlier.texts('ids').map((id, position) => [id, position]));
  const rows = earlier.column('factors', 'float32');
  for (const [item, id] of ids.entries()) {
    const row = known.get(id);
    if (row !== undefined) into.set(rows.subarray(row * dims, (row + 1) * dims), item * dims);
  }
  return true;
};

/** The weight of each watch: never nothing, since whoever watched a film did not pass it by. */
const valuesOf = (
  interactions: Interactions,
  { starWeight, userExponent }: { starWeight: number; userExponent: number },
): Float64Array => {
  const { users, start, weight } = interactions;
  const voices = userVoices(interactions, userExponent);
  const values = Float64Array.from(weight, (one) => Math.max(0.01, 1 + starWeight * (one - 1)));
  for (let user = 0; user < users; user++) {
    for (let entry = start[user] as number; entry < (start[user + 1] as number); entry++) {
      values[entry] = (values[entry] as number) * (voices[user] as number);
    }
  }
  return values;
};

/**
 * What lies close to his taste in a few dimensions: implicit matrix factorisation (iALS, see `als.ts`).
 *
 * The model is the factors of the items; a profile is folded in when it is asked about, so users who came after the fit
 * are answered as well as any other. A watch counts (average / n) ^ userExponent, n how many its user watched, in the fit and
 * in a profile (see `user-voices.ts`). It errs elsewhere than item-to-item criteria do, which makes it their substitute
 * when one of them is late. Abstains when the model knows no liked item of the profile.
 */
export const factors: Criterion = defineCriterion({
  name: 'factors',
  settings: {
    dims: {
      default: 64,
      min: 1,
      max: 512,
      about: 'dimensions: more tell tastes apart more finely, and cost their square',
    },
    unobserved: { default: 0.3, min: 1e-6, max: 100, about: 'weight of what was not watched, against 1 for a watch' },
    lambda: { default: 0.01, min: 1e-9, max: 1e6, about: 'regularisation: greater trusts rare films less' },
    exponent: { default: 1, min: 0, max: 2, about: 'how regularisation grows with the number of watches' },
    userExponent: { default: 0.3, min: 0, max: 2, about: 'greater hears each film of those who watched much less' },
    epochs: { default: 8, min: 1, max: 1_000, about: 'rounds of the fit' },
    warmEpochs: {
      default: 4,
      min: 0,
      max: 1_000,
      about: 'rounds of a fit that begins from the last one; 0: none does',
    },
    seed: { default: 1, min: 0, max: 4_294_967_295, about: 'where the fit begins' },
    starWeight: { default: 0, min: 0, max: 5, about: '0: every watch counts the same; 1: as its stars say' },
    halfLifeItems: { default: 0, min: 0, max: 10_000, about: 'a watch counts half after so many newer ones; 0: never' },
  },
  isWarm: true,
  fit(data, settings, earlier) {
    const { dims, unobserved, lambda, exponent, userExponent, seed } = settings;
    const interactions = collectInteractions(data);
    const { ids } = interactions;
    const begin = drawFactors(ids.length, dims, seed);
    const isWarm = settings.warmEpochs > 0 && earlier !== null && copyEarlier(earlier, ids, { dims, into: begin });
    const epochs = isWarm ? settings.warmEpochs : settings.epochs;
    const values = valuesOf(interactions, settings);
    const shape = { dims, unobserved, lambda, exponent };
    const items = factorise({ interactions, values, ...shape, epochs, items: begin });
    const prior = priorOf({ factors: items, ...shape });
    const averageLiked = interactions.item.length / Math.max(1, interactions.users);
    const meta = { ...shape, userExponent, averageLiked };
    return encodeArtefact('factors', { meta, columns: { ids, factors: items, prior } });
  },
  load: (catalogue, fitted, weighing) => createFactorJudge({ catalogue, fitted, weighing }),
});
