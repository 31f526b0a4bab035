/** What became of one check. */
export type Verdict = { outcome: 'pass' } | { outcome: 'fail'; because: string } | { outcome: 'skip'; because: string };

export const pass: Verdict = { outcome: 'pass' };
export const fail = (because: string): Verdict => ({ outcome: 'fail', because });
export const skip = (because: string): Verdict => ({ outcome: 'skip', because });

/** The first faults of many, as one sentence; none: passed. */
export const passUnless = (faults: readonly string[]): Verdict => {
  if (faults.length === 0) return pass;
  const [first, second, ...more] = faults;
  const rest = more.length === 0 ? '' : `; and ${more.length} more`;
  return fail([first, second].filter((fault) => fault !== undefined).join('; ') + rest);
};
