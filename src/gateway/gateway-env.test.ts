import { expect, test } from '@jest/globals';
import { InvalidInputError } from '../contract/errors.ts';
import { parseGatewayEnv } from './gateway-env.ts';
import { defaultSettings } from './settings.ts';

const url = { MEDLEY_AMQP_URL: 'amqp://localhost' };

test('a gateway needs no more than a broker', () => {
  expect(parseGatewayEnv(url, 'host-1')).toEqual({
    amqpUrl: 'amqp://localhost',
    prefix: 'medley',
    storeAddress: '.medley/medley.db',
    plansPath: null,
    process: 'host-1',
    declare: true,
    logLevel: 'info',
    settings: { ...defaultSettings, leaveMs: 500 },
  });
});

test('what is set counts', () => {
  const env = parseGatewayEnv(
    {
      ...url,
      ...{ HOST: '0.0.0.0', PORT: '80', MEDLEY_OPS_HOST: '::', MEDLEY_OPS_PORT: '0', MEDLEY_PROCESS: 'gateway-0' },
      ...{ MEDLEY_MAX_OPEN: '5', MEDLEY_GRACE_MS: '10', MEDLEY_DRAIN_MS: '1000', MEDLEY_PLANS: 'plans.json' },
      MEDLEY_LEAVE_MS: '20',
    },
    'host-1',
  );
  expect(env).toMatchObject({
    process: 'gateway-0',
    plansPath: 'plans.json',
    settings: {
      ...{ host: '0.0.0.0', port: 80, internalHost: '::', internalPort: 0, maxOpen: 5, graceMs: 10, drainMs: 1_000 },
      leaveMs: 20,
    },
  });
});

test('every fault is told at once', () => {
  expect(() => parseGatewayEnv({ PORT: '70000', MEDLEY_MAX_OPEN: 'many', LOG_LEVEL: 'loud' }, 'host-1')).toThrow(
    InvalidInputError,
  );
  try {
    parseGatewayEnv({ PORT: '70000', MEDLEY_MAX_OPEN: 'many', MEDLEY_STORE: 'mysql://me:secret@db/medley' }, 'host-1');
  } catch (error) {
    expect((error as InvalidInputError).faults).toEqual([
      'MEDLEY_AMQP_URL is required',
      'MEDLEY_STORE is a URL of mysql: the store takes postgres://USER:PASSWORD@HOST:PORT/DATABASE or the path of a SQLite file',
      'PORT must be at most 65535',
      'MEDLEY_MAX_OPEN must be a whole number',
    ]);
  }
});
