import { column } from '../render-table.ts';
import type { Style } from '../terminal.ts';
import type { CheckResult } from './verify-scorer.ts';

/** Results of checks as lines for a person. Pure. */

const nameWidth = 18;
const indent = ' '.repeat(4 + 2 + nameWidth + 2);

/** `PASS  mask  says nothing of a request that does not ask it`, and below it why not. */
export const renderVerdict = (result: CheckResult, style: Style): string => {
  const outcome = result.outcome.toUpperCase();
  const line = `${result.outcome === 'fail' ? style.bold(outcome) : outcome}  ${column(result.name, nameWidth)}  ${result.says}`;
  return result.outcome === 'pass' ? line : `${line}\n${style.dim(`${indent}${result.because}`)}`;
};

/** `17 passed, 0 failed, 1 skipped` */
export const renderSummary = (results: readonly CheckResult[]): string => {
  const count = (outcome: CheckResult['outcome']): number => results.filter((one) => one.outcome === outcome).length;
  return `${count('pass')} passed, ${count('fail')} failed, ${count('skip')} skipped`;
};
