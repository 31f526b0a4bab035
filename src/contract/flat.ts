import { z } from 'zod';

/**
 * Flat arrays for the hot path: checked in one loop instead of one schema call per element.
 *
 * The JSON Schema they stand for travels as metadata, so the published schema says the same as the check.
 */
const isFiniteNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);

const everyElement = (value: unknown, max: number, check: (element: unknown) => boolean): boolean => {
  if (!Array.isArray(value) || value.length > max) return false;
  for (const element of value) if (!check(element)) return false;
  return true;
};

/** A list of at most `max` finite numbers. */
export const flatNumbers = (max: number) =>
  z
    .custom<readonly number[]>((value) => everyElement(value, max, isFiniteNumber), {
      error: `must be a list of at most ${max} finite numbers`,
    })
    .meta({ type: 'array', maxItems: max, items: { type: 'number' } });

/** A list of at most `max` integers. */
export const flatIntegers = (max: number) =>
  z
    .custom<readonly number[]>((value) => everyElement(value, max, Number.isInteger), {
      error: `must be a list of at most ${max} integers`,
    })
    .meta({ type: 'array', maxItems: max, items: { type: 'integer' } });

/** Counts code points, as zod and JSON Schema do, but only where the quicker UTF-16 length leaves a doubt. */
const isShort = (text: string, length: number): boolean =>
  text.length <= length || (text.length <= length * 2 && [...text].length <= length);

/** A list of at most `max` non-empty strings of at most `length` characters. */
export const flatStrings = (max: number, length: number) =>
  z
    .custom<readonly string[]>(
      (value) => everyElement(value, max, (one) => typeof one === 'string' && one.length > 0 && isShort(one, length)),
      { error: `must be a list of at most ${max} strings of 1 to ${length} characters` },
    )
    .meta({ type: 'array', maxItems: max, items: { type: 'string', minLength: 1, maxLength: length } });
