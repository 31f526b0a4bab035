import { encodeArtefact } from './artefact.ts';
import { type Criterion, defineCriterion } from './criterion.ts';
import { collectInteractions, groupByItem, type Interactions } from './interactions.ts';
import { createLinkJudge } from './link-judge.ts';
import { createNearestLinks } from './links.ts';
import { userVoices } from './user-voices.ts';

interface Company {
  target: number;
  /** By item: how many viewers of the target watched it as well, each counted as his voice weighs. Cleared afterwards. */
  together: Float64Array;
  /** The items for which that is not zero, the target among them. */
  met: Int32Array;
  viewers: Int32Array;
}

/** Visits every item with those its viewers watched as well. Cost: Σ over the users of (his items)². */
const visitTogether = (interactions: Interactions, userExponent: number, visit: (company: Company) => void): void => {
  const { ids, start, item } = interactions;
  const voices = userVoices(interactions, userExponent);
  const byItem = groupByItem(interactions);
  const viewers = Int32Array.from(ids, (_, i) => (byItem.start[i + 1] as number) - (byItem.start[i] as number));
  const together = new Float64Array(ids.length);
  const met = new Int32Array(ids.length);
  let count = 0;
  const meet = (user: number): void => {
    const voice = voices[user] as number;
    for (let entry = start[user] as number; entry < (start[user + 1] as number); entry++) {
      const one = item[entry] as number;
      if (together[one] === 0) met[count++] = one;
      together[one] = (together[one] as number) + voice;
    }
  };
  for (let target = 0; target < ids.length; target++) {
    count = 0;
    for (const user of byItem.user.subarray(byItem.start[target], byItem.start[target + 1])) meet(user);
    visit({ target, together, met: met.subarray(0, count), viewers });
    for (let at = 0; at < count; at++) together[met[at] as number] = 0;
  }
};

/**
 * What viewers of the same films watched: ItemKNN, cosine with shrinkage.
 *
 * Deshpande, M. and Karypis, G. (2004), "Item-based top-N recommendation algorithms", ACM TOIS 22(1); shrinkage as in
 * Bell and Koren (2007). sim(i, j) = together / (√(viewersᵢ · viewersⱼ) + shrinkage), the `links` greatest per item;
 * who watched n films says (average / n) ^ userExponent of each pair (see `user-voices.ts`).
 * Abstains when the model knows no liked item of the profile.
 */
export const neighbours: Criterion = defineCriterion({
  name: 'neighbours',
  settings: {
    links: { default: 200, min: 1, max: 1e6, about: 'neighbours kept per item' },
    shrinkage: { default: 20, min: 0, max: 1e6, about: 'greater trusts films with few viewers less' },
    userExponent: { default: 0.4, min: 0, max: 2, about: 'greater hears each film of those who watched much less' },
    starWeight: { default: 0, min: 0, max: 5, about: '0: every watch counts the same; 1: as its stars say' },
    halfLifeItems: { default: 0, min: 0, max: 10_000, about: 'a watch counts half after so many newer ones; 0: never' },
  },
  fit(data, { links, shrinkage, userExponent }) {
    const interactions = collectInteractions(data);
    const { ids } = interactions;
    const nearest = createNearestLinks(ids.length, links);
    visitTogether(interactions, userExponent, ({ target, together, met, viewers }) => {
      const wanted = viewers[target] as number;
      for (const item of met) {
        const scale = Math.sqrt((viewers[item] as number) * wanted) + shrinkage;
        together[item] = (together[item] as number) / scale;
      }
      nearest.add(target, together, met);
    });
    return encodeArtefact('neighbours', { columns: { ids, ...nearest.finish() } });
  },
  load: (catalogue, fitted, weighing) =>
    createLinkJudge('neighbours', 'because you watched {}', { catalogue, fitted, weighing }),
});
