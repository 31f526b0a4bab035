import { expect, test } from '@jest/globals';
import { parseAggregatorEnv } from './aggregator-env.ts';

const url = 'amqp://guest:secret@127.0.0.1:5672';
const machine = { host: 'medley-aggregator-2', pid: 7 };

test('the ordinal is told, or the number at the end of the host name', () => {
  expect(parseAggregatorEnv({ MEDLEY_AMQP_URL: url }, machine)).toMatchObject({
    ordinal: 2,
    process: 'medley-aggregator-2-7',
    plansPath: null,
    opsPort: null,
  });
  expect(parseAggregatorEnv({ MEDLEY_AMQP_URL: url, MEDLEY_ORDINAL: '5' }, machine).ordinal).toBe(5);
});

test.each([
  ['no ordinal to be found', { MEDLEY_AMQP_URL: url }, /MEDLEY_ORDINAL is required/],
  ['no broker', { MEDLEY_ORDINAL: '0' }, /MEDLEY_AMQP_URL is required/],
  ['two faults at once', { MEDLEY_AMQP_URL: 'http://x', MEDLEY_ORDINAL: 'x' }, /MEDLEY_AMQP_URL[\s\S]*MEDLEY_ORDINAL/],
])('%s is said', (_, env, fault) => {
  expect(() => parseAggregatorEnv(env, { host: 'laptop', pid: 7 })).toThrow(fault);
});
