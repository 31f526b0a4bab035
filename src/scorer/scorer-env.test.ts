import { describe, expect, test } from '@jest/globals';
import type { InvalidInputError } from '../contract/errors.ts';
import { parseScorerEnv, parseShippedEnv } from './scorer-env.ts';

const least = { MEDLEY_AMQP_URL: 'amqp://localhost' };

describe('the environment of a scorer', () => {
  test('needs no more than the address of the broker', () => {
    expect(parseScorerEnv(least, 'genres-7')).toEqual({
      amqpUrl: 'amqp://localhost',
      prefix: 'medley',
      generation: 0,
      process: 'genres-7',
      concurrency: 1,
      modelsUrl: null,
      settings: {},
      declare: true,
      opsPort: null,
      tuning: {
        pollMs: 5_000,
        drainMs: 20_000,
        serviceLimitMs: 60_000,
        prefetch: { interactive: 'auto', durable: 'auto' },
      },
      logLevel: 'info',
    });
  });

  test.each([
    [{ HOSTNAME: 'pod-1' }, 'pod-1'],
    [{ HOSTNAME: 'pod-1', MEDLEY_PROCESS: 'mine' }, 'mine'],
  ])('names the process by %j', (env, name) => {
    expect(parseScorerEnv({ ...least, ...env }, 'genres-7').process).toBe(name);
  });

  test('names the shipped criterion, which judges by the one of its name unless told', () => {
    const env = { ...least, MEDLEY_CRITERION: 'my-genres' };
    expect(parseShippedEnv(env, 7)).toMatchObject({
      criterion: 'my-genres',
      implementation: 'my-genres',
      env: { process: 'my-genres-7' },
    });
    expect(parseShippedEnv({ ...env, MEDLEY_IMPLEMENTATION: 'genres' }, 7).implementation).toBe('genres');
  });

  test('tells every fault at once', () => {
    const env = { MEDLEY_CONCURRENCY: '0', MEDLEY_SETTINGS: '[]', MEDLEY_OPS_PORT: '99999', MEDLEY_CRITERION: 'No!' };
    try {
      parseShippedEnv(env, 7);
    } catch (cause) {
      expect((cause as InvalidInputError).faults).toEqual([
        'MEDLEY_AMQP_URL is required',
        'MEDLEY_CONCURRENCY must be at least 1',
        'MEDLEY_SETTINGS must be an object of texts',
        'MEDLEY_OPS_PORT must be at most 65535',
        'MEDLEY_CRITERION must be lower-case letters, digits and dashes, as a DNS label',
      ]);
      return;
    }
    throw new Error('it was accepted');
  });
});
