import { expect, test } from '@jest/globals';
import { plainStyle } from '../terminal.ts';
import { renderSummary, renderVerdict } from './render-verdicts.ts';
import { passUnless } from './verdict.ts';
import type { CheckResult } from './verify-scorer.ts';

const result = (verdict: object): CheckResult => ({ name: 'mask', says: 'heeds masks', ...verdict }) as CheckResult;

test('a check that passed is one line; of others the reason stands below', () => {
  expect(renderVerdict(result({ outcome: 'pass' }), plainStyle)).toBe('PASS  mask                heeds masks');
  expect(renderVerdict(result({ outcome: 'fail', because: 'it does not' }), plainStyle)).toBe(
    'FAIL  mask                heeds masks\n                          it does not',
  );
});

test('the summary counts each outcome', () => {
  const outcomes = ['pass', 'pass', 'fail', 'skip'].map((outcome) => result({ outcome, because: '' }));
  expect(renderSummary(outcomes)).toBe('2 passed, 1 failed, 1 skipped');
});

test('of many faults two are told and the others counted', () => {
  expect(passUnless([])).toEqual({ outcome: 'pass' });
  expect(passUnless(['one'])).toEqual({ outcome: 'fail', because: 'one' });
  expect(passUnless(['one', 'two', 'three', 'four'])).toEqual({ outcome: 'fail', because: 'one; two; and 2 more' });
});
