import { expect, test } from '@jest/globals';
import { countSuite, describeSum, type JestResult, sumSuites } from '../../scripts/sum-results.ts';

const result = (changes: JestResult): JestResult => ({
  numPassedTests: 3,
  numFailedTests: 0,
  numRuntimeErrorTestSuites: 0,
  success: true,
  ...changes,
});

test.each<[string, JestResult, string]>([
  ['a suite that passed', result({}), '3 passed, 0 failed'],
  ['a failed test', result({ numFailedTests: 2, success: false }), '3 passed, 2 failed'],
  ['a file that could not run', result({ numRuntimeErrorTestSuites: 1, success: false }), '3 passed, 1 failed'],
  ['a fault jest does not count', result({ success: false }), '3 passed, 1 failed'],
  ['a suite without a test', result({ numPassedTests: 0 }), '0 passed, 1 failed'],
  ['a crash that left no result', {}, '0 passed, 1 failed'],
])('%s is counted', (_, suite, sum) => {
  expect(describeSum(countSuite(suite))).toBe(sum);
});

test('suites add up', () => {
  expect(sumSuites([countSuite(result({})), countSuite({})])).toEqual({ passed: 3, failed: 1 });
});

test('no suite at all is a failure', () => {
  expect(sumSuites([])).toEqual({ passed: 0, failed: 1 });
});
