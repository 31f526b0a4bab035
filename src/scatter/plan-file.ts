import { readFile } from 'node:fs/promises';
import { faultsOf } from '../contract/codec.ts';
import { type PlansMessage, plansMessageSchema } from '../contract/control.ts';
import { InvalidInputError } from '../contract/errors.ts';

const none: PlansMessage = { plans: [], setVersion: 0 };

/** Undefined: there is no such file. */
const readJson = async (path: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    // biome-ignore lint/style/useErrorCause: its message is the fault; the error takes sentences, not causes
    throw new InvalidInputError(`The plans in ${path}`, [cause instanceof Error ? cause.message : String(cause)]);
  }
};

/** @throws InvalidInputError where the file can't be read or holds something else */
const readPlanFile = async (path: string): Promise<PlansMessage> => {
  const read = await readJson(path);
  if (read === undefined) return none;
  const parsed = plansMessageSchema.safeParse(read);
  if (!parsed.success) throw new InvalidInputError(`The plans in ${path}`, [faultsOf(parsed.error)]);
  return parsed.data;
};

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
    return await readPlanFile(path);
  } catch (cause) {
    log.warn({ event: 'boot-plans-unreadable', path, err: cause }, 'published plans are waited for');
    return none;
  }
};
