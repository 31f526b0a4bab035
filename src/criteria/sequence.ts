import { encodeArtefact } from './artefact.ts';
import { type Criterion, defineCriterion } from './criterion.ts';
import { collectInteractions, groupByItem } from './interactions.ts';
import { createLinkJudge } from './link-judge.ts';
import { createNearestLinks } from './links.ts';

const hourMs = 3_600_000;

/**
 * What people watch next, after what he watched last: sequential rules.
 *
 * Kamehkhosh, I., Jannach, D. and Ludewig, M. (2017), "A comparison of frequent pattern techniques and a deep learning
 * method for session-based recommendation", RecTemp '17: a film d places after another in one sitting counts 1/d for
 * "often watched after", here 1/(d + nearness) over √(viewers of both) + shrinkage, since who watches many of a kind does
 * so in any order. A pause of more than `pauseHours` ends a sitting. The user's last films count most. Abstains when the
 * model knows no liked item of the profile.
 */
export const sequence: Criterion = defineCriterion({
  name: 'sequence',
  settings: {
    window: { default: 100, min: 1, max: 1_000, about: 'how many films before a film are looked at' },
    nearness: {
      default: 10,
      min: 0,
      max: 1_000,
      about: 'greater hears films some places before nearly as the last one',
    },
    pauseHours: { default: 24, min: 0.01, max: 1e6, about: 'a longer pause between two films ends a sitting, hours' },
    links: { default: 300, min: 1, max: 1e6, about: 'links kept per item' },
    shrinkage: { default: 100, min: 0, max: 1e6, about: 'greater trusts films with few viewers less' },
    starWeight: { default: 0, min: 0, max: 5, about: '0: every watch counts the same; 1: as its stars say' },
    halfLifeItems: { default: 5, min: 0, max: 10_000, about: 'a watch counts half after so many newer ones; 0: never' },
  },
  fit(data, { window, nearness, pauseHours, links, shrinkage }) {
    const interactions = collectInteractions(data);
    const { ids, start, item, atMs } = interactions;
    const byItem = groupByItem(interactions);
    const viewers = (one: number): number => (byItem.start[one + 1] as number) - (byItem.start[one] as number);
    const nearest = createNearestLinks(ids.length, links);
    const before = new Float64Array(ids.length);
    const met = new Int32Array(ids.length);
    let count = 0;

    /** Counts what one user watched before one of his entries, back to the beginning of the sitting. */
    const lookBack = (entry: number, first: number): void => {
      const last = Math.max(first, entry - window);
      for (let at = entry - 1; at >= last; at--) {
        if ((atMs[at + 1] as number) - (atMs[at] as number) > pauseHours * hourMs) return;
        const one = item[at] as number;
        if (before[one] === 0) met[count++] = one;
        before[one] = (before[one] as number) + 1 / (entry - at + nearness);
      }
    };

    for (let target = 0; target < ids.length; target++) {
      count = 0;
      for (let at = byItem.start[target] as number; at < (byItem.start[target + 1] as number); at++) {
        lookBack(byItem.entry[at] as number, start[byItem.user[at] as number] as number);
      }
      const among = met.subarray(0, count);
      for (const one of among) {
        before[one] = (before[one] as number) / (Math.sqrt(viewers(one) * viewers(target)) + shrinkage);
      }
      nearest.add(target, before, among);
      for (const one of among) before[one] = 0;
    }
    return encodeArtefact('sequence', { columns: { ids, ...nearest.finish() } });
  },
  load: (catalogue, fitted, weighing) =>
    createLinkJudge('sequence', 'often watched after {}', { catalogue, fitted, weighing }),
});
