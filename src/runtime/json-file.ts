import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import { faultsOf } from '../contract/codec.ts';
import { InvalidInputError } from '../contract/errors.ts';

export interface JsonFile<T> {
  path: string;
  /** What an error calls it, as "The plans". */
  what: string;
  schema: z.ZodType<T>;
}

/**
 * What a JSON file holds; undefined where there is none: on a cluster it may be mounted before it is written.
 *
 * @throws InvalidInputError where it can't be read or holds something else
 */
export const readJsonFile = async <T>({ path, what, schema }: JsonFile<T>): Promise<T | undefined> => {
  const fault = (sentence: string, cause: unknown) =>
    new InvalidInputError(`${what} in ${path}`, [sentence], { cause });
  let read: unknown;
  try {
    read = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fault(cause instanceof Error ? cause.message : String(cause), cause);
  }
  const parsed = schema.safeParse(read);
  if (!parsed.success) throw fault(faultsOf(parsed.error), parsed.error);
  return parsed.data;
};
