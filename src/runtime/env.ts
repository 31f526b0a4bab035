import { z } from 'zod';
import { InvalidInputError } from '../contract/errors.ts';

/** Environment variables → one frozen, fully required configuration; every fault at once, as sentences. */

/** A whole number written as text. */
export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^-?\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`));

/** `true` or `false`. */
export const flag = z.enum(['true', 'false'], { error: 'must be true or false' }).transform((text) => text === 'true');

/** JSON text of the given shape. */
export const jsonText = <S extends z.ZodType>(schema: S) =>
  z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: 'custom', message: 'must be JSON' });
        return z.NEVER;
      }
    })
    .pipe(schema);

export const logLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
  error: 'must be trace, debug, info, warn, error, fatal or silent',
});

/** A URL of one of the given protocols, such as `amqp:`. */
export const urlOf = (...protocols: readonly string[]) =>
  z
    .string()
    .refine(
      (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol),
      `must be a URL beginning with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    );

/** Text that `faultOf` finds nothing wrong with; what it finds is the rest of a sentence that the variable's name begins. */
export const checkedText = (faultOf: (text: string) => string | null, maxLength = 4_096) =>
  z
    .string()
    .max(maxLength)
    .superRefine((text, context) => {
      const message = faultOf(text);
      if (message !== null) context.addIssue({ code: 'custom', message });
    });

const sentence = (issue: z.core.$ZodIssue): string => {
  const [name, ...inside] = issue.path.map(String);
  const where = inside.length === 0 ? name : `${name} (at ${inside.join('.')})`;
  const missing = issue.code === 'invalid_type' && issue.input === undefined && inside.length === 0;
  return `${where} ${missing ? 'is required' : issue.message}`;
};

/**
 * Reads the variables a schema names; an empty one counts as absent. Values are never repeated: some are secrets.
 *
 * @throws InvalidInputError with one sentence per fault
 */
export const parseEnv = <S extends z.ZodObject>(
  schema: S,
  env: Readonly<Record<string, string | undefined>>,
): Readonly<z.output<S>> => {
  const given: Record<string, string> = {};
  for (const name of Object.keys(schema.shape)) {
    const value = env[name];
    if (value !== undefined && value !== '') given[name] = value;
  }
  const parsed = schema.safeParse(given, { reportInput: true });
  if (!parsed.success) throw new InvalidInputError('The environment', parsed.error.issues.map(sentence));
  return Object.freeze(parsed.data);
};
