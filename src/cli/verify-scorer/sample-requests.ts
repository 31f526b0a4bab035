import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { faultsOf } from '../../contract/codec.ts';
import { InvalidInputError } from '../../contract/errors.ts';
import { askFields, scoringRequestSchema } from '../../contract/request-batch.ts';

/** Requests a scorer is tried with: a generic one, or those of a file, for a scorer that knows nothing of generic ones. */

const { id, deadlineAtMs, remainingMs, ...own } = askFields;
const sampleSchema = z.strictObject({ ...own, topN: scoringRequestSchema.shape.topN }).partial();
const mostSamples = 100;

/** Fields of a request; what is left out is generic. */
export type Sample = z.infer<typeof sampleSchema>;

/** Three films watched a day apart, and nothing that any scorer must know. */
export const genericSample = {
  recommender: 'home',
  subject: { kind: 'user', id: '1' },
  k: 10,
  topN: 20,
  profile: { items: ['1', '2', '3'], weights: [1, 1, 1], atMs: [3, 2, 1].map((day) => day * 86_400_000) },
  dropProfile: true,
  seen: [],
  include: [],
  explain: true,
} as const satisfies Sample;

const read = async (file: string): Promise<{ value: unknown } | { fault: string }> => {
  try {
    return { value: JSON.parse(await readFile(file, 'utf8')) as unknown };
  } catch (cause) {
    return { fault: cause instanceof Error ? cause.message : String(cause) };
  }
};

/**
 * Reads sample requests: a JSON object, or a list of them, with the fields of a request that matter.
 *
 * @throws InvalidInputError where the file can't be read or holds something else
 */
export const readSamples = async (file: string): Promise<readonly Sample[]> => {
  const what = `The requests in ${file}`;
  const found = await read(file);
  if ('fault' in found) throw new InvalidInputError(what, [found.fault]);
  const list: unknown[] = Array.isArray(found.value) ? found.value : [found.value];
  if (list.length === 0 || list.length > mostSamples)
    throw new InvalidInputError(what, [`must be one request, or a list of 1 to ${mostSamples}`]);
  const parsed = list.map((one) => sampleSchema.safeParse(one));
  const faults = parsed.flatMap((one, at) => (one.success ? [] : [`request ${at}: ${faultsOf(one.error)}`]));
  if (faults.length > 0) throw new InvalidInputError(what, faults);
  return parsed.flatMap((one) => (one.success ? [one.data] : []));
};
