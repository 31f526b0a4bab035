import { readFile } from 'node:fs/promises';
import { faultsOf } from '../contract/codec.ts';
import { type PlansMessage, plansMessageSchema } from '../contract/control.ts';
import { InvalidInputError } from '../contract/errors.ts';

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

/**
 * Reads the boot copy of the plans, a JSON file `{"plans": […], "setVersion": …}`: what a process works by until newer ones are published.
 * A file that is not there holds none: on a cluster it is mounted before the operator has written it.
 *
 * @throws InvalidInputError where the file can't be read or holds something else
 */
export const readPlanFile = async (path: string): Promise<PlansMessage> => {
  const read = await readJson(path);
  if (read === undefined) return { plans: [], setVersion: 0 };
  const parsed = plansMessageSchema.safeParse(read);
  if (!parsed.success) throw new InvalidInputError(`The plans in ${path}`, [faultsOf(parsed.error)]);
  return parsed.data;
};
