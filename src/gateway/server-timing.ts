import type { Answer } from '../contract/answer.ts';

/** The fan-out as a `Server-Timing` header (W3C): each criterion's time or why it is missing, then the total. */
export const serverTimingOf = (answer: Answer): string => {
  const criteria = answer.coverage.criteria.map(({ criterion, elapsedMs, outcome }) => {
    const duration = elapsedMs === null ? '' : `;dur=${elapsedMs.toFixed(1)}`;
    return `${criterion}${duration};desc="${outcome}"`;
  });
  return [...criteria, `total;dur=${answer.timings.totalMs.toFixed(1)};desc="${answer.source}"`].join(', ');
};
