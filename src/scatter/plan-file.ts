import { readFile } from 'node:fs/promises';
import { faultsOf } from '../contract/codec.ts';
import { plansMessageSchema } from '../contract/control.ts';
import { InvalidInputError } from '../contract/errors.ts';
import type { Plan } from '../contract/plan.ts';

const readJson = async (path: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (cause) {
    // biome-ignore lint/style/useErrorCause: its message is the fault; the error takes sentences, not causes
    throw new InvalidInputError(`The plans in ${path}`, [cause instanceof Error ? cause.message : String(cause)]);
  }
};

/**
 * Reads the boot copy of the plans, a JSON file `{"plans": […]}`: what a process works by until newer ones are published.
 *
 * @throws InvalidInputError where the file can't be read or holds something else
 */
export const readPlanFile = async (path: string): Promise<readonly Plan[]> => {
  const parsed = plansMessageSchema.safeParse(await readJson(path));
  if (!parsed.success) throw new InvalidInputError(`The plans in ${path}`, [faultsOf(parsed.error)]);
  return parsed.data.plans;
};
