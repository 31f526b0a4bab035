import { expect, test } from '@jest/globals';
import { readOptions } from './options.ts';

const known = ['medley', 'http'];

test('nothing told means every system, five rounds, 1 and 128 callers', () => {
  expect(readOptions([], {}, known)).toMatchObject({
    systems: known,
    rounds: 5,
    callers: [1, 128],
    seconds: 1.5,
    delaysMs: [20, 40, 80],
    work: false,
    jsonFile: null,
  });
});

test('the broker is the one of the tests unless told', () => {
  const env = { MEDLEY_TEST_AMQP_URL: 'amqp://tests' };
  expect(readOptions([], env, known)?.amqpUrl).toBe('amqp://tests');
  expect(readOptions(['--url', 'amqp://mine'], env, known)?.amqpUrl).toBe('amqp://mine');
});

test('delays of 0 mean no pass with delays', () => {
  expect(readOptions(['--delays', '0'], {}, known)?.delaysMs).toEqual([]);
});

test.each([
  [['--systems', 'grpc'], '--systems knows medley, http; it was given grpc'],
  [['--callers', '1,many'], '--callers takes numbers from 1, separated by commas; it was given 1,many'],
  [['--rounds', '0'], '--rounds takes numbers from 1, separated by commas; it was given 0'],
  [['--seconds', '1,2'], '--seconds takes one number; it was given 1,2'],
])('%j is refused with a sentence', (args, sentence) => {
  expect(() => readOptions(args, {}, known)).toThrow(sentence);
});

test('help is no run', () => {
  expect(readOptions(['--help'], {}, known)).toBeNull();
});
