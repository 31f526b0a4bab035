import { encodeArtefact } from './artefact.ts';
import { type Criterion, defineCriterion } from './criterion.ts';
import { visitEaseColumns } from './ease.ts';
import { collectInteractions, keepMostLiked } from './interactions.ts';
import { createLinkJudge } from './link-judge.ts';
import { createStrongestLinks } from './strongest-links.ts';

const mebibyte = 1024 * 1024;

/**
 * What fits all he watched: EASE^R (Steck 2019, see `ease.ts`), kept sparse: the greatest links by absolute value,
 * signed, `links` an item on average.
 *
 * The square matrix of the fit is bounded by `memoryMiB`; where neither users nor items fit, only the most watched items
 * are modelled. Abstains when the model knows no liked item of the profile.
 */
export const history: Criterion = defineCriterion({
  name: 'history',
  settings: {
    lambda: { default: 300, min: 0.001, max: 1e6, about: 'regularisation: greater trusts rare films less' },
    links: { default: 200, min: 1, max: 1e6, about: 'links kept per item, on average' },
    starWeight: { default: 0, min: 0, max: 5, about: '0: every watch counts the same; 1: as its stars say' },
    halfLifeItems: { default: 0, min: 0, max: 10_000, about: 'a watch counts half after so many newer ones; 0: never' },
    memoryMiB: { default: 1_024, min: 1, max: 1e6, about: 'most memory of the matrix that is inverted, MiB' },
  },
  fit(data, { lambda, links, starWeight, memoryMiB }) {
    const whole = collectInteractions(data);
    const most = Math.floor(Math.sqrt((memoryMiB * mebibyte) / 8));
    const interactions = whole.users <= most ? whole : keepMostLiked(whole, most);
    const values = Float64Array.from(interactions.weight, (weight) => Math.max(0, 1 + starWeight * (weight - 1)));
    const strongest = createStrongestLinks(interactions.ids.length, links);
    visitEaseColumns({ interactions, values, lambda }, (target, column) => strongest.add(target, column));
    return encodeArtefact('history', { columns: { ids: interactions.ids, ...strongest.finish() } });
  },
  load: (catalogue, fitted, weighing) =>
    createLinkJudge('history', 'because you watched {}', { catalogue, fitted, weighing }),
});
