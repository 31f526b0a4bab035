/** The shapes values of the chart have, each with its sentence and an example. */
import { z } from 'zod';

export const flag = (description: string, fallback: boolean) =>
  z
    .boolean()
    .default(fallback)
    .meta({ description, examples: [!fallback] });

export const number = (
  description: string,
  fallback: number,
  example: number,
  { min, max }: { min: number; max: number },
) =>
  z
    .int()
    .min(min)
    .max(max)
    .default(fallback)
    .meta({ description, examples: [example] });

export const text = (
  description: string,
  fallback: string,
  example: string,
  { pattern, min = 0 }: { pattern?: RegExp; min?: number } = {},
) => {
  const bounded = z.string().min(min).max(512);
  return (pattern === undefined ? bounded : bounded.regex(pattern))
    .default(fallback)
    .meta({ description, examples: [example] });
};

/** Texts by name. */
export const map = (description: string, example: Readonly<Record<string, string>>) =>
  z
    .record(z.string(), z.string())
    .default({})
    .meta({ description, examples: [example] });

export const list = <Item extends z.ZodType>(description: string, item: Item, example: unknown[]) =>
  z
    .array(item)
    .max(100)
    .default([])
    .meta({ description, examples: [example] });

/** Values that belong together; any other name among them is refused. */
export const section = <Shape extends z.ZodRawShape>(description: string, shape: Shape) =>
  z
    .strictObject(shape)
    .prefault({} as never)
    .meta({ description });
