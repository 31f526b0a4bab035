/**
 * How long before a deadline closing begins: so long as it takes to compose all the answers that may be due at once and
 * to send one, and at most `maxMs`. Next to nothing while little is open and the broker is quick.
 *
 * An answer that leaves at the deadline itself finds its gateway at the end of its patience, and becomes a fallback.
 */
export interface LeadTime {
  observe(composeMs: number): void;
  /** From the making of an answer to the broker's confirm, ms: about when its gateway has it. */
  observeSend(sendMs: number): void;
  /** For so many open groups, ms. */
  of(openGroups: number): number;
}

const smoothing = 0.05;
const firstGuessMs = 0.2;
/** One pause of the process, or of the broker, says nothing of the next hundred answers. */
const mostComposeMs = 5;
const mostSendMs = 50;

export const createLeadTime = (maxMs: number): LeadTime => {
  let meanMs = firstGuessMs;
  let sendMs = 0;
  return {
    observe(composeMs) {
      meanMs += smoothing * (Math.min(composeMs, mostComposeMs) - meanMs);
    },
    observeSend(tookMs) {
      sendMs += smoothing * (Math.min(tookMs, mostSendMs) - sendMs);
    },
    of: (openGroups) => (openGroups === 0 ? 0 : Math.min(maxMs, openGroups * meanMs + sendMs)),
  };
};
