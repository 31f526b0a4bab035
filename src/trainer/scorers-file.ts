import { z } from 'zod';
import { nameSchema } from '../contract/primitives.ts';
import { readJsonFile } from '../runtime/json-file.ts';
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

/**
 * Reads which models are wanted: one for each Scorer, named like its criterion. No file: none yet.
 *
 * @throws InvalidInputError where the file can't be read or holds something else
 */
export const readScorersFile = async (path: string): Promise<Readonly<Record<string, ModelOrder>>> => {
  const { scorers } = (await readJsonFile({ path, what: 'The Scorers', schema: fileSchema })) ?? { scorers: [] };
  return Object.fromEntries(
    scorers.map(({ criterion, implementation, settings }) => [criterion, { criterion: implementation, settings }]),
  );
};
