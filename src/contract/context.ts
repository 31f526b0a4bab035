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

const isContext = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  isShallowJson(value, limits.contextDepth) &&
  Buffer.byteLength(JSON.stringify(value)) <= limits.contextBytes;

const described = `an object of at most ${limits.contextBytes} bytes as JSON, at most ${limits.contextDepth} levels deep`;

export const contextSchema = z
  .custom<Record<string, Json>>(isContext, { error: `must be ${described}` })
  .meta({ type: 'object', description: `Free fields of the caller, passed through to scorers: ${described}.` });
