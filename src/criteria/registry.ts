import type { Criterion } from './criterion.ts';
import { factors } from './factors.ts';
import { freshness } from './freshness.ts';
import { genres } from './genres.ts';
import { history } from './history.ts';
import { neighbours } from './neighbours.ts';
import { popularity } from './popularity.ts';
import { sequence } from './sequence.ts';

/**
 * Every criterion shipped with Medley, by name in alphabetical order.
 *
 * To add one: a file that calls `defineCriterion`, its test beside it, a line here.
 */
export const criteria: readonly Criterion[] = [factors, freshness, genres, history, neighbours, popularity, sequence];

export const findCriterion = (name: string): Criterion | null => criteria.find((one) => one.name === name) ?? null;
