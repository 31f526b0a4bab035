import { limits } from '../contract/limits.ts';
import type { Question } from '../contract/scoring.ts';
import type { ItemSpace } from './item-space.ts';

/** How the events of a profile are weighed. */
export interface Weighing {
  /** An item counts half when so many newer ones follow it; 0: age does not matter. */
  halfLifeItems: number;
  /** What an item counts at least, however many newer ones follow it; not given: 0. */
  ageFloor?: number;
  /** 0: every positive event counts 1, whatever its stars; 1: as its weight says. */
  starWeight: number;
}

/** The part of a profile that a model knows, newest first; views that the next read of the same reader overwrites. */
export interface KnownProfile {
  count: number;
  /** Indices of the space. */
  items: Int32Array;
  /** Never zero; negative: disliked. */
  weights: Float64Array;
  /** How many of the weights are positive. */
  liked: number;
}

/**
 * Reads profiles for one model. An item as subject is a profile of that one item.
 *
 * Age is counted in items, not in days: it then means the same for a viewer of ten years and for one of an evening.
 */
export const createProfileReader = (space: ItemSpace, weighing: Weighing): ((question: Question) => KnownProfile) => {
  let items = new Int32Array(limits.profileItems);
  let weights = new Float64Array(limits.profileItems);
  const floor = weighing.ageFloor ?? 0;
  const fade = weighing.halfLifeItems > 0 ? 2 ** (-1 / weighing.halfLifeItems) : 1;
  const tasteOf = (weight: number): number =>
    weight <= 0 ? weight : Math.max(0, 1 + weighing.starWeight * (weight - 1));

  return (question) => {
    if (question.profile.items.length > items.length) {
      items = new Int32Array(question.profile.items.length);
      weights = new Float64Array(question.profile.items.length);
    }
    const profile: KnownProfile = { count: 0, items, weights, liked: 0 };
    const add = (id: string, weight: number) => {
      const index = space.indexOf(id);
      if (index < 0 || weight === 0) return;
      items[profile.count] = index;
      weights[profile.count] = weight;
      profile.count++;
      if (weight > 0) profile.liked++;
    };
    if (question.subject.kind === 'item') {
      add(question.subject.id, 1);
      return profile;
    }
    let age = 1;
    for (const [position, id] of question.profile.items.entries()) {
      add(id, (floor + (1 - floor) * age) * tasteOf(question.profile.weights[position] ?? 0));
      age *= fade;
    }
    return profile;
  };
};
