import { encodeArtefact } from './artefact.ts';
import { type Criterion, defineCriterion } from './criterion.ts';
import {
  type EaseInput,
  fitUserKernel,
  popularityScales,
  scaleColumns,
  visitEaseColumns,
  visitKernelColumns,
} from './ease.ts';
import { collectInteractions, groupByItem, type Interactions, keepMostLiked } from './interactions.ts';
import { kernelColumns } from './kernel-voices.ts';
import { createLinkJudge } from './link-judge.ts';
import { createStrongestLinks } from './strongest-links.ts';
import { userVoices } from './user-voices.ts';

const mebibyte = 1024 * 1024;

/** The entries of the matrix that is fitted: a row counts as its user's voice does, and that is of its square. */
const valuesOf = (
  interactions: Interactions,
  { fitStarWeight, userExponent }: { fitStarWeight: number; userExponent: number },
): Float64Array => {
  const { users, start, weight } = interactions;
  const values = Float64Array.from(weight, (one) => Math.max(0, 1 + fitStarWeight * (one - 1)));
  const voices = userVoices(interactions, userExponent);
  for (let user = 0; user < users; user++) {
    const scale = Math.sqrt(voices[user] as number);
    for (let entry = start[user] as number; entry < (start[user + 1] as number); entry++) {
      values[entry] = (values[entry] as number) * scale;
    }
  }
  return values;
};

/**
 * What fits all he watched: EASE^R (Steck 2019, see `ease.ts`). Up to `wholeUsers` users the whole matrix is kept, by its
 * users; beyond, the greatest links by absolute value, signed, `links` an item on average. How well the films of a user are
 * rebuilt counts (average / n) ^ userExponent, n how many he watched (see `user-voices.ts`). Every score is divided by
 * (viewers of the film) ^ popularityExponent. With both 0 it is what Steck measured.
 *
 * The square matrix of the fit is bounded by `memoryMiB`; where neither users nor items fit, only the most watched items
 * are modelled. Abstains when the model knows no liked item of the profile.
 */
export const history: Criterion = defineCriterion({
  name: 'history',
  settings: {
    lambda: { default: 300, min: 0.001, max: 1e6, about: 'regularisation: greater trusts rare films less' },
    userExponent: { default: 0.3, min: 0, max: 2, about: 'greater hears each film of those who watched much less' },
    popularityExponent: {
      default: 0.15,
      min: 0,
      max: 1,
      about: 'a score is divided by the viewers of the film to this power: greater lists rare films sooner',
    },
    links: { default: 200, min: 1, max: 1e6, about: 'links kept per item, on average' },
    fitStarWeight: { default: 0, min: 0, max: 5, about: 'the same as starWeight, of the watches it is fitted on' },
    starWeight: { default: 0, min: 0, max: 5, about: '0: every watch counts the same; 1: as its stars say' },
    halfLifeItems: { default: 0, min: 0, max: 10_000, about: 'a watch counts half after so many newer ones; 0: never' },
    ageFloor: { default: 0, min: 0, max: 1, about: 'what a watch counts at least, however many are newer' },
    wholeUsers: {
      default: 1_500,
      min: 0,
      max: 20_000,
      about: 'up to so many users nothing is cut; a question then costs their square',
    },
    memoryMiB: { default: 512, min: 1, max: 1e6, about: 'most memory of the matrix that is inverted, MiB' },
  },
  fit(data, settings) {
    const { lambda, popularityExponent, links, wholeUsers, memoryMiB } = settings;
    const whole = collectInteractions(data);
    const most = Math.floor(Math.sqrt((memoryMiB * mebibyte) / 8));
    const interactions = whole.users <= most ? whole : keepMostLiked(whole, most);
    const strongest = createStrongestLinks(interactions.ids.length, links);
    const input: EaseInput = { interactions, values: valuesOf(interactions, settings), lambda };
    const { ids, users } = interactions;
    const scales = popularityScales(groupByItem(interactions).start, popularityExponent);
    const keep = scaleColumns(scales, strongest.add);
    if (users > wholeUsers) {
      visitEaseColumns(input, keep);
      return encodeArtefact('history', { columns: { ids, ...strongest.finish() } });
    }
    const kernel = fitUserKernel(input);
    visitKernelColumns(kernel, keep);
    const columns = { ids, ...strongest.finish(), ...kernelColumns(kernel) };
    return encodeArtefact('history', { meta: { users, popularityExponent }, columns });
  },
  load: (catalogue, fitted, weighing) =>
    createLinkJudge('history', 'because you watched {}', { catalogue, fitted, weighing }),
});
