import { type PlansMessage, plansMessageSchema } from '../contract/control.ts';
import { readJsonFile } from './json-file.ts';

const none: PlansMessage = { plans: [], setVersion: 0 };

/**
 * Reads the boot copy of the plans, a JSON file `{"plans": […], "setVersion": …}`: what a process works by until newer ones are published.
 * A file that is not there holds none: on a cluster it is mounted before the operator has written it.
 *
 * One that can't be read is told and left, since published plans come anyway: a process that ended over a file of another
 * release would end again at every start.
 */
export const readBootPlans = async (
  path: string | null,
  log: { warn(about: object, sentence: string): void },
): Promise<PlansMessage> => {
  if (path === null) return none;
  try {
    return (await readJsonFile({ path, what: 'The plans', schema: plansMessageSchema })) ?? none;
  } catch (cause) {
    log.warn({ event: 'boot-plans-unreadable', path, err: cause }, 'published plans are waited for');
    return none;
  }
};
