import type { z } from 'zod';

/** What JSON calls the types that zod names otherwise. */
const jsonTypes: Readonly<Record<string, string>> = { int: 'integer', record: 'object' };

const least = ({ origin, minimum }: z.core.$ZodIssueTooSmall): string => {
  if (origin === 'array') return `should have at least ${minimum} items`;
  if (origin === 'string') return `should be at least ${minimum} chars long`;
  return `should be greater than or equal to ${minimum}`;
};

const most = ({ origin, maximum }: z.core.$ZodIssueTooBig): string => {
  if (origin === 'array') return `must have at most ${maximum} items`;
  if (origin === 'string') return `may not be more than ${maximum} bytes`;
  return `should be less than or equal to ${maximum}`;
};

/**
 * What is wrong with a value, in the words in which a cluster's API server refuses the same resource.
 *
 * Needs `reportInput`, to tell what is missing from what is of another type.
 *
 * @example sentenceOf(issue); // "must be of type number"
 */
export const sentenceOf = (issue: z.core.$ZodIssue): string => {
  if (issue.code === 'invalid_type' && issue.input === undefined) return 'Required value';
  if (issue.code === 'invalid_type') return `must be of type ${jsonTypes[issue.expected] ?? issue.expected}`;
  if (issue.code === 'invalid_value') {
    return `supported values: ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
  }
  if (issue.code === 'too_small') return least(issue);
  if (issue.code === 'too_big') return most(issue);
  return issue.message;
};
