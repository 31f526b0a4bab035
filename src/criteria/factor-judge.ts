import { decodeArtefact } from './artefact.ts';
import type { Catalogue } from './catalogue.ts';
import type { Judge } from './criterion.ts';
import { createFoldIn, type FactorSide } from './fold-in.ts';
import { createSpace, type ItemSpace, titleOf } from './item-space.ts';
import { createProfileReader, type KnownProfile, type Weighing } from './profile.ts';
import { createRanker, toScored } from './rank.ts';
import { solveForward } from './small-system.ts';

/** Of longer profiles only so many, the newest, are looked at for a reason. */
const reasonsFrom = 100;

const readMeta = (meta: Readonly<Record<string, number>>, name: string): number => meta[name] ?? Number.NaN;

/** score = w · h for all items, or for those named. */
const createScoring = ({ factors, dims }: FactorSide, space: ItemSpace) => {
  const scores = new Float64Array(space.size);
  const scoreOne = (taste: Float64Array, item: number): void => {
    let sum = 0;
    for (let k = 0, at = item * dims; k < dims; k++, at++) sum += (taste[k] as number) * (factors[at] as number);
    scores[item] = sum;
  };
  return (taste: Float64Array, candidates: readonly string[] | undefined): Float64Array => {
    if (candidates === undefined) for (let item = 0; item < space.size; item++) scoreOne(taste, item);
    for (const id of candidates ?? []) {
      const item = space.indexOf(id);
      if (item >= 0) scoreOne(taste, item);
    }
    return scores;
  };
};

/**
 * Finds which liked item of the profile said most for an item i: the greatest c · hᵢᵀ A⁻¹ hⱼ, of which the score is the
 * sum (Hu, Koren and Volinsky 2008, section 5). With A = L Lᵀ that is a product of L⁻¹ hᵢ and L⁻¹ hⱼ. -1: none spoke.
 */
const createLoudestFinder = ({ factors, dims }: FactorSide, system: Float64Array) => {
  const voices = new Float64Array(reasonsFrom * dims);
  const speakers = new Int32Array(reasonsFrom);
  let count = 0;
  const whiten = (item: number, into: Float64Array): Float64Array => {
    for (let k = 0; k < dims; k++) into[k] = factors[item * dims + k] as number;
    solveForward(system, dims, into);
    return into;
  };
  const direction = new Float64Array(dims);
  return {
    /** After the profile was folded in: only its newest liked items are heard. */
    hear(profile: KnownProfile): void {
      count = 0;
      for (let at = 0; at < profile.count && count < reasonsFrom; at++) {
        const weight = profile.weights[at] as number;
        if (weight <= 0) continue;
        const voice = whiten(profile.items[at] as number, voices.subarray(count * dims, (count + 1) * dims));
        for (let k = 0; k < dims; k++) voice[k] = weight * (voice[k] as number);
        speakers[count++] = profile.items[at] as number;
      }
    },
    loudestFor(item: number): number {
      whiten(item, direction);
      let loudest = -1;
      let most = 0;
      for (let speaker = 0, at = 0; speaker < count; speaker++) {
        let voice = 0;
        for (let k = 0; k < dims; k++, at++) voice += (direction[k] as number) * (voices[at] as number);
        if (voice <= most) continue;
        most = voice;
        loudest = speakers[speaker] as number;
      }
      return loudest;
    },
  };
};

/**
 * Folds a profile in and scores the items by it: the serving half of `factors`.
 *
 * Work of a question: profile · dims² / 2 + dims³ / 6 for the fold-in, items · dims for the scores. Lists items with a
 * score over 0; abstains when the model knows no liked item of the profile.
 */
export const createFactorJudge = (given: { catalogue: Catalogue; fitted: Uint8Array; weighing: Weighing }): Judge => {
  const artefact = decodeArtefact(given.fitted, 'factors');
  const { meta } = artefact;
  const side: FactorSide = {
    factors: artefact.column('factors', 'float32'),
    dims: readMeta(meta, 'dims'),
    unobserved: readMeta(meta, 'unobserved'),
    lambda: readMeta(meta, 'lambda'),
    exponent: readMeta(meta, 'exponent'),
  };
  const space = createSpace(artefact.texts('ids'), given.catalogue);
  const foldIn = createFoldIn(side, artefact.column('prior', 'float64'));
  const readProfile = createProfileReader(space, given.weighing);
  const ranker = createRanker(space);
  const scoreItems = createScoring(side, space);
  const loudest = createLoudestFinder(side, foldIn.system);

  /** As in the fit, whoever watched much says less by each watch; models fitted before there was such a thing say nothing of it. */
  const { userExponent = 0, averageLiked = 1 } = meta;
  /** How much was observed, and weighs every watch by it. */
  const weighByLength = ({ count, weights }: KnownProfile): number => {
    let total = 0;
    for (let at = 0; at < count; at++) total += Math.abs(weights[at] as number);
    const voice = (averageLiked / total) ** userExponent;
    for (let at = 0; at < count; at++) weights[at] = voice * (weights[at] as number);
    return total;
  };

  return (question) => {
    const profile = readProfile(question);
    if (profile.liked === 0) return null;
    const total = weighByLength(profile);
    const observed = { member: profile.items, weight: profile.weights, from: 0, to: profile.count };
    const taste = foldIn.solve(observed, total);
    const scores = scoreItems(taste, question.candidates);
    const ranking = ranker.rank(question, scores, 0);
    if (!question.explain) return toScored(ranking, scores, space, null);
    loudest.hear(profile);
    const labelOf = (item: number) => titleOf(space, loudest.loudestFor(item));
    return toScored(ranking, scores, space, { reason: 'because you watched {}', labelOf });
  };
};
