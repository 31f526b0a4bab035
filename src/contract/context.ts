import { z } from 'zod';
import { limits } from './limits.ts';

/** The caller's free fields: any JSON object, small and shallow. */

type Json = z.core.util.JSONType;

/** Looks no deeper than `depth`: a recursive check over what a stranger nested would end the stack, not the message. */
const isShallowJson = (value: unknown, depth: number): boolean => {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || depth === 0) return false;
  return Object.values(value).every((inner) => isShallowJson(inner, depth - 1));
};

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

const isSmall = (value: object): boolean =>
  isShallowJson(value, limits.contextDepth) && Buffer.byteLength(JSON.stringify(value)) <= limits.contextBytes;

const bounds = `at most ${limits.contextBytes} bytes as JSON and at most ${limits.contextDepth} levels deep`;

export const contextSchema = z
  .custom<Record<string, Json>>(isObject, { error: 'must be an object', abort: true })
  .refine(isSmall, { error: `must be ${bounds}` })
  .meta({ type: 'object', description: `Free fields of the caller, passed through to scorers: ${bounds}.` });
