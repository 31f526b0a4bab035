import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { faultsOf } from '../contract/codec.ts';
import { InvalidInputError } from '../contract/errors.ts';
import { nameSchema } from '../contract/primitives.ts';
import type { ModelOrder } from './model-order.ts';

/** What the operator writes beside the plans: the Scorers of shipped criteria. Other fields are left alone. */
const fileSchema = z.object({
  scorers: z.array(
    z.object({
      criterion: nameSchema,
      implementation: nameSchema,
      settings: z.record(z.string(), z.string()).default({}),
    }),
  ),
});

const readJson = async (path: string): Promise<unknown> => {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return { scorers: [] };
    // biome-ignore lint/style/useErrorCause: its message is the fault; the error takes sentences, not causes
    throw new InvalidInputError(`The Scorers in ${path}`, [cause instanceof Error ? cause.message : String(cause)]);
  }
};

/**
 * Reads which models are wanted: one for each Scorer, named like its criterion. No file: none yet.
 *
 * @throws InvalidInputError where the file can't be read or holds something else
 */
export const readScorersFile = async (path: string): Promise<Readonly<Record<string, ModelOrder>>> => {
  const parsed = fileSchema.safeParse(await readJson(path));
  if (!parsed.success) throw new InvalidInputError(`The Scorers in ${path}`, [faultsOf(parsed.error)]);
  return Object.fromEntries(
    parsed.data.scorers.map(({ criterion, implementation, settings }) => [
      criterion,
      { criterion: implementation, settings },
    ]),
  );
};
