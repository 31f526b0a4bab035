import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { InvalidInputError } from '../contract/errors.ts';
import { flag, jsonText, logLevel, parseEnv, urlOf, wholeNumber } from './env.ts';

const schema = z.object({
  URL: urlOf('amqp:', 'amqps:'),
  COUNT: wholeNumber(1, 8).default(2),
  DECLARE: flag.default(true),
  SETTINGS: jsonText(z.record(z.string(), z.string())).default({}),
  LEVEL: logLevel.default('info'),
});

const faultsOf = (env: Record<string, string>): readonly string[] => {
  try {
    parseEnv(schema, env);
  } catch (cause) {
    if (cause instanceof InvalidInputError) return cause.faults;
    throw cause;
  }
  return [];
};

describe('the environment', () => {
  test('becomes one frozen configuration with its defaults, and nothing it was not asked for', () => {
    const config = parseEnv(schema, { URL: 'amqp://localhost', COUNT: '', HOME: 'elsewhere' });
    expect(config).toEqual({ URL: 'amqp://localhost', COUNT: 2, DECLARE: true, SETTINGS: {}, LEVEL: 'info' });
    expect(Object.isFrozen(config)).toBe(true);
  });

  test('is read as what the schema says', () => {
    const env = { URL: 'amqps://a', COUNT: '8', DECLARE: 'false', SETTINGS: '{"a":"b"}', LEVEL: 'debug' };
    expect(parseEnv(schema, env)).toMatchObject({ COUNT: 8, DECLARE: false, SETTINGS: { a: 'b' }, LEVEL: 'debug' });
  });

  test('tells every fault at once, as sentences, without repeating a value', () => {
    expect(faultsOf({ COUNT: '9', DECLARE: 'yes', SETTINGS: '{"a":1}' })).toEqual([
      'URL is required',
      'COUNT must be at most 8',
      'DECLARE must be true or false',
      'SETTINGS (at a) Invalid input: expected string, received number',
    ]);
  });

  test.each([
    [{ URL: 'http://user:secret@host' }, 'URL must be a URL beginning with amqp:// or amqps://'],
    [{ URL: 'secret' }, 'URL must be a URL beginning with amqp:// or amqps://'],
    [{ URL: 'amqp://a', COUNT: '2.5' }, 'COUNT must be a whole number'],
    [{ URL: 'amqp://a', COUNT: '0' }, 'COUNT must be at least 1'],
    [{ URL: 'amqp://a', SETTINGS: '{' }, 'SETTINGS must be JSON'],
  ])('refuses %j', (env, fault) => {
    expect(faultsOf(env)).toEqual([fault]);
  });
});
