/**
 * Sums jest's JSON results in a folder: one line per suite, last `N passed, N failed`.
 * A test file that could not run counts as one failed test, and so does a suite in which no test ran. Exit 1 on any.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What is read of jest's `--json` output; all of it is missing when jest crashed. */
export interface JestResult {
  readonly numPassedTests?: number;
  readonly numFailedTests?: number;
  readonly numRuntimeErrorTestSuites?: number;
  readonly success?: boolean;
}

export interface Sum {
  readonly passed: number;
  readonly failed: number;
}

/** Counts one suite; what jest calls unsuccessful never comes out as zero failures. */
export function countSuite(result: JestResult): Sum {
  const passed = result.numPassedTests ?? 0;
  const failed = (result.numFailedTests ?? 0) + (result.numRuntimeErrorTestSuites ?? 0);
  const silentFault = failed === 0 && (passed === 0 || result.success !== true);
  return { passed, failed: silentFault ? 1 : failed };
}

/** The sum of all suites; no suite at all is a failure. */
export function sumSuites(sums: readonly Sum[]): Sum {
  if (sums.length === 0) return { passed: 0, failed: 1 };
  return sums.reduce((all, one) => ({ passed: all.passed + one.passed, failed: all.failed + one.failed }));
}

export const describeSum = ({ passed, failed }: Sum): string => `${passed} passed, ${failed} failed`;

if (import.meta.main) {
  const folder = process.argv[2] ?? '.';
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort();
  const sums = names.map((name) => countSuite(JSON.parse(readFileSync(join(folder, name), 'utf8')) as JestResult));
  for (const [at, sum] of sums.entries()) console.log(`${names[at]?.replace(/\.json$/, '')}: ${describeSum(sum)}`);
  const sum = sumSuites(sums);
  console.log(describeSum(sum));
  process.exitCode = sum.failed > 0 ? 1 : 0;
}
