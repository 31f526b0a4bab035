import { limits } from '../contract/limits.ts';
import { decodeArtefact } from './artefact.ts';
import type { Catalogue } from './catalogue.ts';
import type { Judge } from './criterion.ts';
import { createSpace, titleOf } from './item-space.ts';
import { readKernelVoices } from './kernel-voices.ts';
import { type Links, readLinks } from './links.ts';
import { createProfileReader, type KnownProfile, type Weighing } from './profile.ts';
import { createRanker, type Ranking, toScored } from './rank.ts';

/**
 * scores[j] += Σ over the profile of weight · strength. A dislike only takes away: what it speaks against is not thereby
 * liked. `likes`: false where the liked ones were heard already.
 */
const addVoices = (
  scores: Float64Array,
  profile: KnownProfile,
  { rowStart, target, strength }: Links,
  likes: boolean,
): void => {
  const addRow = (from: number, to: number, weight: number): void => {
    for (let link = from; link < to; link++) {
      const at = target[link] as number;
      scores[at] = (scores[at] as number) + weight * (strength[link] as number);
    }
  };
  const takeRow = (from: number, to: number, weight: number): void => {
    for (let link = from; link < to; link++) {
      const at = target[link] as number;
      const voice = strength[link] as number;
      if (voice > 0) scores[at] = (scores[at] as number) + weight * voice;
    }
  };
  for (let at = 0; at < profile.count; at++) {
    const item = profile.items[at] as number;
    const weight = profile.weights[at] as number;
    if (weight > 0 && !likes) continue;
    const voice = weight > 0 ? addRow : takeRow;
    voice(rowStart[item] as number, rowStart[item + 1] as number, weight);
  }
};

/** Finds, for each listed item, which liked item of the profile said most for it; -1: none did. */
const createLoudestFinder = (links: Links, size: number) => {
  const positionOf = new Int32Array(size).fill(-1);
  const capacity = Math.max(limits.topN, limits.candidates);
  const loudest = new Int32Array(capacity);
  const voices = new Float64Array(capacity);

  const hear = (item: number, weight: number): void => {
    const end = links.rowStart[item + 1] as number;
    for (let link = links.rowStart[item] as number; link < end; link++) {
      const position = positionOf[links.target[link] as number] as number;
      if (position < 0) continue;
      const voice = weight * (links.strength[link] as number);
      if (voice <= (voices[position] as number)) continue;
      voices[position] = voice;
      loudest[position] = item;
    }
  };

  /** By position in the ranking; a view that the next call overwrites. */
  return (profile: KnownProfile, ranking: Ranking): Int32Array => {
    voices.fill(0);
    loudest.fill(-1);
    for (const [position, item] of ranking.items.entries()) positionOf[item] = position;
    for (let at = 0; at < profile.count; at++) {
      if ((profile.weights[at] as number) > 0) hear(profile.items[at] as number, profile.weights[at] as number);
    }
    for (const item of ranking.items) positionOf[item] = -1;
    return loudest;
  };
};

/**
 * Scores by links from the items of the profile: the serving half of every item-to-item criterion.
 *
 * Cost: one addition per link of each profile item. Where the model has the whole matrix as well (see
 * `kernel-voices.ts`), what is liked is heard by that, and the links speak for dislikes and reasons. Lists items with a score over 0; abstains when the model knows no
 * liked item of the profile. The reason names the profile item that said most.
 */
export const createLinkJudge = (
  kind: string,
  reason: string,
  given: { catalogue: Catalogue; fitted: Uint8Array; weighing: Weighing },
): Judge => {
  const artefact = decodeArtefact(given.fitted, kind);
  const space = createSpace(artefact.texts('ids'), given.catalogue);
  const links = readLinks(artefact);
  const setVoices = readKernelVoices(artefact, space);
  const readProfile = createProfileReader(space, given.weighing);
  const ranker = createRanker(space);
  const findLoudest = createLoudestFinder(links, space.size);
  const scores = new Float64Array(space.size);

  return (question) => {
    const profile = readProfile(question);
    if (profile.liked === 0) return null;
    if (setVoices === null) scores.fill(0);
    else setVoices(scores, profile);
    addVoices(scores, profile, links, setVoices === null);
    const ranking = ranker.rank(question, scores, 0);
    if (!question.explain) return toScored(ranking, scores, space, null);
    const loudest = findLoudest(profile, ranking);
    const labelOf = (_: number, position: number) => titleOf(space, loudest[position] as number);
    return toScored(ranking, scores, space, { reason, labelOf });
  };
};
