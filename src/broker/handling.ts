import type { Handler, Incoming, Verdict } from './port.ts';
import { type Telemetry, typeLabel } from './telemetry.ts';

/** One consumer's handler and where its messages come from. */
export interface Handling {
  queue: string;
  handle: Handler;
  telemetry: Telemetry;
}

/** What a failed handler means for its message: once more, then never again. */
const verdictOnFailure = (message: Incoming): Verdict => (message.redelivered ? 'dead-letter' : 'requeue');

/**
 * Runs the handler and calls `settle` exactly once with the verdict, in the same turn when the handler is synchronous.
 *
 * Never throws. A handler that throws or rejects is logged and counted under the verdict `failed`.
 */
export const runHandler = (handling: Handling, message: Incoming, settle: (verdict: Verdict) => void): void => {
  const { metrics, log } = handling.telemetry;
  const end = (verdict: Verdict): void => {
    metrics.count('medley_broker_delivered_total', { type: typeLabel(message.type), verdict });
    settle(verdict);
  };
  const fail = (error: unknown): void => {
    const verdict = verdictOnFailure(message);
    metrics.count('medley_broker_delivered_total', { type: typeLabel(message.type), verdict: 'failed' });
    log.error({ queue: handling.queue, type: message.type, verdict, err: error }, 'broker.handler.failed');
    settle(verdict);
  };
  let result: Verdict | Promise<Verdict>;
  try {
    result = handling.handle(message);
  } catch (error) {
    fail(error);
    return;
  }
  if (typeof result === 'string') end(result);
  else void result.then(end, fail);
};
