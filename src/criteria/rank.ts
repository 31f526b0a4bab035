import { limits } from '../contract/limits.ts';
import type { Question, Scored } from '../contract/scoring.ts';
import type { ItemSpace } from './item-space.ts';
import { TopSelection } from './top-selection.ts';

/** The listed items as indices of the space, best first; a view that the next call of the same ranker overwrites. */
export interface Ranking {
  items: Int32Array;
  floor: number | null;
}

/**
 * How every criterion turns scores into its list.
 *
 * What is dropped, filtered out or not finite goes before the top N is cut. Ties: catalogue order. The floor is the
 * N-th score, or null when nothing that scores was left out. Named candidates are listed whole, as far as known.
 */
export interface Ranker {
  /** Lists items whose score is greater than `above` (candidates: whatever their score). `scores` is by index of the space. */
  rank(question: Question, scores: Float64Array, above: number): Ranking;
}

export const createRanker = (space: ItemSpace): Ranker => {
  const selection = new TopSelection(Math.max(limits.topN, limits.candidates));

  const createTest = (question: Question): ((index: number) => boolean) => {
    const allows = space.catalogue.allows(question.filters, question.nowMs);
    const { drop } = question;
    return (index) => {
      const position = space.inCatalogue[index] as number;
      return position >= 0 && allows(position) && !drop.has(space.ids[index] as string);
    };
  };

  const rankCandidates = (candidates: readonly string[], scores: Float64Array, test: (index: number) => boolean) => {
    selection.reset(limits.candidates);
    for (const id of new Set(candidates)) {
      const index = space.indexOf(id);
      if (index >= 0 && Number.isFinite(scores[index]) && test(index)) selection.offer(index, scores[index] as number);
    }
    selection.finish();
    return { items: selection.indices.subarray(0, selection.size), floor: null };
  };

  return {
    rank(question, scores, above) {
      const test = createTest(question);
      if (question.candidates !== undefined) return rankCandidates(question.candidates, scores, test);
      selection.reset(question.topN);
      let bar = above;
      let leftOut = false;
      for (let index = 0; index < space.size; index++) {
        const score = scores[index] as number;
        if (!(score > bar)) {
          leftOut ||= score > above;
          continue;
        }
        if (score === Number.POSITIVE_INFINITY || !test(index)) continue;
        leftOut ||= selection.bar > Number.NEGATIVE_INFINITY;
        selection.offer(index, score);
        // Indices ascend, so an equal score that comes later is never better: only what beats the bar is looked at.
        bar = Math.max(above, selection.bar);
      }
      const worst = selection.finish();
      return { items: selection.indices.subarray(0, selection.size), floor: leftOut ? worst : null };
    },
  };
};

/** Why one listed item was chosen: a label, or null for no particular reason. */
export type LabelOf = (index: number, position: number) => string | null;

/** Puts a ranking into the shape a scorer answers with; `labelOf` is asked only where an explanation is wanted. */
export const toScored = (
  ranking: Ranking,
  scores: Float64Array,
  space: ItemSpace,
  why: { reason: string; labelOf: LabelOf } | null,
): Scored => {
  const items = Array.from(ranking.items, (index) => space.ids[index] as string);
  const scored = { items, scores: Array.from(ranking.items, (index) => scores[index] as number), floor: ranking.floor };
  if (why === null) return scored;
  const known = new Map<string, number>();
  const because = Array.from(ranking.items, (index, position) => {
    const label = why.labelOf(index, position);
    if (label === null) return -1;
    const at = known.get(label) ?? known.size;
    known.set(label, at);
    return at;
  });
  return { ...scored, because, labels: [...known.keys()], reason: why.reason };
};
