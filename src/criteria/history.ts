import { encodeArtefact } from './artefact.ts';
import { type Criterion, defineCriterion } from './criterion.ts';
import { type EaseInput, fitUserKernel, visitEaseColumns, visitKernelColumns } from './ease.ts';
import { collectInteractions, keepMostLiked } from './interactions.ts';
import { kernelColumns } from './kernel-voices.ts';
import { createLinkJudge } from './link-judge.ts';
import { createStrongestLinks } from './strongest-links.ts';

const mebibyte = 1024 * 1024;

/**
 * What fits all he watched: EASE^R (Steck 2019, see `ease.ts`). Up to `wholeUsers` users the whole matrix is kept, by its
 * users; beyond, the greatest links by absolute value, signed, `links` an item on average.
 *
 * The square matrix of the fit is bounded by `memoryMiB`; where neither users nor items fit, only the most watched items
 * are modelled. Abstains when the model knows no liked item of the profile.
 */
export const history: Criterion = defineCriterion({
  name: 'history',
  settings: {
    lambda: { default: 300, min: 0.001, max: 1e6, about: 'regularisation: greater trusts rare films less' },
    links: { default: 200, min: 1, max: 1e6, about: 'links kept per item, on average' },
    fitStarWeight: { default: 0, min: 0, max: 5, about: 'the same as starWeight, of the watches it is fitted on' },
    starWeight: { default: 0, min: 0, max: 5, about: '0: every watch counts the same; 1: as its stars say' },
    halfLifeItems: { default: 0, min: 0, max: 10_000, about: 'a watch counts half after so many newer ones; 0: never' },
    wholeUsers: {
      default: 1_500,
      min: 0,
      max: 20_000,
      about: 'up to so many users nothing is cut; a question then costs their square',
    },
    memoryMiB: { default: 512, min: 1, max: 1e6, about: 'most memory of the matrix that is inverted, MiB' },
  },
  fit(data, { lambda, links, fitStarWeight, wholeUsers, memoryMiB }) {
    const whole = collectInteractions(data);
    const most = Math.floor(Math.sqrt((memoryMiB * mebibyte) / 8));
    const interactions = whole.users <= most ? whole : keepMostLiked(whole, most);
    const values = Float64Array.from(interactions.weight, (weight) => Math.max(0, 1 + fitStarWeight * (weight - 1)));
    const strongest = createStrongestLinks(interactions.ids.length, links);
    const input: EaseInput = { interactions, values, lambda };
    const { ids, users } = interactions;
    if (users > wholeUsers) {
      visitEaseColumns(input, strongest.add);
      return encodeArtefact('history', { columns: { ids, ...strongest.finish() } });
    }
    const kernel = fitUserKernel(input);
    visitKernelColumns(kernel, strongest.add);
    const columns = { ids, ...strongest.finish(), ...kernelColumns(kernel) };
    return encodeArtefact('history', { meta: { users }, columns });
  },
  load: (catalogue, fitted, weighing) =>
    createLinkJudge('history', 'because you watched {}', { catalogue, fitted, weighing }),
});
