import { InvalidArgumentError, Option } from 'commander';
import { limits } from '../contract/limits.ts';
import { nameSchema } from '../contract/primitives.ts';

/** What the text of an option must be: one parser a kind, each with the sentence that a bad one gets. */

/** A whole number in a range. */
export const wholeNumber =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < min || value > max)
      throw new InvalidArgumentError(`give a whole number from ${min} to ${max}`);
    return value;
  };

/** Milliseconds a caller may wait. */
export const deadline = wholeNumber(limits.minDeadlineMs, limits.maxInteractiveDeadlineMs);

/** A port; empty, as of an environment variable, is the default. */
export const port =
  (whenEmpty: number) =>
  (text: string): number =>
    text === '' ? whenEmpty : wholeNumber(0, 65_535)(text);

const urlOf =
  (protocols: readonly string[], example: string) =>
  (text: string): string => {
    if (!URL.canParse(text) || !protocols.includes(new URL(text).protocol))
      throw new InvalidArgumentError(`give a URL like ${example}`);
    return text;
  };

/** Where RabbitMQ is. */
export const brokerUrl = urlOf(['amqp:', 'amqps:'], 'amqp://guest:guest@127.0.0.1:5672');

/** Where a gateway is, without the slash at its end. */
export const gatewayUrl = (text: string): string =>
  urlOf(['http:', 'https:'], 'http://127.0.0.1:8080')(text).replace(/\/+$/, '');

/** A name that ends up in queue names: of a criterion or a recommender. */
export const resourceName = (text: string): string => {
  if (!nameSchema.safeParse(text).success)
    throw new InvalidArgumentError('give lower-case letters, digits and dashes, at most 63');
  return text;
};

/** What is put before every name on the broker. */
export const prefix = (text: string): string => {
  if (text === '' || text.length > 63) throw new InvalidArgumentError('give 1 to 63 characters');
  return text;
};

/** `a,b,c`; nothing between two commas is left out. */
export const commaList = (text: string): readonly string[] => {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length === 0) throw new InvalidArgumentError('give one or more, separated by commas');
  return parts;
};

/** An option that may be repeated, and what none of it means. */
export const repeatable = (flags: string, description: string, none: string): Option =>
  new Option(flags, `${description}; may be repeated`).argParser(collect).default([], none);

/** The values of an option that may be repeated. */
export const collect = (value: string, all: readonly string[]): readonly string[] => [...all, value];

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
