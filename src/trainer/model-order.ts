import { catalogueModel } from '../criteria/catalogue.ts';
import type { Criterion } from '../criteria/criterion.ts';
import { findCriterion } from '../criteria/registry.ts';
import { parseSettings, SettingsError } from '../criteria/settings.ts';

/** How one model is made. */
export interface ModelOrder {
  /** The shipped criterion that is fitted. */
  criterion: string;
  settings: Readonly<Record<string, string>>;
}

/** One fit. */
export interface FitJob extends ModelOrder {
  model: string;
  /** Whether it begins from the version published before. */
  isWarm: boolean;
}

/** What the trainer is told to fit and cannot; every fault, one sentence each. Blast radius: this run, before it began. */
export class TrainingOrderError extends Error {
  override readonly name = 'TrainingOrderError';
}

const faultOf = ({ criterion: name, settings }: ModelOrder, criterion: Criterion | null) => {
  if (criterion === null) return `No criterion ${name} is shipped.`;
  try {
    parseSettings(name, criterion.settings, settings);
    return null;
  } catch (cause) {
    if (cause instanceof SettingsError) return cause.message;
    throw cause;
  }
};

/**
 * The models to fit, checked, smallest surprise first: by name. What needs no fitting is only checked.
 *
 * @throws TrainingOrderError naming every fault
 */
export const planJobs = (
  orders: Readonly<Record<string, ModelOrder>>,
  only: readonly string[] | undefined,
): readonly FitJob[] => {
  const isWanted = (model: string): boolean => only === undefined || only.includes(model);
  const faults: string[] = [];
  const jobs: FitJob[] = [];
  for (const [model, order] of Object.entries(orders).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const criterion = findCriterion(order.criterion);
    const fault = faultOf(order, criterion);
    if (fault !== null) faults.push(fault);
    else if (criterion?.fit && isWanted(model)) jobs.push({ ...order, model, isWarm: criterion.isWarm });
  }
  for (const model of only ?? []) {
    if (model !== catalogueModel && !Object.hasOwn(orders, model)) faults.push(`No criterion ${model} is in use.`);
  }
  if (faults.length > 0) throw new TrainingOrderError(faults.join(' '));
  return jobs;
};
