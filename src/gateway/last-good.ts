import { LRUCache } from 'lru-cache';
import type { AnswerItem } from '../contract/answer.ts';
import type { Clock } from '../contract/clock.ts';

/**
 * The last fresh answer of each subject, for when the next one fails. Bounded in subjects, items and age.
 *
 * A slot names what was asked (recommender and filters), so that what comes back passes the same filters.
 */
export interface LastGood {
  remember(subjectKey: string, slot: string, items: readonly AnswerItem[]): void;
  recall(subjectKey: string, slot: string): readonly AnswerItem[];
  /** Forgets the subject, and for a while refuses to learn of him: answers on their way would bring him back. */
  forget(subjectKey: string): void;
  /** An item that left the catalogue is in no answer any more; `restore` when it is back. */
  withdraw(item: string): void;
  restore(item: string): void;
}

export interface LastGoodLimits {
  subjects: number;
  /** Over all subjects; an item with its reasons takes some 300 bytes. */
  items: number;
  maxAgeMs: number;
}

const slotsPerSubject = 4;
const forgottenForMs = 60_000;

export const createLastGood = (clock: Clock, limits: LastGoodLimits): LastGood => {
  const perf = { now: () => clock.monotonicMs() };
  const answers = new LRUCache<string, ReadonlyMap<string, readonly AnswerItem[]>>({
    max: limits.subjects,
    maxSize: limits.items,
    ttl: limits.maxAgeMs,
    ttlResolution: 0,
    perf,
    sizeCalculation: (slots) => [...slots.values()].reduce((sum, items) => sum + items.length, 1),
  });
  const forgotten = new LRUCache<string, true>({ max: 10_000, ttl: forgottenForMs, ttlResolution: 0, perf });

  const withdrawn = new LRUCache<string, true>({ max: 10_000, ttl: limits.maxAgeMs, ttlResolution: 0, perf });

  return {
    remember(subjectKey, slot, items) {
      if (items.length === 0 || forgotten.has(subjectKey)) return;
      const others = [...(answers.get(subjectKey) ?? [])].filter(([one]) => one !== slot);
      answers.set(subjectKey, new Map([...others.slice(1 - slotsPerSubject), [slot, items]]));
    },
    recall(subjectKey, slot) {
      const items = answers.get(subjectKey)?.get(slot) ?? [];
      return withdrawn.size === 0 ? items : items.filter((one) => !withdrawn.has(one.id));
    },
    forget(subjectKey) {
      answers.delete(subjectKey);
      forgotten.set(subjectKey, true);
    },
    withdraw: (item) => void withdrawn.set(item, true),
    restore: (item) => void withdrawn.delete(item),
  };
};
