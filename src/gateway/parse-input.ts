import type { z } from 'zod';
import { type ProblemCode, ProblemError } from '../contract/errors.ts';

/** Loose input → checked input, or a problem that names every fault where it is. */
export interface Fault {
  /** RFC 6901. */
  pointer: string;
  detail: string;
}

const maxFaults = 100;

const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

const faultsIn = (issue: z.core.$ZodIssue, at: string): Fault[] => {
  const pointer = at + pointerOf(issue.path);
  if (issue.code !== 'unrecognized_keys') return [{ pointer, detail: issue.message }];
  return issue.keys.map((key) => ({ pointer: pointer + pointerOf([key]), detail: 'There is no such field.' }));
};

export const sentenceOf = (faults: readonly Fault[]): string => {
  const [first] = faults;
  if (first === undefined) return 'It is not valid.';
  const where = first.pointer === '' ? '' : `${first.pointer}: `;
  const more = faults.length === 1 ? '' : ` (and ${faults.length - 1} more)`;
  return `${where}${first.detail}${more}`;
};

/** Every fault of a value under a schema; none when it is good. `at` is where the value stands in the request. */
export const check = <T>(
  schema: z.ZodType<T>,
  value: unknown,
  at = '',
): { ok: true; value: T } | { ok: false; faults: readonly Fault[] } => {
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, value: result.data };
  return { ok: false, faults: result.error.issues.flatMap((issue) => faultsIn(issue, at)).slice(0, maxFaults) };
};

/** `at` as in `check`. @throws ProblemError with the code, every fault at once */
export const parseInput = <T>(schema: z.ZodType<T>, value: unknown, code: ProblemCode = 'invalid-body', at = ''): T => {
  if (value === undefined) throw new ProblemError(code, 'There is no body; send one as application/json.');
  const checked = check(schema, value, at);
  if (checked.ok) return checked.value;
  throw new ProblemError(code, sentenceOf(checked.faults), { errors: checked.faults });
};

/** Checks each element, so that every bad one of a bulk is named; all must be good. */
export const parseEach = <T>(schema: z.ZodType<T>, values: readonly unknown[], at: string): T[] => {
  const good: T[] = [];
  const faults: Fault[] = [];
  for (const [index, value] of values.entries()) {
    const checked = check(schema, value, `${at}/${index}`);
    if (checked.ok) good.push(checked.value);
    else faults.push(...checked.faults);
    if (faults.length >= maxFaults) break;
  }
  if (faults.length === 0) return good;
  throw new ProblemError('invalid-body', sentenceOf(faults), { errors: faults.slice(0, maxFaults) });
};
